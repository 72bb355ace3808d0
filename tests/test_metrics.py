"""What is counted of a run, under which names and tags, whatever the backend."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, LostRace, RetryLater
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.metrics import Tags, count_failure, count_run

QUIET = Summary(feed="drive-d--0", source="drives/d", protocol="graph", kind="quiet", path="lake/drive-d", requests=1)
BUSY = replace(
    QUIET,
    kind="resync",
    increment=7,
    inserted=3,
    updated=2,
    deleted=1,
    requests=9,
    throttled_seconds=1.5,
    quarantined=4,
)


class Counted:
    """Stands where StatsD would: name, value and tags of each call."""

    def __init__(self) -> None:
        self.told: dict[str, int | timedelta] = {}
        self.tags: list[Tags | None] = []

    def incr(self, stat: str, count: int = 1, *, tags: Tags | None = None) -> None:
        self.told[stat] = count
        self.tags.append(tags)

    def timing(self, stat: str, dt: timedelta, *, tags: Tags | None = None) -> None:
        self.told[stat] = dt
        self.tags.append(tags)


@pytest.fixture
def counted() -> Counted:
    return Counted()


def test_a_quiet_run_is_a_run_and_its_requests(counted: Counted, tmp_path: Path) -> None:
    count_run(QUIET, output=lambda: str(tmp_path), meter=counted)
    assert counted.told == {"drivedelta.runs.quiet": 1, "drivedelta.requests": 1}
    assert counted.tags == [{"protocol": "graph"}] * 2


def test_rows_are_counted_by_operation_and_waits_timed(counted: Counted, tmp_path: Path) -> None:
    count_run(BUSY, output=lambda: str(tmp_path), meter=counted)
    assert counted.told == {
        "drivedelta.runs.resync": 1,
        "drivedelta.rows.insert": 3,
        "drivedelta.rows.update": 2,
        "drivedelta.rows.delete": 1,
        "drivedelta.requests": 9,
        "drivedelta.resyncs": 1,
        "drivedelta.quarantined": 4,
        "drivedelta.throttled": timedelta(seconds=1.5),
    }


def test_what_is_replayed_was_counted_before(counted: Counted, tmp_path: Path) -> None:
    count_run(replace(BUSY, kind="replay"), output=lambda: str(tmp_path), meter=counted)
    assert counted.told == {"drivedelta.runs.replay": 1}


def test_the_feed_is_a_tag_only_where_somebody_asked_for_it(
    counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRIVEDELTA__METRICS_BY_FEED", "True")
    count_run(QUIET, output=lambda: str(tmp_path), meter=counted)
    assert counted.tags == [{"protocol": "graph", "feed": "drive-d--0"}] * 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RetryLater("busy"), "RetryLater"),
        (LostRace("late"), "LostRace"),
        (FixSetup("403"), "FixSetup"),
        (KeyError("T0ken"), "other"),
    ],
)
def test_failures_are_counted_by_their_kind(counted: Counted, error: Exception, kind: str) -> None:
    count_failure(error, protocol="graph", meter=counted)
    assert counted.told == {f"drivedelta.failures.{kind}": 1}
    assert counted.tags == [{"protocol": "graph"}]


def test_a_lake_that_cannot_be_read_fails_no_run_that_has_published(
    counted: Counted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    count_run(replace(BUSY, kind="incremental"), output=lambda: str(tmp_path), meter=counted)
    assert "drivedelta.lag" not in counted.told
    assert "How old the newest change was is not known (BrokenFeed)" in caplog.text


def test_airflows_own_stats_take_all_of_it(tmp_path: Path) -> None:
    """The names obey StatsD's rules, and its lines are what a dashboard reads."""
    from airflow.sdk._shared.observability.metrics.statsd_logger import SafeStatsdLogger

    class Client:
        def __init__(self) -> None:
            self.sent: list[tuple[object, ...]] = []

        def incr(self, *told: object) -> None:
            self.sent.append(told)

        timing = incr

    client = Client()
    meter = SafeStatsdLogger(client, influxdb_tags_enabled=True, statsd_influxdb_enabled=True)  # type: ignore[arg-type]
    count_run(BUSY, output=lambda: str(tmp_path), meter=meter)
    count_failure(FixSetup("403"), meter=meter)
    assert ("drivedelta.rows.insert,protocol=graph", 3, 1) in client.sent
    assert ("drivedelta.throttled,protocol=graph", timedelta(seconds=1.5)) in client.sent
    assert client.sent[-1][0] == "drivedelta.failures.FixSetup"
    count_run(BUSY, output=lambda: str(tmp_path))  # to whatever this Airflow is set up for
