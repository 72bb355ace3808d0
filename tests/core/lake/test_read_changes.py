"""What is committed is what one reads: no more, no less, in order."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.layout import commit_path
from airflow_provider_drivedelta.reading import read_changes
from tests.core.played import Follower, a_commit
from tests.graph_service import file_item, folder_item, root_item, tombstone


@pytest.fixture
def three(follower: Follower) -> Follower:
    """Three increments: a folder with two files; one file edited; the folder gone."""
    service = follower.service
    follower.read_fully(
        root_item(), folder_item("f", "Reports"), file_item("a", parent="f"), file_item("b", parent="f")
    )
    service.on("/d1", service.page([file_item("a", parent="f", eTag='"a,2"', size=2)], delta="/d2"))
    service.on("/d2", service.page([tombstone("f")], delta="/d3"))
    follower.pull()
    follower.pull()
    return follower


def told(follower: Follower, **bounds: int) -> list[tuple[object, ...]]:
    rows = read_changes(follower.folder, **bounds).read_all().to_pylist()  # type: ignore[arg-type]
    return [(row["_increment"], row["_sequence"], row["_op"], row["id"]) for row in rows]


FIRST = [(1, 0, "insert", "f"), (1, 1, "insert", "a"), (1, 2, "insert", "b")]
SECOND = [(2, 0, "update", "a")]


def test_all_that_is_committed_comes_in_order(three: Follower) -> None:
    rows = told(three)
    assert rows[:4] == FIRST + SECOND
    assert sorted(rows[4:]) == rows[4:]
    assert {(op, item) for _, _, op, item in rows[4:]} == {("delete", "f"), ("delete", "a"), ("delete", "b")}


def test_after_is_left_out_and_until_is_included(three: Follower) -> None:
    assert told(three, after=1, until=2) == SECOND
    assert told(three, until=1) == FIRST
    assert told(three, after=3) == told(three, after=2, until=2) == []


def test_an_output_with_one_feed_is_as_good_as_the_feed_itself(three: Follower) -> None:
    for folder in (three.output, str(three.output), three.output.as_uri(), three.folder.as_uri()):
        assert read_changes(folder).read_all().num_rows == 7


def test_every_column_has_its_type_even_where_no_row_is(three: Follower) -> None:
    assert read_changes(three.folder).schema.equals(DRIVE.change)
    assert read_changes(three.folder, after=3).read_all().schema.equals(DRIVE.change)


def test_a_commit_that_a_crash_kept_from_its_places_is_read_where_it_lies(three: Follower) -> None:
    before = told(three)
    commit = three.commits[-1]
    for file in (*commit.files, *commit.state_files):
        three.storage.move(file.final, file.staged)
    assert told(three) == before


def test_files_that_no_commit_names_are_not_read(three: Follower) -> None:
    before = told(three)
    shutil.copy(three.change_files[0], three.change_files[0].with_stem("00000001-00001-0123456789abcdef"))
    assert told(three) == before


def test_a_commit_cut_while_it_was_written_is_none_yet(three: Follower) -> None:
    before = told(three)
    stump = three.folder / commit_path(4)
    stump.write_bytes(a_commit(4).to_json()[:100])
    assert told(three) == before
    assert stump.exists()


def test_a_damaged_commit_is_named(three: Follower) -> None:
    (three.folder / commit_path(2)).write_text("{}")
    with pytest.raises(BrokenFeed, match=r"00000002\.json"):
        told(three)
    assert told(three, until=1) == FIRST


def test_a_file_that_was_moved_away_is_named_with_its_increment(three: Follower) -> None:
    three.change_files[1].unlink()
    with pytest.raises(FixSetup, match=r"Increment 2 .* after=2"):
        read_changes(three.folder)
    assert told(three, until=1) == FIRST
    assert len(told(three, after=2)) == 3


@pytest.mark.parametrize("spoil", [lambda content: content[:-1], lambda content: b"?" * len(content)])
def test_a_file_that_is_not_what_was_committed_is_named(three: Follower, spoil: object) -> None:
    file = three.change_files[0]
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BrokenFeed, match="increment 1"):
        told(three)


def test_columns_that_an_older_version_did_not_know_are_null(three: Follower) -> None:
    file, commit = three.change_files[0], three.commits[0]
    older = pq.read_table(file, partitioning=None).drop_columns(["bundle", "description"])
    image = older.schema.get_field_index("image")
    narrow = pa.array([{"height": 1}, None, None], pa.struct([pa.field("height", pa.int32())]))
    pq.write_table(older.set_column(image, "image", narrow), file)
    files = tuple(replace(each, size=file.stat().st_size) for each in commit.files)
    (three.folder / commit_path(1)).write_bytes(replace(commit, files=files).to_json())
    table = read_changes(three.folder).read_all()
    assert table.schema.equals(DRIVE.change)
    assert told(three)[:3] == FIRST
    assert table["image"][0].as_py() == {"height": 1, "width": None}


class TestTheFolder:
    def test_with_several_feeds_they_are_listed(self, three: Follower) -> None:
        shutil.copytree(three.folder, three.output / "drive-other")
        with pytest.raises(FixSetup, match=r"2 feeds .*drive-b~21drive, drive-other"):
            read_changes(three.output)

    def test_of_many_feeds_the_first_twenty_are_listed(self, three: Follower) -> None:
        for number in range(30):
            (three.output / f"drive-{number:02}/_drivedelta/log").mkdir(parents=True)
        with pytest.raises(FixSetup, match=r"31 feeds .*drive-19, …"):
            read_changes(three.output)

    def test_without_a_feed_says_what_to_give(self, tmp_path: Path) -> None:
        with pytest.raises(FixSetup, match="no feed below this folder"):
            read_changes(tmp_path)
        with pytest.raises(FixSetup, match="nowhere"):
            read_changes(tmp_path / "nowhere")

    def test_without_a_commit_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "_drivedelta/log").mkdir(parents=True)
        with pytest.raises(FixSetup, match="Nothing was committed"):
            read_changes(tmp_path)

    def test_in_a_store_we_do_not_know_is_refused(self) -> None:
        with pytest.raises(FixSetup, match="'sftp' is no place"):
            read_changes("sftp://lake/feed")
