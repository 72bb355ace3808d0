"""The feeds below an output folder, found by their logs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.layout import LOG
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained, local_path

_NAMED = 20  # feeds in an error's text; an output may hold thousands


def feed_folders(folder: Path) -> list[Path]:
    """`folder` itself if it is a feed's, else the feeds directly in it, by name."""
    with explained(str(folder)):
        if (folder / LOG).is_dir():
            return [folder]
        return sorted(path for path in folder.iterdir() if (path / LOG).is_dir())


def feeds_below(folder: Path) -> list[tuple[str, Sequence[Commit]]]:
    """Each feed's folder with its commits, oldest first.

    :raises FixSetup: the folder cannot be read, or a newer provider wrote to it.
    :raises BrokenFeed: a commit is damaged.
    """
    return [(str(path), _commits(LocalStorage(path))) for path in feed_folders(folder)]


def _commits(storage: LocalStorage) -> list[Commit]:
    return [log.read(storage, number) for number in log.numbers(storage)]


def one_feed(folder: str | os.PathLike[str]) -> LocalStorage:
    """The feed in `folder`: a feed's own folder, or an output folder with no more than one.

    :raises FixSetup: there is no feed, or more than one to choose from, or nothing was ever committed to it.
    """
    path = local_path(os.fspath(folder))
    feeds = feed_folders(path)
    if not feeds:
        then = "Give an output folder, or a feed's folder in it."
        raise FixSetup("There is no feed below this folder", where=str(path), then=then)
    if len(feeds) > 1:
        then = f"Give the folder of one: {_listed(feeds)}."
        raise FixSetup(f"There are {len(feeds)} feeds below this folder", where=str(path), then=then)
    storage = LocalStorage(feeds[0])
    if not log.readable(storage):
        raise FixSetup("Nothing was committed to this feed yet", where=str(feeds[0]), then="Pull it first.")
    return storage


def _listed(feeds: Sequence[Path]) -> str:
    named = [feed.name for feed in feeds[:_NAMED]]
    return ", ".join([*named, "…"] if len(feeds) > _NAMED else named)
