"""The hook tells of feeds' health with the tokens that lie in Airflow's Variables, and an alarm fails the task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from tests.core.played import a_commit, a_record

LONG_AGO = (datetime.now(UTC) - timedelta(days=3)).isoformat()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A feed that committed last three days ago."""
    log.add(LocalStorage(tmp_path / "drive-x"), a_commit(started_at=LONG_AGO, committed_at=LONG_AGO))
    return tmp_path


@pytest.fixture
def quiet_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed's Variable, as a run without news an hour ago left it."""
    then = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    record = a_record(increment=1, saved_at=then, last_success=then)
    monkeypatch.setenv(f"AIRFLOW_VAR_DRIVEDELTA__{record.feed.upper()}", record.to_json())


@pytest.mark.usefixtures("quiet_since", "airflow_home")
def test_a_variable_knows_of_runs_without_news(lake: Path) -> None:
    (feed,) = DriveDeltaHook().feed_health(str(lake))
    assert (feed.told_by, feed.increment) == ("token", 1)
    (again,) = DriveDeltaHook().check_feeds(str(lake), fail_if="stale=2h")
    assert again.last_success == feed.last_success


@pytest.mark.usefixtures("airflow_home")
def test_a_feed_beyond_the_limits_fails_the_task_with_a_table(lake: Path) -> None:
    with pytest.raises(AirflowFailException, match="1 of 1 feeds need somebody") as told:
        DriveDeltaHook().check_feeds(str(lake), fail_if="stale=26h")
    assert "drive-x: The last success that the log knows of was at" in str(told.value)


@pytest.mark.usefixtures("airflow_home")
def test_a_limit_that_is_none_fails_the_task_too(lake: Path) -> None:
    with pytest.raises(AirflowFailException, match="Say it like"):
        DriveDeltaHook().check_feeds(str(lake), fail_if="late")
