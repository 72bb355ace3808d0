"""How a run failed is known until one succeeds, and never hides the failure itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, LostRace, RetryLater
from airflow_provider_drivedelta.core.health.note import noted
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.last_error import LastError, load_last_error
from airflow_provider_drivedelta.core.lake.layout import LAST_ERROR, commit_path
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.plan import Plan, RunOptions, Window
from airflow_provider_drivedelta.core.protocols.graph_drive import GraphDrive
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Feed
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore
from tests.core.played import connect
from tests.graph_service import GraphService

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DONE = Summary(feed="drive-d--0", source="drives/d", protocol="graph", kind="quiet", path="lake/drive-d")
REFUSED = FixSetup("The application may not read this", then="Grant Files.Read.All.")


class Runs:
    """The runs of one feed, an hour apart; each ends as it is told."""

    def __init__(self, service: GraphService, storage: LocalStorage) -> None:
        self.storage, self._service, self._now = storage, service, NOW

    def end(self, how: Summary | Reconciled | Exception, **asked: object) -> object:
        self._now += timedelta(hours=1)
        options = RunOptions(run="dag/run/pull", **asked)  # type: ignore[arg-type]
        plan = Plan(
            feed=Feed("drive-d", "drive-d--0"),
            source="drives/d",
            path="lake/drive-d",
            records=DriveRecords("d"),
            fingerprint="f",
            asked=options,
            clock=lambda: self._now,
        )

        def call(*_: object) -> Summary | Reconciled:
            if isinstance(how, Exception):
                raise how
            return how

        protocol = GraphDrive(base_url=self._service.url, drive_id="d")
        with connect(self._service) as transport:
            return noted(call, plan, protocol, transport, self.storage, MemoryTokenStore())

    def fail(self, error: Exception, **asked: object) -> LastError | None:
        with pytest.raises(type(error)) as caught:
            self.end(error, **asked)
        assert caught.value is error
        return load_last_error(self.storage)


@pytest.fixture
def runs(service: GraphService, tmp_path: Path) -> Runs:
    return Runs(service, LocalStorage(tmp_path))


def test_an_error_is_noted_with_what_to_do_and_in_which_run(runs: Runs) -> None:
    error = runs.fail(REFUSED)
    assert error == LastError(
        at="2026-11-21T04:00:00+00:00",
        since="2026-11-21T04:00:00+00:00",
        times=1,
        kind="FixSetup",
        text="The application may not read this. Grant Files.Read.All.",
        feed="drive-d--0",
        source="drives/d",
        run="dag/run/pull",
    )


def test_failures_in_a_row_are_counted_from_the_first(runs: Runs) -> None:
    runs.fail(REFUSED)
    error = runs.fail(RetryLater("The service answered 503"))
    assert error
    assert (error.times, error.since, error.at) == (2, "2026-11-21T04:00:00+00:00", "2026-11-21T05:00:00+00:00")
    assert error.kind == "RetryLater"


@pytest.mark.parametrize("success", [DONE, Reconciled("in_sync", DONE)])
def test_a_success_forgets_it(runs: Runs, success: Summary | Reconciled) -> None:
    runs.fail(REFUSED)
    assert runs.end(success) is success
    assert load_last_error(runs.storage) is None
    error = runs.fail(REFUSED)
    assert error
    assert error.times == 1


@pytest.mark.parametrize("asked", [{"dry_run": True}, {"window": Window(NOW, NOW)}])
def test_dry_runs_and_replays_say_nothing_of_the_feed(runs: Runs, asked: dict[str, object]) -> None:
    assert runs.fail(REFUSED, **asked) is None
    before = runs.fail(REFUSED)
    runs.end(DONE, **asked)
    assert load_last_error(runs.storage) == before


def test_a_cleared_run_that_is_answered_from_the_log_is_no_success(runs: Runs) -> None:
    before = runs.fail(REFUSED)
    runs.end(replace(DONE, kind="replay"))
    assert load_last_error(runs.storage) == before


def test_to_lose_a_race_is_no_failure_of_the_feed(runs: Runs) -> None:
    assert runs.fail(LostRace("Another run published first")) is None


def test_of_errors_that_are_not_ours_only_the_kind_is_kept(runs: Runs) -> None:
    error = runs.fail(ValueError("https://host/delta?token=S3CRET"))
    assert error
    assert "ValueError" in error.text
    assert "S3CRET" not in (runs.storage.root / LAST_ERROR).read_text()


def test_an_output_that_cannot_be_written_to_hides_no_error(
    runs: Runs, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    runs.storage = LocalStorage(tmp_path / "a file")
    runs.storage.root.write_text("in the way")
    with pytest.raises(BrokenFeed, match="the real trouble"):
        runs.end(BrokenFeed("the real trouble"))
    assert "could not be noted" in caplog.text
    assert runs.end(DONE) is DONE


def test_a_spoiled_note_is_written_anew(runs: Runs) -> None:
    runs.fail(REFUSED)
    (runs.storage.root / LAST_ERROR).write_text("{")
    error = runs.fail(REFUSED)
    assert error
    assert error.times == 1


def test_what_a_newer_version_wrote_is_not_touched_by_a_note_either(runs: Runs) -> None:
    newer = json.dumps({"lowest_reader": 99}, indent=1) + "\n"
    runs.storage.create(commit_path(1), newer.encode())
    assert runs.fail(REFUSED) is None
    assert runs.storage.names("_drivedelta") == ["log"]


def test_a_damaged_log_is_noted(runs: Runs) -> None:
    runs.storage.create(commit_path(1), b"{\n}\n")
    assert runs.fail(BrokenFeed("A commit cannot be read"))
