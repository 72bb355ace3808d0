"""When these runs begin, or go on, a change in the drive decides, in a running Airflow that nobody attends to."""

from __future__ import annotations

from tests.scheduler.components import triggerer
from tests.scheduler.deployment import Deployment, Run, told
from tests.scheduler.tenant import Contoso, Followed


def test_a_change_starts_a_run_and_wakes_a_sensor_and_a_killed_triggerer_loses_none(
    airflow: Deployment, tenant: Contoso
) -> None:
    watched, sensed = tenant.of("watched"), tenant.of("sensed")
    airflow.wait(lambda: {"watched", "sensed"} <= airflow.dags)
    airflow.unpause("sensed")
    first = airflow.begin("sensed")  # everything is news, so that it needs no triggerer
    with triggerer(airflow):
        assert captured(airflow, watched, 1).state == "success"
        assert seen(airflow, first) == ("never_read", ("initial", 1, 1))
        waiting = airflow.begin("sensed")
        airflow.wait(lambda: airflow.task("sensed", airflow.run("sensed", waiting), "wait").state == "deferred")
        for followed in (watched, sensed):
            followed.add("new.txt")
        assert captured(airflow, watched, 2).state == "success"
        assert seen(airflow, waiting) == ("changed", ("incremental", 2, 2))

    watched.add("while there was no triggerer.txt")
    with triggerer(airflow):
        assert captured(airflow, watched, 3).state == "success"
    for followed in (watched, sensed):
        followed.check_lake()
    events = [event["payload"] for event in airflow.watched("watched")]
    assert [event["reason"] for event in events] == ["never_read", "changed", "changed"]
    assert [kept["times"] for kept in airflow.kept_for("watched")] == [1]  # of the last event, which came once
    assert [event.keys() for event in events] == [{"feed", "source", "reason"}] * 3


def captured(airflow: Deployment, followed: Followed, increment: int) -> Run:
    """The run that an event started, once it has brought the lake so far."""
    airflow.wait(lambda: bool(followed.feeds) and followed.commits[-1].increment >= increment)
    runs = airflow.all_ended("watched", "asset_triggered", count=increment)
    (run,) = (run for run in runs if told(airflow.returned("watched", run))[1:] == (increment, increment))
    return run


def seen(airflow: Deployment, run_id: str) -> tuple[str, tuple[str, int | None, int | None]]:
    """What the sensor saw, and what the pull after it brought."""
    run = airflow.ended("sensed", run_id)
    return airflow.returned("sensed", run, "wait")["reason"], told(airflow.returned("sensed", run))
