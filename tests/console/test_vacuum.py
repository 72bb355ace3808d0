"""`drivedelta vacuum`: what is removed, what is printed, how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.lake.layout import VACUUMED
from tests.core.conftest import follower, service, time
from tests.core.played import Follower
from tests.graph_service import GraphService, file_item

__all__ = ["follower", "service", "time"]


@pytest.fixture
def feed(follower: Follower, service: GraphService) -> Path:
    """A feed with an increment of long ago, and one of today."""
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([file_item("b")], delta="/d2"))
    follower.pull()
    path = follower.folder / "_drivedelta/log/00000001.json"
    commit = json.loads(path.read_text()) | {"committed_at": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}
    path.write_text(json.dumps(commit, indent=1) + "\n")
    return follower.folder


def test_it_says_what_is_gone_and_where_reading_begins(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = feed.glob("changes/*/00000001-*")
    size = file.stat().st_size
    assert main(["vacuum", str(feed.parent), "--keep", "90d"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(feed),
        f"1 files ({size} bytes) of 1 increments removed",
        "what can be read begins after increment 1",
    ]
    assert not file.exists()


def test_a_dry_run_says_what_would_go(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vacuum", str(feed), "--keep", "52w", "--dry-run"]) == 0
    assert "of 1 increments would be removed" in capsys.readouterr().out
    assert not (feed / VACUUMED).exists()


def test_a_program_gets_one_object_a_feed(feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vacuum", str(feed), "--keep", "P90D", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("path", "horizon", "increments", "files", "dry_run")} == {
        "path": str(feed),
        "horizon": 1,
        "increments": 1,
        "files": 1,
        "dry_run": False,
    }


@pytest.mark.parametrize(("keep", "where"), [("0d", "."), ("forever", "."), ("90d", "nowhere")])
def test_what_must_be_fixed_ends_with_3_and_removes_nothing(
    feed: Path, capsys: pytest.CaptureFixture[str], keep: str, where: str
) -> None:
    assert main(["vacuum", str(feed / where), "--keep", keep]) == 3
    assert capsys.readouterr().err.startswith("drivedelta: ")
    assert not (feed / VACUUMED).exists()


def test_how_long_is_never_assumed(feed: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["vacuum", str(feed)])
    assert ended.value.code == 2
