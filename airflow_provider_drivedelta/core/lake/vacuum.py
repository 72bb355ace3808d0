"""Removes the change files of old increments, and nothing else: log, state and tokens go on as before.

First the horizon is raised, then the files go, then it is noted that they are gone. A crash in between is finished by
the next vacuum, and whoever reads meanwhile is told of the horizon. A pull beside it only adds increments, and those
are young; the newest one is never touched, since it may not have been brought to its final place yet.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit, DataFile
from airflow_provider_drivedelta.core.lake.feeds import feeds_in
from airflow_provider_drivedelta.core.lake.horizon import Horizon, load_horizon, save_horizon
from airflow_provider_drivedelta.core.lake.layout import CHANGES, QUARANTINE
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.storage import Storage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """What a vacuum removed of one feed, or would remove; `horizon` is the last increment that cannot be read now."""

    path: str
    horizon: int
    increments: int
    files: int
    bytes: int

    def __str__(self) -> str:
        files = f"{self.files} files, {self.bytes} bytes of {self.increments} increments vacuumed"
        return f"{self.path}: {files}; what can be read begins after increment {self.horizon}"


def vacuum_below(
    output: Storage, *, keep: timedelta, now: datetime, by: str, dry_run: bool = False
) -> Iterator[Vacuumed]:
    """Vacuum the feed that lies here, or all feeds directly below, one after the other.

    One that cannot be vacuumed does not keep the others from it; its error comes last.

    :raises FixSetup: there is no feed.
    """
    feeds = feeds_in(output)
    if not feeds:
        raise FixSetup("There is no feed below this folder", where=output.full_path(), then="Give an output folder.")
    failed: list[DriveDeltaError] = []
    for feed in feeds:
        try:
            found = vacuum(feed, keep=keep, now=now, by=by, dry_run=dry_run)
        except DriveDeltaError as error:
            log.error("%s", error)
            failed.append(error)
        else:
            yield found
    if failed:
        raise failed[0]


def vacuum(storage: Storage, *, keep: timedelta, now: datetime, by: str, dry_run: bool = False) -> Vacuumed:
    """Remove the change files of the feed's increments that were committed more than `keep` ago.

    Files of unreadable items go with them. Safe beside pulls and beside other vacuums.

    :param by: who asks, kept with the horizon.
    """
    before = load_horizon(storage)
    old = _old(storage, before, now - keep)
    after = before
    if old and old[-1] > before.increment:
        after = Horizon(increment=old[-1], removed=before.removed, at=now.isoformat(), by=by)
        if not dry_run:
            save_horizon(storage, after)
    gone = [file for number in old for file in _remove(storage, commits.read(storage, number), dry_run=dry_run)]
    if old and not dry_run:
        save_horizon(storage, replace(after, removed=after.increment))
        _remove_empty_folders(storage, gone)
    return Vacuumed(
        path=storage.full_path(),
        horizon=after.increment,
        increments=len(old),
        files=len(gone),
        bytes=sum(file.size for file in gone),
    )


def _old(storage: Storage, before: Horizon, border: datetime) -> list[int]:
    """The increments to remove, oldest first: also what a vacuum began and did not end."""
    old: list[int] = []
    for number in commits.readable(storage)[:-1]:
        if number <= before.removed:
            continue
        if number > before.increment and commits.read(storage, number).time >= border:
            break
        old.append(number)
    return old


def _remove(storage: Storage, commit: Commit, *, dry_run: bool) -> Iterator[DataFile]:
    """The commit's files that are there, each once it is gone."""
    unreadable = (file for file in commit.state_files if file.final.startswith(f"{QUARANTINE}/"))
    for file in (*unreadable, *commit.files):
        if storage.exists(file.final):
            if not dry_run:
                storage.delete(file.final)
            yield file


def _remove_empty_folders(storage: Storage, gone: Sequence[DataFile]) -> None:
    """Of dates that are over, on local disk: nowhere else are there folders."""
    head = commits.newest(storage)
    if not isinstance(storage, LocalStorage) or head is None:
        return
    for folder in {file.final.rpartition("/")[0] for file in gone}:
        # Into the newest commit's folder and later ones a file may be moved at this moment.
        if f"{CHANGES}/captured_date=" < folder < f"{CHANGES}/captured_date={head.captured_date}":
            with contextlib.suppress(OSError):  # something is in it
                os.rmdir(storage.full_path(folder))
