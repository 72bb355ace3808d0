"""DriveDeltaVacuumOperator in a real Airflow: what it removes, what it returns, how it fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.layout import VACUUMED
from airflow_provider_drivedelta.reading import read_changes
from tests.conftest import Contoso
from tests.play import Airflow, Played


@pytest.fixture
def feed(airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> Path:
    """A feed with an increment of long ago, and one of today."""
    folder = Path(str(airflow.play(**pull).summary["path"]))
    contoso.emulator.drive.create_file("d.txt", b"d")
    airflow.play(**pull)
    path = folder / "_drivedelta/log/00000001.json"
    commit = json.loads(path.read_text()) | {"committed_at": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}
    path.write_text(json.dumps(commit, indent=1) + "\n")
    return folder


def vacuum(airflow: Airflow, output: Path, **arguments: object) -> Played:
    return airflow.play(operator="DriveDeltaVacuumOperator", task_id="vacuum", output=str(output), **arguments)


def test_it_keeps_ninety_days_and_returns_what_is_gone(airflow: Airflow, feed: Path) -> None:
    (file,) = feed.glob("changes/*/00000001-*")
    size = file.stat().st_size
    run = vacuum(airflow, feed.parent)
    assert run.summary == {"feeds": 1, "increments": 1, "files": 1, "bytes": size, "dry_run": False}
    assert not file.exists()
    assert json.loads((feed / VACUUMED).read_text())["by"].endswith("/vacuum")
    assert f"{feed}: 1 files, {size} bytes of 1 increments vacuumed" in run.log
    with pytest.raises(FixSetup, match="were vacuumed"):
        read_changes(feed)


def test_pulls_go_on_and_find_nothing_new(airflow: Airflow, feed: Path, pull: dict[str, object]) -> None:
    vacuum(airflow, feed)
    assert airflow.play(**pull).summary["kind"] == "quiet"


def test_a_cleared_run_of_what_is_gone_fails_at_once_and_says_why(
    airflow: Airflow, pull: dict[str, object], feed: Path
) -> None:
    """H1."""
    first = json.loads((feed / "_drivedelta/log/00000001.json").read_text())["run"].split("/")[1]
    vacuum(airflow, feed)
    again = airflow.play(**pull, retries=1, run={"run_id": first, "clear_number": 1})
    assert (again.state, again.tries) == ("failed", 1)
    assert "What is still there begins after increment 1" in again.log


def test_a_dry_run_removes_nothing(airflow: Airflow, feed: Path) -> None:
    run = vacuum(airflow, feed, dry_run=True, keep="1h")
    assert (run.summary["files"], run.summary["dry_run"]) == (1, True)
    assert "Dry run: " in run.log
    assert not (feed / VACUUMED).exists()
    assert len(list(feed.glob("changes/*/*.parquet"))) == 2


@pytest.mark.parametrize(("keep", "says"), [("0d", "is no time to keep"), ("{{ params.none }}", "is no time to keep")])
def test_a_time_that_is_none_fails_at_once(airflow: Airflow, feed: Path, keep: str, says: str) -> None:
    run = vacuum(airflow, feed, keep=keep, retries=1, raw="params={'none': None}")
    assert (run.state, run.tries) == ("failed", 1)
    assert says in run.log
    assert not (feed / VACUUMED).exists()


def test_an_output_without_feeds_is_an_error(airflow: Airflow, tmp_path: Path) -> None:
    assert "no feed below this folder" in vacuum(airflow, tmp_path).log
