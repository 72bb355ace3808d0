"""What one run is asked to do, in the core's words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
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


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `start` included and `end` not: what lies on the border of two is in the later one alone."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"from {self.start.isoformat()} to before {self.end.isoformat()}"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the user asks of a run, whatever it follows.

    :param full_reload: read everything again, whatever the stored token says.
    :param on_resync: "inline" reads everything when the token is refused; "stop" raises `NeedsReload`.
    :param on_unsure: what becomes of items that a full read misses although the service may have lost them:
        "keep" marks them missing, "delete" deletes them.
    :param confirm_deletes: the id of a full read that was held back because it would delete very much.
    :param dry_run: read, count, and write nothing.
    :param run: who asked, in Airflow's words; kept with the commit.
    :param named_run: `run` is the name of one run, and comes again when that is retried or cleared: what the run
        committed is its answer then.
    :param cleared: the run was cleared by somebody, so its answer was given before and is a replay.
    :param window: pull nothing, but hand out again what was committed inside it.
    :param compaction: when the state is written anew.
    :param checkpoints: how often a long read is kept, to go on from.
    """

    full_reload: bool = False
    on_resync: OnResync = "inline"
    on_unsure: OnUnsure = "keep"
    confirm_deletes: str = ""
    dry_run: bool = False
    run: str = ""
    named_run: bool = False
    cleared: bool = False
    window: Window | None = None
    compaction: Compaction = Compaction()  # noqa: RUF009 - a frozen value
    checkpoints: Checkpoints = Checkpoints()  # noqa: RUF009 - a frozen value


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of one feed.

    `records` knows what its items are. `folder` is the part of the drive that is followed, as a path
    from its root or an item id; empty for all of it. `path` is the feed's folder as the user would
    write it. `turn` is entered for what takes much memory, where several feeds are pulled side by side.
    """

    feed: Feed
    source: str
    path: str
    records: Records
    fingerprint: str
    asked: RunOptions = RunOptions()
    folder: str = ""
    start: Start = "full"
    on_page: Callable[[Progress], None] | None = None
    clock: Callable[[], datetime] = _now
    turn: Callable[[], AbstractContextManager[None]] = nullcontext
