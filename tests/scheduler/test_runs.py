"""Runs of every origin: what each publishes, returns, and tells the world of assets."""

from __future__ import annotations

import os
import signal
from typing import Any

from tests.scheduler.deployment import Deployment, told
from tests.scheduler.tenant import Contoso


def test_catch_up_runs_in_a_row_are_one_increment_and_then_quiet_runs(airflow: Deployment, tenant: Contoso) -> None:
    airflow.unpause("queued")
    runs = airflow.all_ended("queued", "scheduled", count=3)
    assert [run.state for run in runs] == ["success"] * 3
    assert sorted(told(airflow.returned("queued", run)) for run in runs) == [
        ("initial", 1, 1),
        ("quiet", None, None),
        ("quiet", None, None),
    ]
    tenant.of("queued").check_lake()


def test_a_cleared_run_answers_what_it_published_and_moves_nothing(airflow: Deployment, tenant: Contoso) -> None:
    """H1, H3: neither the runs by hand nor those that their events start have a date."""
    followed = tenant.of("published")
    airflow.unpause("published")
    airflow.unpause("reader")
    first = airflow.trigger("published")
    followed.add("c.txt")
    second, quiet = airflow.trigger("published"), airflow.trigger("published")
    returned = [told(airflow.returned("published", run)) for run in (first, second, quiet)]
    assert returned == [("initial", 1, 1), ("incremental", 2, 2), ("quiet", None, None)]

    feed = airflow.returned("published", first)["feed"]
    before = airflow.variable(feed), followed.commits
    assert airflow.clear("published", first).state == "success"
    assert airflow.task("published", first).tries == 2
    assert told(airflow.returned("published", first)) == ("replay", 1, 1)
    assert (airflow.variable(feed), followed.commits) == before
    assert (before[0]["increment"], before[0]["delta_token"]) == (2, "***")
    followed.check_lake()

    events = airflow.events("published")
    assert [(event["increment"], event.get("replayed", False)) for event in events] == [
        (1, False),
        (2, False),
        (1, True),
    ]
    check_reader(airflow, events)
    assert {run.logical_date for run in (first, *airflow.runs("reader"))} == {None}


def check_reader(airflow: Deployment, events: list[dict[str, Any]]) -> None:
    """The DAG that the events start was told each of them once, and could itself pull without a date."""

    def heard() -> list[dict[str, Any]]:
        runs = [run for run in airflow.runs("reader", "asset_triggered") if run.state == "success"]
        return [extra for run in runs for extra in airflow.returned("reader", run, "hear")]

    airflow.wait(lambda: len(heard()) >= len(events))
    assert [(extra["kind"], extra["to_increment"]) for extra in heard()] == [
        (event["kind"], event["to_increment"]) for event in events
    ]
    assert heard() == events
    first, *later = [airflow.returned("reader", run) for run in airflow.runs("reader")]
    assert told(first) == ("initial", 1, 1)
    assert {told(summary) for summary in later} == {("quiet", None, None)}


def test_who_dies_between_commit_and_token_announces_it_in_the_next_try(airflow: Deployment, tenant: Contoso) -> None:
    """E1: SIGKILL."""
    followed = tenant.of("killed_late")
    airflow.unpause("killed_late")
    run = airflow.trigger("killed_late")
    assert (run.state, airflow.task("killed_late", run).tries) == ("success", 2)
    returned = airflow.returned("killed_late", run)
    assert told(returned) == ("initial", 1, 1)
    assert [commit.increment for commit in followed.commits] == [1]
    assert airflow.variable(returned["feed"])["increment"] == 1
    assert airflow.events("killed_late") == [returned]
    followed.check_lake()


def test_who_is_killed_while_it_reads_reads_again_in_the_next_try(airflow: Deployment, tenant: Contoso) -> None:
    """E1, E2: SIGKILL from outside, in the middle of the second page."""
    followed = tenant.of("killed_early")
    followed.be_slow(nth=2, seconds=20)
    airflow.unpause("killed_early")
    run_id = airflow.begin("killed_early")
    airflow.wait(lambda: followed.asked == 2)
    pid = airflow.task("killed_early", airflow.run("killed_early", run_id)).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    run = airflow.ended("killed_early", run_id)
    assert (run.state, airflow.task("killed_early", run).tries) == ("success", 2)
    returned = airflow.returned("killed_early", run)
    assert (told(returned), returned["inserted"]) == (("initial", 1, 1), 3)
    assert airflow.events("killed_early") == [returned]
    followed.check_lake()


def test_of_mapped_drives_the_one_that_is_closed_to_us_fails_alone(airflow: Deployment, tenant: Contoso) -> None:
    """H4: and at once, since no retry would help."""
    airflow.unpause("mapped")
    run = airflow.trigger("mapped")
    tasks = [(task.map_index, task.state, task.tries) for task in airflow.tasks("mapped", run)]
    assert sorted(tasks) == [(0, "success", 1), (1, "failed", 1), (2, "success", 1)]
    assert told(airflow.returned("mapped", run, map_index=0)) == ("initial", 1, 1)
    for owner in ("one", "two"):
        tenant.of(owner, output="mapped").check_lake()
