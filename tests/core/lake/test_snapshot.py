"""A snapshot is one file, whole at every moment."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import publish
from airflow_provider_drivedelta.reading import Snapshot, read_current, write_snapshot
from tests.core.played import Follower
from tests.graph_service import file_item, root_item, tombstone


@pytest.fixture
def followed(follower: Follower) -> Follower:
    """1: two files; 2: one of them gone."""
    follower.read_fully(root_item(), file_item("a"), file_item("b"))
    follower.service.on("/d1", follower.service.page([tombstone("b")], delta="/d2"))
    follower.pull()
    return follower


def test_it_holds_what_read_current_gives(followed: Follower, tmp_path: Path) -> None:
    target = tmp_path / "out" / "drive.parquet"
    assert write_snapshot(followed.output, target) == Snapshot(str(target), increment=2, rows=1)
    assert pq.read_table(target).equals(read_current(followed.output).read_all())


def test_it_can_be_of_an_earlier_increment(followed: Follower, tmp_path: Path) -> None:
    assert write_snapshot(followed.output, tmp_path / "a.parquet", at=1).rows == 2
    assert pq.read_table(tmp_path / "a.parquet")["path"].to_pylist() == ["/a.txt", "/b.txt"]


def test_an_older_one_is_replaced_for_good_and_nothing_else_is_left(followed: Follower, tmp_path: Path) -> None:
    target = tmp_path / "out" / "drive.parquet"
    for at in (1, 2):
        write_snapshot(followed.output, target.as_uri(), at=at)
    assert pq.read_table(target)["_increment"].to_pylist() == [2]
    assert list(target.parent.iterdir()) == [target]


def test_who_reads_the_old_one_reads_it_to_the_end(followed: Follower, tmp_path: Path) -> None:
    target = tmp_path / "drive.parquet"
    write_snapshot(followed.output, target, at=1)
    with pq.ParquetFile(target) as old:
        write_snapshot(followed.output, target)
        assert old.read().num_rows == 2


def test_a_failure_keeps_the_old_one(followed: Follower, tmp_path: Path) -> None:
    target = tmp_path / "out" / "drive.parquet"
    write_snapshot(followed.output, target)
    before = target.read_bytes()
    rows = followed.folder / followed.commits[0].state_files[1].final
    rows.write_bytes(b"?" * rows.stat().st_size)  # found out only in the middle of reading
    with pytest.raises(BrokenFeed, match="state"):
        write_snapshot(followed.output, target)
    assert (target.read_bytes(), list(target.parent.iterdir())) == (before, [target])


def test_many_small_batches_become_large_row_groups(follower: Follower, tmp_path: Path) -> None:
    items = 7 * 2048
    follower.read_fully(root_item(), *(file_item(f"i{number}") for number in range(items)))
    write_snapshot(follower.output, tmp_path / "drive.parquet")
    assert items < publish.ROWS_PER_GROUP
    assert pq.read_metadata(tmp_path / "drive.parquet").num_row_groups == 1


@pytest.mark.parametrize("place", ["changes/now.parquet", "_drivedelta/now.parquet", "changes/captured_date=x/y"])
def test_it_must_not_lie_among_increments(followed: Follower, place: str) -> None:
    with pytest.raises(FixSetup, match="own files"):
        write_snapshot(followed.output, followed.folder / place)


def test_a_folder_in_its_place_is_an_error_that_says_so(followed: Follower, tmp_path: Path) -> None:
    with pytest.raises(FixSetup, match="directory"):
        write_snapshot(followed.output, tmp_path)
