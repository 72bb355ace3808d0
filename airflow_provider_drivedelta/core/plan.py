"""What one run is asked to do, in the core's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.lake.staging import Records
from airflow_provider_drivedelta.core.sources import Feed

Start = Literal["full", "latest"]
OnResync = Literal["inline", "stop"]
OnUnsure = Literal["keep", "delete"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a read has come."""

    pages: int
    items: int


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of one feed.

    `records` knows what its items are. `folder` is the part of the drive that is followed, as a path
    from its root or an item id; empty for all of it. `path` is the feed's folder as the user would
    write it; `run` says who asked, in Airflow's words, and is kept with the commit. `on_resync` says
    whether a refused token is answered by a full read in this run; `on_unsure` what becomes of items
    that a full read does not find although the service admits that it may have lost them;
    `confirm_deletes` names a kept read that may delete. `dry_run` reads the service and writes
    nothing at all.
    """

    feed: Feed
    source: str
    path: str
    records: Records
    fingerprint: str
    folder: str = ""
    start: Start = "full"
    full_reload: bool = False
    on_resync: OnResync = "inline"
    on_unsure: OnUnsure = "keep"
    confirm_deletes: str = ""
    dry_run: bool = False
    run: str = ""
    compaction: Compaction = Compaction()  # noqa: RUF009 - a frozen value
    on_page: Callable[[Progress], None] | None = None
    clock: Callable[[], datetime] = _now
