"""The log of a feed: commits 1, 2, 3 …, the one place where it is decided what was published."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, RetryLater
from airflow_provider_drivedelta.core.lake import runs
from airflow_provider_drivedelta.core.lake.commits import Commit, parse_commit
from airflow_provider_drivedelta.core.lake.layout import LOG, commit_path, increment_of, staging_folder
from airflow_provider_drivedelta.core.lake.storage import Storage

_STILL_BEING_WRITTEN = 60.0  # seconds; a store without links shows a commit before it is whole


def numbers(storage: Storage) -> list[int]:
    """The numbers of all commits, ascending."""
    found = (increment_of(name) for name in storage.names(LOG))
    return sorted(number for number in found if number is not None)


def read(storage: Storage, increment: int) -> Commit:
    """:raises BrokenFeed: there is no such commit, or it is damaged."""
    path = commit_path(increment)
    content = storage.read(path)
    if content is None:
        raise BrokenFeed(
            "A commit is missing from the log", where=storage.full_path(path), then="Restore the file from a copy."
        )
    return parse_commit(content, storage.full_path(path))


def last(storage: Storage) -> Commit | None:
    """The last commit; None for a feed that never committed. Changes nothing but a stump, see `_was_cut`.

    :raises FixSetup: a newer provider wrote it.
    :raises BrokenFeed: it is damaged.
    :raises RetryLater: it is being written at this moment.
    """
    known = numbers(storage)
    while known:
        try:
            return read(storage, known[-1])
        except BrokenFeed:
            if not _was_cut(storage, known.pop()):
                raise
    return None


def readable(storage: Storage) -> list[int]:
    """The numbers of all commits, ascending, for those who only read: a stump (see `_was_cut`) is no commit."""
    known = numbers(storage)
    if known and not _is_whole(storage.read(commit_path(known[-1]))):
        known.pop()
    return known


def newest(storage: Storage) -> Commit | None:
    """The last whole commit, for those who only read. Raises as `read` does."""
    known = readable(storage)
    return read(storage, known[-1]) if known else None


def committed(storage: Storage, *, after: int = 0, until: int | None = None) -> Iterator[Commit]:
    """The commits with `after` < number <= `until`, oldest first. Changes nothing.

    :raises BrokenFeed: one is damaged.
    """
    for number in readable(storage):
        if after < number and (until is None or number <= until):
            yield read(storage, number)


def settle(storage: Storage) -> Commit | None:
    """The last commit, once its files are at their final names: what a run begins with. Raises as `last` does."""
    head = last(storage)
    if head:
        roll_forward(storage, head)
    return head


def _was_cut(storage: Storage, increment: int) -> bool:
    """Whether the last commit is the stump of a writer that died; if so it is taken away, as if never begun.

    Only a store without hard links can leave one: elsewhere a commit appears whole.
    """
    path = commit_path(increment)
    content = storage.read(path)
    if content is None:
        return True
    if _is_whole(content):
        return False
    if storage.seconds_untouched(path.rpartition("/")[0]) < _STILL_BEING_WRITTEN:
        raise RetryLater("The last commit is not whole yet", where=storage.full_path(path))
    storage.move(path, f"{LOG}/cut-{increment:08d}-{len(storage.names(LOG))}")
    return True


def _is_whole(content: bytes | None) -> bool:
    return content is not None and content.endswith(b"\n}\n")  # as each commit ends; braces inside are indented


def add(storage: Storage, commit: Commit) -> bool:
    """Create the commit: this is the moment of publication. False when another attempt took the number.

    What the store reports is not believed but read back: our attempt id in the log means that we
    won, another's that we lost, and only an absent commit that the report was true.
    """
    path = commit_path(commit.increment)
    try:
        storage.create(path, commit.to_json())
    except DriveDeltaError:
        if not storage.exists(path):
            raise
    return read(storage, commit.increment).attempt == commit.attempt


def roll_forward(storage: Storage, commit: Commit) -> None:
    """Bring a commit's files to their final names, keep whose it is, and drop its staging folder.

    Idempotent, and finished by whoever comes next. A file that is in neither place was moved or
    deleted by a reader, who may do so: the state does not depend on it.
    """
    folder = staging_folder(commit.attempt)
    files = (*commit.state_files, *commit.files)
    if files and not storage.exists(folder):  # where nothing was staged, nothing tells whether this was done
        return
    runs.remember(storage, commit)  # first: in an object store the folder is gone with the last file in it
    for file in files:
        if storage.exists(file.staged):
            storage.move(file.staged, file.final)
    storage.delete_folder(folder)
