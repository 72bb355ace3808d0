"""When the runs before and after a tick were due, for timetables whose runs have no data intervals to say so.

In a task a timetable is hardly more than a description of itself. So the same schedule is asked as a timetable of data
intervals, which knows both directions, with Airflow's own view of time zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pendulum

from airflow_provider_drivedelta.core.errors import FixSetup

if TYPE_CHECKING:
    from airflow.timetables.base import Timetable

_AIRFLOWS_OWN = ("airflow.sdk.", "airflow.timetables.")
_OVER_A_GAP = timedelta(hours=2)  # more than clocks are put forward


def tick_before(timetable: object, tick: datetime) -> datetime:
    """The last tick before this one; the beginning of time before the first of listed events.

    :raises FixSetup: the timetable is none that can be asked.
    """
    own = _own(timetable)
    if hasattr(own, "event_dates"):
        earlier = (event for event in own.event_dates if event < tick)
        return max(earlier, default=datetime.min.replace(tzinfo=UTC))
    before = [found for each in _with_intervals(own) if (found := _before(each, tick)) < tick]
    if not before:
        raise _cannot_be_asked(timetable)
    return max(before)


def tick_after(timetable: object, tick: datetime) -> datetime:
    """The first tick after this one. Raises as `tick_before` does."""
    after = [found for each in _with_intervals(_own(timetable)) if (found := _after(each, tick)) > tick]
    if not after:
        raise _cannot_be_asked(timetable)
    return min(after)


def _before(timetable: Timetable, tick: datetime) -> datetime:
    # A tick at a time that the clocks leave out comes later that day, and is then its own predecessor.
    for moment in (tick, tick - _OVER_A_GAP):
        interval = timetable.infer_manual_data_interval(run_after=pendulum.instance(moment))
        for found in (interval.end, interval.start):
            if found < tick:
                return found
    return tick


def _after(timetable: Timetable, tick: datetime) -> datetime:
    from airflow.timetables.base import TimeRestriction

    since = TimeRestriction(earliest=pendulum.instance(tick), latest=None, catchup=True)
    info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=since)
    if info is None or info.data_interval is None:
        return tick
    # The first interval that begins at the tick or, where several schedules make the ticks, after it.
    return info.data_interval.start if info.data_interval.start > tick else info.data_interval.end


def _own(timetable: Any) -> Any:
    """The timetable itself, without assets beside it. A subclass of somebody's own may tick otherwise: it is not asked.

    :raises FixSetup: it is not Airflow's own.
    """
    own = getattr(timetable, "timetable", timetable)
    if not type(own).__module__.startswith(_AIRFLOWS_OWN):
        raise _cannot_be_asked(timetable)
    return own


def _with_intervals(timetable: Any) -> Iterator[Timetable]:
    """The same schedule as timetables of data intervals: one for each cron expression or delta."""
    from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable

    if hasattr(timetable, "serialize"):  # the scheduler's own class, as Airflow 3.1 has it in every task
        said = timetable.serialize()
        crons = said.get("expressions", [said["expression"]] if "expression" in said else [])
        yield from (CronDataIntervalTimetable.deserialize({**said, "expression": cron}) for cron in crons)
        if "delta" in said:
            yield DeltaDataIntervalTimetable.deserialize(said)
        return
    for each in getattr(timetable, "timetables", [timetable]):
        if hasattr(each, "expression"):
            yield CronDataIntervalTimetable(each.expression, each.timezone)
        elif hasattr(each, "delta"):
            yield DeltaDataIntervalTimetable(each.delta)


def _cannot_be_asked(timetable: object) -> FixSetup:
    return FixSetup(
        f"This backfill run has no data interval, and its timetable {type(timetable).__name__} cannot tell when the "
        "run before it was due: so it cannot be known which increments are the run's",
        then="Use a timetable with data intervals, or on_backfill='run' or 'skip'.",
    )
