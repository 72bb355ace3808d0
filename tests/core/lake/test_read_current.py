"""The items there are, after any increment whose state is still held."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Layer
from airflow_provider_drivedelta.core.lake.drive_schema import ITEM
from airflow_provider_drivedelta.core.lake.layout import state_file
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.reading import read_current
from tests.core.played import START, Follower, a_commit, resync
from tests.graph_service import Reply, file_item, folder_item, root_item, tombstone


@pytest.fixture
def followed(follower: Follower) -> Follower:
    """1: a folder with two files and one beside it; 2: renamed, one file edited; 3: one lost; 4: the other gone."""
    service = follower.service
    tree = [file_item("b", parent="f"), root_item()]
    first = [*tree, folder_item("f", "Reports"), file_item("a", parent="f"), file_item("c")]
    second = [folder_item("f", "Archive"), file_item("a", parent="f", eTag='"a,2"', size=2)]
    service.on(START, service.page(first, delta="/d1"), service.page([*tree, *second], delta="/d3"))
    service.on("/d1", service.page(second, delta="/d2"))
    service.on("/d2", resync("Upload"))
    service.on("/d3", service.page([tombstone("b")], delta="/d4"))
    for _ in range(4):
        follower.pull()
    return follower


def paths(follower: Follower, **options: object) -> set[object]:
    return set(read_current(follower.folder, **options).read_all()["path"].to_pylist())  # type: ignore[arg-type]


AT = {
    1: {"/Reports", "/Reports/a.txt", "/Reports/b.txt", "/c.txt"},
    2: {"/Archive", "/Archive/a.txt", "/Archive/b.txt", "/c.txt"},
    3: {"/Archive", "/Archive/a.txt", "/Archive/b.txt", "/c.txt"},
    4: {"/Archive", "/Archive/a.txt", "/c.txt"},
}


@pytest.mark.parametrize("at", AT)
def test_each_increment_has_its_own_tree(followed: Follower, at: int) -> None:
    assert paths(followed, at=at) == AT[at]


def test_the_last_one_is_what_one_gets_unasked(followed: Follower) -> None:
    assert paths(followed) == AT[4]


def test_items_come_whole_with_the_increment_to_go_on_from(followed: Follower) -> None:
    table = read_current(followed.folder).read_all()
    assert table.schema.names == ["_feed", "_increment", "_missing_since", *ITEM.names]
    (row,) = [row for row in table.to_pylist() if row["id"] == "a"]
    assert (row["size"], row["etag"], row["mime_type"]) == (2, '"a,2"', "text/plain")
    assert set(table["_increment"].to_pylist()) == {4}
    assert set(table["_feed"].to_pylist()) == {followed.commits[-1].feed}


def test_missing_items_are_marked_or_left_out(followed: Follower) -> None:
    marked = {row["id"] for row in read_current(followed.folder).read_all().to_pylist() if row["_missing_since"]}
    assert marked == {"c"}
    assert paths(followed, include_missing=False) == AT[4] - {"/c.txt"}


def test_change_files_are_not_needed(followed: Follower) -> None:
    shutil.rmtree(followed.folder / "changes")
    assert paths(followed) == AT[4]


def test_of_a_feed_of_one_folder_only_what_is_below_it_is_told(follower: Follower) -> None:
    service = follower.service
    service.on("/v1.0/drives/b!drive/items/f", Reply.json(folder_item("f", "Reports")))
    tree = [root_item(), folder_item("f", "Reports"), file_item("a", parent="f"), folder_item("g", "Reports2")]
    service.on(START, service.page([*tree, file_item("b", parent="g")], delta="/d1"))
    follower.pull(folder="f")
    assert paths(follower) == {"/Reports/a.txt"}
    service.on("/d1", service.page([tombstone("f")], delta="/d2"))
    follower.pull(folder="f")
    assert paths(follower) == set()


def test_an_orphan_has_no_path_yet(follower: Follower) -> None:
    follower.read_fully(root_item(), file_item("a", parent="unheard of"))
    assert paths(follower) == {None}


def test_an_empty_drive_has_no_items_but_all_columns(follower: Follower) -> None:
    follower.read_fully(root_item())
    table = read_current(follower.folder).read_all()
    assert (table.num_rows, table.schema.names[-1]) == (0, ITEM.names[-1])


def test_a_commit_that_a_crash_kept_from_its_places_is_read_where_it_lies(followed: Follower) -> None:
    commit = followed.commits[-1]
    for file in (*commit.files, *commit.state_files):
        followed.storage.move(file.final, file.staged)
    reader = read_current(followed.folder)
    followed.service.on("/d4", followed.service.page([], delta="/d5"))
    followed.pull()  # which finishes the commit, between asking and reading
    assert set(reader.read_all()["path"].to_pylist()) == AT[4]


def test_many_small_batches_come_out_as_they_went_in(follower: Follower) -> None:
    files = [file_item(f"i{number}") for number in range(5000)]
    follower.read_fully(root_item(), *files)
    follower.service.on("/d1", follower.service.page([file_item("i4000", name="new.txt")], delta="/d2"))
    follower.pull()
    table = read_current(follower.folder).read_all()
    names = dict(zip(table["id"].to_pylist(), table["name"].to_pylist(), strict=True))
    assert names == {f"i{number}": f"i{number}.txt" for number in range(5000)} | {"i4000": "new.txt"}


def a_layer(feed: LocalStorage, number: int) -> Layer:
    """One whose files are there, with nothing in them."""
    keys, rows = (state_file(number, what, "a" * 16) for what in ("keys.parquet", "rows.arrow"))
    for file in (keys, rows):
        feed.create(file, b"x")
    return Layer(increment=number, keys=keys, rows=rows, count=1, keys_size=1, rows_size=1)


class TestWhatIsNotThere:
    def test_an_increment_that_never_was(self, followed: Follower) -> None:
        with pytest.raises(FixSetup, match=r"no increment 9 .*first one is 1, the last one 4"):
            read_current(followed.folder, at=9)

    def test_an_increment_whose_state_was_dropped_names_those_that_are_held(self, tmp_path: Path) -> None:
        feed = LocalStorage(tmp_path)
        layers = {number: a_layer(feed, number) for number in (1, 2, 3, 4)}
        for number, held in ((1, [1]), (2, [1, 2]), (3, [3]), (4, [3, 4])):
            log.add(feed, a_commit(number, state=tuple(layers[each] for each in held)))
        (tmp_path / layers[1].rows).unlink()
        for dropped in (1, 2):
            with pytest.raises(FixSetup, match=f"after increment {dropped} .* from increment 3 on, up to 4"):
                read_current(tmp_path, at=dropped)

    def test_the_last_state_damaged_is_no_setting_but_damage(self, followed: Follower) -> None:
        (followed.folder / followed.commits[-1].state_files[0].final).unlink()
        with pytest.raises(BrokenFeed, match="full_reload"):
            read_current(followed.folder)

    @pytest.mark.parametrize("what", ["keys.parquet", "rows.arrow"])
    def test_a_file_of_the_right_size_with_the_wrong_content_is_damage(self, followed: Follower, what: str) -> None:
        (path,) = [followed.folder / f.final for f in followed.commits[0].state_files if f.final.endswith(what)]
        path.write_bytes(b"?" * path.stat().st_size)
        with pytest.raises(BrokenFeed, match="state is damaged"):
            read_current(followed.folder).read_all()

    def test_a_reader_who_stops_half_way_leaves_nothing_behind(
        self, followed: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(scratch))
        reader = read_current(followed.folder)
        reader.read_next_batch()
        del reader
        assert not list(scratch.iterdir())
