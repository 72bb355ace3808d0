"""The feeds below an output, found by their logs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.layout import LOG
from airflow_provider_drivedelta.core.lake.output import Output, open_output
from airflow_provider_drivedelta.core.lake.storage import Storage

Folder = str | os.PathLike[str] | Output

_NAMED = 20  # feeds in an error's text; an output may hold thousands


def storage_at(folder: Folder, storage_options: Mapping[str, object] | None = None) -> Storage:
    """The storage that a reader names; `storage_options` is what the client of a store takes as arguments."""
    if storage_options is None or isinstance(folder, Output):
        return open_output(folder)
    return open_output(Output(os.fspath(folder), options=storage_options))


def feeds_in(output: Storage) -> list[Storage]:
    """`output` itself if it is a feed's, else the feeds directly in it, by name."""
    if output.exists(LOG):
        return [output]
    if not output.exists(""):
        raise FixSetup("There is no such folder", where=output.full_path(), then="Give an output folder.")
    below = (output.below(name) for name in sorted(output.names("")))
    return [feed for feed in below if feed.exists(LOG)]


def feeds_below(folder: Folder) -> list[tuple[str, Sequence[Commit]]]:
    """Each feed's folder with its commits, oldest first.

    :raises FixSetup: the folder cannot be read, or a newer provider wrote to it.
    :raises BrokenFeed: a commit is damaged.
    """
    return [(feed.full_path(), _commits(feed)) for feed in feeds_in(open_output(folder))]


def _commits(storage: Storage) -> list[Commit]:
    return [log.read(storage, number) for number in log.numbers(storage)]


def one_feed(folder: Folder, storage_options: Mapping[str, object] | None = None) -> Storage:
    """The feed in `folder`: a feed's own folder, or an output folder with no more than one.

    :raises FixSetup: there is no feed, or more than one to choose from, or nothing was ever committed to it.
    """
    output = storage_at(folder, storage_options)
    feeds = feeds_in(output)
    if not feeds:
        then = "Give an output folder, or a feed's folder in it."
        raise FixSetup("There is no feed below this folder", where=output.full_path(), then=then)
    if len(feeds) > 1:
        then = f"Give the folder of one: {_listed(feeds)}."
        raise FixSetup(f"There are {len(feeds)} feeds below this folder", where=output.full_path(), then=then)
    if not log.readable(feeds[0]):
        raise FixSetup("Nothing was committed to this feed yet", where=feeds[0].full_path(), then="Pull it first.")
    return feeds[0]


def _listed(feeds: Sequence[Storage]) -> str:
    named = [feed.full_path().rpartition("/")[2] for feed in feeds[:_NAMED]]
    return ", ".join([*named, "…"] if len(feeds) > _NAMED else named)
