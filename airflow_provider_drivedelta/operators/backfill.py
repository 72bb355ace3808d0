"""Which stretch of time a backfill run stands for. A delta token knows no dates, but the log does."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Literal

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.operators.ticks import tick_after, tick_before

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

    from airflow_provider_drivedelta.core.plan import Window

OnBackfill = Literal["replay", "run", "skip"]


def is_backfill(run: DagRunProtocol) -> bool:
    return run.run_type == "backfill"


def window_of(run: DagRunProtocol, timetable: object) -> Window:
    """What the run is to hand out again: neighbouring runs have windows that meet without a gap.

    The data interval where it has a length; else from the partition's date to the next one's; else from
    the tick before the run's to the run's own.

    :raises FixSetup: it cannot be known; rather than guessed at.
    """
    from airflow_provider_drivedelta.core.plan import Window

    start, end = run.data_interval_start, run.data_interval_end
    partition = getattr(run, "partition_date", None)  # since Airflow 3.2
    if partition is not None:
        start, end = partition, tick_after(timetable, partition)
    elif end is None or start is None:
        what = "This backfill run has no dates, so it cannot be known which increments are the run's"
        raise FixSetup(what, then="Use a timetable with data intervals, or on_backfill='run' or 'skip'.")
    elif start >= end:
        start = tick_before(timetable, end)
    return Window(start.astimezone(UTC), end.astimezone(UTC))
