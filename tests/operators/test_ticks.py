"""The ticks of a timetable backwards and forwards are those that Airflow itself makes: no gap, no overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pendulum
import pytest
from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    CronPartitionTimetable,
    CronTriggerTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
)
from airflow.timetables import trigger as schedulers
from airflow.timetables.base import DataInterval, TimeRestriction, Timetable
from dateutil.relativedelta import relativedelta

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.operators.ticks import tick_after, tick_before

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
SPRING, AUTUMN = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)
CRONS = [
    ("@hourly", "UTC"),
    ("@daily", BERLIN),
    ("30 2 * * *", BERLIN),  # left out by the clocks in spring, there twice in autumn
    ("0 2,3 * * *", BERLIN),
    ("15 */2 * * *", BERLIN),
    ("@hourly", BERLIN),
    ("*/20 * * * *", NEW_YORK),
    ("0 2 * * 1-5", NEW_YORK),
    ("*/30 1-2 * * *", LORD_HOWE),
    ("@weekly", LORD_HOWE),
]


def made_by_airflow(timetable: Timetable, since: datetime, days: int = 20) -> list[datetime]:
    """The ticks as the scheduler makes them, one after the other."""
    last: DataInterval | None = None
    found: list[datetime] = []
    restriction = TimeRestriction(pendulum.instance(since), None, catchup=True)
    while not found or found[-1] < since + timedelta(days=days):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        assert info
        last = info.data_interval
        assert last
        found.append(last.end)
    return found


def tells_the_same(timetable: object, ticks: list[datetime]) -> bool:
    pairs = list(pairwise(ticks))
    assert len(pairs) > 2
    return [(tick_before(timetable, late), tick_after(timetable, early)) for early, late in pairs] == pairs


@pytest.mark.parametrize("since", [SPRING, AUTUMN])
@pytest.mark.parametrize(("cron", "zone"), CRONS)
def test_of_a_cron_expression_whatever_the_clocks_do(cron: str, zone: str, since: datetime) -> None:
    """H2."""
    made = made_by_airflow(schedulers.CronTriggerTimetable(cron, timezone=zone), since)
    assert tells_the_same(CronTriggerTimetable(cron, timezone=zone), made)
    assert tells_the_same(CronPartitionTimetable(cron, timezone=zone), made)


def test_of_the_schedulers_own_class_as_airflow_3_1_has_it_in_tasks() -> None:
    """H2."""
    for timetable in (
        schedulers.CronTriggerTimetable("30 2 * * *", timezone=BERLIN),
        schedulers.CronTriggerTimetable("@daily", timezone=pendulum.FixedTimezone(3600)),
        schedulers.MultipleCronTriggerTimetable("0 5 * * *", "30 * * * *", timezone=BERLIN),
        schedulers.DeltaTriggerTimetable(timedelta(hours=7)),
        schedulers.DeltaTriggerTimetable(relativedelta(days=1)),
    ):
        assert tells_the_same(timetable, made_by_airflow(timetable, SPRING))


def test_of_several_cron_expressions_together() -> None:
    """H2."""
    crons = ("0 0 * * *", "30 6 * * 1", "0 0 */2 * *")
    made = made_by_airflow(schedulers.MultipleCronTriggerTimetable(*crons, timezone=BERLIN), AUTUMN)
    assert tells_the_same(MultipleCronTriggerTimetable(*crons, timezone=BERLIN), made)


def test_of_a_delta() -> None:
    """H2."""
    made = made_by_airflow(schedulers.DeltaTriggerTimetable(timedelta(hours=5)), SPRING)
    assert tells_the_same(DeltaTriggerTimetable(timedelta(hours=5)), made)


def test_of_a_schedule_beside_assets() -> None:
    """H2."""
    made = made_by_airflow(schedulers.CronTriggerTimetable("@daily", timezone=BERLIN), SPRING)
    daily = CronTriggerTimetable("@daily", timezone=BERLIN)
    assert tells_the_same(AssetOrTimeSchedule(timetable=daily, assets=[Asset("file:///x")]), made)


def test_of_listed_events_the_first_has_all_time_before_it() -> None:
    """H2."""
    events = [pendulum.datetime(2026, 11, day) for day in (3, 5, 11)]
    timetable = EventsTimetable(event_dates=events)
    assert [tick_before(timetable, event) for event in events[1:]] == events[:2]
    assert tick_before(timetable, events[0]).year == 1


class Fortnightly(CronTriggerTimetable):
    """A user's own, which leaves out every other week; nothing in the class says so."""


@pytest.mark.parametrize("ask", [tick_before, tick_after])
def test_a_timetable_of_somebodys_own_is_not_guessed_at(ask: object) -> None:
    """H2."""
    with pytest.raises(FixSetup, match="timetable Fortnightly cannot tell"):
        ask(Fortnightly("@weekly", timezone="UTC"), SPRING)  # type: ignore[operator]
