"""The log decides what was published, whatever a store reports and wherever a writer died."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from tests.core.played import a_commit, a_file, age, tree, without_links

MINE, THEIRS = "a" * 16, "b" * 16


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


def log_file(storage: LocalStorage, increment: int) -> Path:
    return storage.root / f"_drivedelta/log/{increment:08d}.json"


def test_a_feed_without_a_log_has_no_commit(storage: LocalStorage) -> None:
    assert log.settle(storage) is None
    assert tree(storage.root) == {}


def test_numbers_are_numbers(storage: LocalStorage) -> None:
    for number in (99_999_999, 100_000_000, 2):
        log.add(storage, a_commit(number))
    for odd in ("notes.txt", "3.json", "00000003.json.tmp", "cut-00000003-1"):
        (storage.root / "_drivedelta/log" / odd).touch()
    assert log.numbers(storage) == [2, 99_999_999, 100_000_000]
    head = log.last(storage)
    assert head is not None
    assert head.increment == 100_000_000


def test_the_first_to_create_the_commit_wins(storage: LocalStorage) -> None:
    """E3."""
    assert log.add(storage, a_commit(1, MINE))
    assert not log.add(storage, a_commit(1, THEIRS))
    assert log.read(storage, 1).attempt == MINE


def test_adding_again_what_was_added_is_still_won(storage: LocalStorage) -> None:
    """A creation whose answer was lost is tried again."""
    assert log.add(storage, a_commit(1, MINE))
    assert log.add(storage, a_commit(1, MINE))


def unclear(created: str) -> Callable[[Path, Path], None]:
    """A store that reports a failure although `created`, an attempt's commit, is in the log."""

    def link(draft: Path, target: Path) -> None:
        if created == MINE:
            os.link(draft, target)
        elif created == THEIRS:
            target.write_bytes(a_commit(1, THEIRS).to_json())
        raise OSError(errno.EIO, "Input/output error")

    return link


@pytest.mark.parametrize(("created", "won"), [(MINE, True), (THEIRS, False)])
def test_what_the_store_reports_is_not_believed_but_read_back(tmp_path: Path, created: str, won: bool) -> None:
    """Design: ambiguity."""
    assert log.add(LocalStorage(tmp_path, link=unclear(created)), a_commit(1, MINE)) is won


def test_a_failure_without_a_commit_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(RetryLater):
        log.add(LocalStorage(tmp_path, link=unclear("nobody's")), a_commit(1, MINE))


def test_a_missing_commit_is_missing(storage: LocalStorage) -> None:
    with pytest.raises(BrokenFeed, match=r"missing from the log.*00000007\.json"):
        log.read(storage, 7)


# --- writers that died ----------------------------------------------------------------------------------------------


def half_rolled(storage: LocalStorage) -> None:
    """A commit of two files, of which one is at its place; beside it the work of another attempt."""
    files = [a_file(part=0), a_file(part=1)]
    log.add(storage, a_commit(1, files=files))
    storage.create(files[0].final, b"first")
    storage.create(files[1].staged, b"second")
    storage.create("_drivedelta/staging/other/read-1.arrow", b"other")


def test_a_half_done_roll_forward_is_finished_by_whoever_comes_next(storage: LocalStorage) -> None:
    """E1."""
    half_rolled(storage)
    assert log.settle(storage) == a_commit(1, files=[a_file(part=0), a_file(part=1)])
    left = tree(storage.root)
    del left["_drivedelta/log/00000001.json"]
    assert left == {
        a_file(part=0).final: b"first",
        a_file(part=1).final: b"second",
        "_drivedelta/staging/other/read-1.arrow": b"other",
    }


def test_settling_again_changes_nothing(storage: LocalStorage) -> None:
    half_rolled(storage)
    log.settle(storage)
    before = tree(storage.root)
    log.settle(storage)
    assert tree(storage.root) == before


def test_looking_at_the_last_commit_moves_nothing(storage: LocalStorage) -> None:
    half_rolled(storage)
    before = tree(storage.root)
    assert log.last(storage) is not None
    assert tree(storage.root) == before


def test_files_that_a_reader_removed_are_not_missed(storage: LocalStorage) -> None:
    half_rolled(storage)
    storage.root.joinpath(a_file(part=0).final).unlink()
    log.settle(storage)
    assert not storage.exists(a_file(part=0).final)
    assert storage.exists(a_file(part=1).final)


WHOLE = a_commit(2, files=[a_file(increment=2), a_file(increment=2, part=1)]).to_json()
BRACES = [end for end in range(len(WHOLE)) if WHOLE[:end].rstrip().endswith(b"}")][:-1]


@pytest.fixture
def stump(tmp_path: Path) -> Callable[[bytes], LocalStorage]:
    """A store without links whose last writer died in the middle of its commit, an hour ago."""

    def leave(content: bytes, seconds: float = 3600) -> LocalStorage:
        storage = LocalStorage(tmp_path, link=without_links)
        log.add(storage, a_commit(1))
        log_file(storage, 2).write_bytes(content)
        age(tmp_path / "_drivedelta/log", seconds)
        return storage

    return leave


@pytest.mark.parametrize("end", [0, 1, 2, 100, *BRACES, len(WHOLE) - 3])
def test_a_stump_of_a_commit_counts_as_none(stump: Callable[[bytes], LocalStorage], end: int) -> None:
    storage = stump(WHOLE[:end])
    assert log.settle(storage) == a_commit(1)
    assert log.numbers(storage) == [1]
    assert log.add(storage, a_commit(2, THEIRS))


def test_a_commit_that_is_being_written_is_waited_for(stump: Callable[..., LocalStorage]) -> None:
    storage = stump(WHOLE[:100], seconds=5)
    with pytest.raises(RetryLater, match="not whole yet"):
        log.settle(storage)
    assert log_file(storage, 2).read_bytes() == WHOLE[:100]


def test_a_commit_cut_by_a_power_failure_counts_as_none(stump: Callable[[bytes], LocalStorage]) -> None:
    """Some file systems fill up with zeros what they had no time to write."""
    assert log.settle(stump(WHOLE[:200] + b"\0" * 200)) == a_commit(1)


@pytest.mark.parametrize("damage", [b'"increment"', b'"files"', b'"2026-11-21"'])
def test_a_damaged_commit_is_never_taken_for_a_stump(storage: LocalStorage, damage: bytes) -> None:
    """Going on from the commit before would publish its numbers twice."""
    log.add(storage, a_commit(1))
    log_file(storage, 2).write_bytes(WHOLE.replace(damage, b'"spoiled"'))
    age(storage.root / "_drivedelta/log", 3600)
    before = tree(storage.root)
    with pytest.raises(BrokenFeed, match=r"cannot be read.*00000002\.json"):
        log.settle(storage)
    assert tree(storage.root) == before


def test_a_commit_of_a_newer_format_is_refused_and_nothing_touched(storage: LocalStorage) -> None:
    half_rolled(storage)
    fields = json.loads(log_file(storage, 1).read_text()) | {"lowest_reader": 2}
    log_file(storage, 1).write_text(json.dumps(fields))
    before = tree(storage.root)
    with pytest.raises(FixSetup, match=r"newer provider \(format 2.*Upgrade"):
        log.settle(storage)
    assert tree(storage.root) == before
