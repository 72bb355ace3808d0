"""H2: backfills beside the schedule, with every timetable, and with either thing that they may be told to do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.scheduler.deployment import Deployment, told
from tests.scheduler.history import capture
from tests.scheduler.tenant import Contoso, Followed

DAY = timedelta(days=1)
# The runs of three days, by the date that each timetable gives them, as days before today.
DATED = {"by_interval": (4, 2), "by_partition": (4, 2), "by_tick": (3, 1)}


@pytest.fixture(scope="module")
def replayed(airflow: Deployment, tenant: Contoso, today: datetime) -> Followed:
    """Two increments four days ago, none the day after, one two days ago; then schedule and backfills at once."""
    followed = tenant.of("replayed")
    hours = timedelta(hours=1)
    capture(followed, [today - 4 * DAY + 9 * hours, today - 4 * DAY + 15 * hours, today - 2 * DAY + 9 * hours])
    followed.add("today.txt")
    for dag_id, (since, until) in DATED.items():
        airflow.backfill(dag_id, today - since * DAY, today - until * DAY)
        airflow.unpause(dag_id)
    return followed


@pytest.mark.parametrize("dag_id", DATED)
def test_a_backfill_hands_out_again_what_was_committed_on_its_days(
    airflow: Deployment, replayed: Followed, dag_id: str
) -> None:
    runs = airflow.all_ended(dag_id, "backfill", count=3)
    assert [airflow.task(dag_id, run).state for run in runs] == ["success", "skipped", "success"]
    first, nothing, last = [airflow.returned(dag_id, run) for run in runs]
    assert (told(first), told(last), nothing) == (("replay", 1, 2), ("replay", 3, 3), None)
    assert (first["inserted"], last["inserted"]) == (5, 1)


def test_the_schedule_beside_it_goes_on_as_ever(airflow: Deployment, replayed: Followed) -> None:
    """One of the runs publishes today's increment, whoever comes first; replays are marked, it is not."""
    runs = [(dag_id, run) for dag_id in DATED for run in airflow.all_ended(dag_id, "scheduled", count=1)]
    assert {run.state for _, run in runs} == {"success"}
    published = [airflow.returned(dag_id, run)["increment"] for dag_id, run in runs]
    assert [number for number in published if number] == [4]
    assert len(replayed.commits) == 4
    replayed.check_lake()


def test_a_replay_is_marked_in_its_events(airflow: Deployment, replayed: Followed) -> None:
    airflow.all_ended("by_interval", "backfill", count=3)
    marked = [event for event in airflow.events("by_interval") if event.get("replayed")]
    assert sorted((event["from_increment"], event["to_increment"]) for event in marked) == [(1, 2), (3, 3)]


def test_runs_that_race_for_one_feed_lose_nothing_and_double_nothing(
    airflow: Deployment, tenant: Contoso, today: datetime
) -> None:
    """E3: `on_backfill="run"` makes every run an increment; who loses tries again, and then is right."""
    followed = tenant.of("crowded")
    airflow.unpause("before_the_crowd")
    first = airflow.trigger("before_the_crowd")
    followed.add("before.txt")
    followed.be_slow(times=4, seconds=5)  # so that they do meet: all at once from increment 1
    airflow.backfill("crowded", today - 7 * DAY, today - 5 * DAY)
    airflow.unpause("crowded")

    def ended_while_the_drive_changes() -> bool:
        if len(followed.commits) < 4:  # enough rounds; or it would take as many as there are runs
            followed.add(f"{len(followed.drive.walk())}.txt")
        return all(airflow.have_ended("crowded", kind, count=3) for kind in ("backfill", "scheduled"))

    airflow.wait(ended_while_the_drive_changes)
    airflow.trigger("crowded")  # for what changed last
    runs = airflow.runs("crowded")
    assert {run.state for run in runs} == {"success"}
    assert sum(airflow.task("crowded", run).tries - 1 for run in runs) > 0  # there were losers

    numbers = [commit.increment for commit in followed.commits]
    assert numbers == list(range(1, len(numbers) + 1))
    summaries = [airflow.returned("before_the_crowd", first), *(airflow.returned("crowded", run) for run in runs)]
    assert sorted(summary["increment"] for summary in summaries if summary["increment"]) == numbers
    variable = airflow.variable(summaries[0]["feed"])
    assert variable["increment"] == numbers[-1]
    followed.check_lake()
