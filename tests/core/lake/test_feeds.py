"""The feeds below an output."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.feeds import feeds_below
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from tests.core.played import a_commit


@pytest.fixture
def output(tmp_path: Path) -> Path:
    for feed, commits in (("drive-b", 2), ("drive-a", 1)):
        for number in range(1, commits + 1):
            log.add(LocalStorage(tmp_path / feed), a_commit(number))
    (tmp_path / "something else").mkdir()
    (tmp_path / "a file").touch()
    return tmp_path


def test_each_feed_is_found_with_its_commits(output: Path) -> None:
    found = [(Path(folder).name, [commit.increment for commit in commits]) for folder, commits in feeds_below(output)]
    assert found == [("drive-a", [1]), ("drive-b", [1, 2])]


def test_a_feeds_own_folder_is_that_feed(output: Path) -> None:
    ((folder, commits),) = feeds_below(output / "drive-b")
    assert (folder, len(commits)) == (str(output / "drive-b"), 2)


@pytest.mark.parametrize(("place", "says"), [("nowhere", "no such folder"), ("a file", "cannot be used")])
def test_a_place_that_is_no_folder_is_ours_to_mend(output: Path, place: str, says: str) -> None:
    with pytest.raises(FixSetup, match=says):
        feeds_below(output / place)


def test_a_damaged_commit_is_said_to_be_one(output: Path) -> None:
    (output / "drive-a/_drivedelta/log/00000001.json").write_text("{\n}\n")
    with pytest.raises(BrokenFeed, match=r"drive-a.*00000001\.json"):
        feeds_below(output)
