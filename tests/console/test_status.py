"""`drivedelta status`: what it prints, how it ends, and what it never shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.health.feed_health import FeedHealth
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.last_error import LastError, save_last_error
from airflow_provider_drivedelta.core.lake.layout import commit_path
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from tests.core.played import a_commit

NOW = datetime.now(UTC)
FIELDS = {*FeedHealth.__dataclass_fields__, "days_left", "is_failing", "state"}


@pytest.fixture
def lake(tmp_path: Path) -> LocalStorage:
    """Two feeds: one captured an hour ago, one failing since."""
    lake = LocalStorage(tmp_path / "lake")
    then = (NOW - timedelta(hours=1)).isoformat()
    for name in ("drive-ill", "drive-well"):
        log.add(lake.below(name), a_commit(feed=f"{name}--0", started_at=then, committed_at=then))
    error = {"kind": "FixSetup", "text": "The application may not read this", "run": "dag/run/pull"}
    now = {"at": NOW.isoformat(), "since": NOW.isoformat(), "times": 1}
    note = LastError(feed="drive-ill--0", source="drives/x", **now, **error)  # type: ignore[arg-type]
    save_last_error(lake.below("drive-ill"), note)
    return lake


def test_each_feed_has_a_line_and_each_trouble_one_more(lake: LocalStorage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(lake.root)]) == 0
    head, ill, well, remark, last = capsys.readouterr().out.splitlines()
    assert head.startswith("state")
    assert (ill.split()[0], well.split()[0]) == ("failing", "ok")
    assert remark.startswith("drive-ill: Failed at ")
    assert "The application may not read this" in remark
    assert last == "2 feeds: 1 failing, 1 ok"


def test_as_json_each_feed_is_an_object_without_a_token(lake: LocalStorage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(lake.root), "--json"]) == 0
    out = capsys.readouterr().out
    ill, well = map(json.loads, out.splitlines())
    assert ill.keys() == well.keys() == FIELDS
    assert (ill["is_failing"], well["last_error"]) == (True, None)
    assert "token=T" not in out


@pytest.mark.parametrize(
    ("limits", "status"), [("failing", 3), ("stale=2h", 0), ("held,quarantine", 0), ("stale=2h,failing", 3)]
)
def test_beyond_a_limit_it_ends_with_status_3(
    lake: LocalStorage, limits: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", str(lake.root), "--fail-if", limits, "--json"]) == status
    told = [json.loads(line)["complaints"] for line in capsys.readouterr().out.splitlines()]
    assert [bool(complaints) for complaints in told] == [status == 3, False]


def test_a_feed_that_cannot_be_read_ends_it_with_status_4_after_all_were_told(
    lake: LocalStorage, capsys: pytest.CaptureFixture[str]
) -> None:
    (lake.root / "drive-ill" / commit_path(1)).write_text("{\n}\n")
    assert main(["status", str(lake.root)]) == 4
    assert capsys.readouterr().out.endswith("2 feeds: 1 ok, 1 unreadable\n")


def test_a_wrong_limit_is_wrong_usage(lake: LocalStorage, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["status", str(lake.root), "--fail-if", "late"])
    assert left.value.code == 2
    assert "Say it like stale=26h" in capsys.readouterr().err


def test_a_folder_without_feeds_is_a_matter_of_the_set_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(tmp_path)]) == 3
    assert "There is no feed below this folder" in capsys.readouterr().err
