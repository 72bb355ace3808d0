"""A feed of one folder: what is in it, what comes into it, what leaves it, and the folder itself on its way."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from tests.core.played import START, Follower, refused, resync
from tests.graph_service import GraphService, Reply, file_item, folder_item, root_item, tombstone

FOLDER = "/v1.0/drives/b!drive/root:/Reports/2026"


@pytest.fixture
def scoped(service: GraphService, follower: Follower) -> Follower:
    """`/Reports/2026` is followed: it holds a.txt; b.txt lies beside it, in /Old, and c.txt below /Old/Deep."""
    service.on(FOLDER, Reply.json(folder_item("year", "2026", "reports")))
    items = [
        root_item(),
        folder_item("reports", "Reports"),
        folder_item("year", "2026", "reports"),
        file_item("a", parent="year"),
        folder_item("old", "Old"),
        file_item("b", parent="old"),
        folder_item("deep", "Deep", "old"),
        file_item("c", parent="deep"),
    ]
    service.on(START, service.page(items, delta="/d1"))
    follower.pull(folder="Reports/2026/")
    return follower


def told(follower: Follower, increment: int) -> list[tuple[object, ...]]:
    return sorted((row["_op"], row["_cause"], row["path"]) for row in follower.rows(increment))


def follow(follower: Follower, *items: dict[str, object], token: str = "/d1", then: str = "/d2") -> None:
    follower.service.on(token, follower.service.page([root_item(), *items], delta=then))
    follower.pull(folder="/Reports/2026")


def test_a_first_read_tells_only_of_what_is_below_the_folder(scoped: Follower) -> None:
    assert told(scoped, 1) == [("insert", "reported", "/Reports/2026/a.txt")]


def test_what_is_moved_in_is_an_insert_with_everything_below(scoped: Follower) -> None:
    follow(scoped, folder_item("deep", "Deep", "year"))
    assert told(scoped, 2) == [
        ("insert", "entered_scope", "/Reports/2026/Deep"),
        ("insert", "entered_scope", "/Reports/2026/Deep/c.txt"),
    ]
    assert [row["_previous"] for row in scoped.rows(2)] == [None, None]


def test_what_is_moved_out_is_a_delete_that_says_where_it_was(scoped: Follower) -> None:
    follow(scoped, file_item("a", parent="old"))
    assert told(scoped, 2) == [("delete", "left_scope", "/Reports/2026/a.txt")]


def test_what_happens_elsewhere_is_known_and_not_told(scoped: Follower) -> None:
    follow(scoped, file_item("b", "renamed.txt", "old"))
    assert scoped.change_files == scoped.change_files[:1]
    follow(scoped, file_item("b", "renamed.txt", "year"), token="/d2", then="/d3")
    assert told(scoped, 3) == [("insert", "entered_scope", "/Reports/2026/renamed.txt")]


def test_the_folder_stays_itself_when_something_above_is_renamed(scoped: Follower) -> None:
    follow(scoped, folder_item("reports", "Berichte"))
    assert told(scoped, 2) == [("update", "cascade", "/Berichte/2026/a.txt")]


def test_the_folder_stays_itself_when_it_is_moved_and_its_path_is_not_asked_for_again(scoped: Follower) -> None:
    follow(scoped, folder_item("year", "2026", "old"))
    assert told(scoped, 2) == [("update", "cascade", "/Old/2026/a.txt")]
    assert scoped.service.targets.count(FOLDER) == 1


def test_with_the_folder_goes_all_that_is_in_it(scoped: Follower) -> None:
    follow(scoped, tombstone("year"))
    assert told(scoped, 2) == [("delete", "parent_deleted", "/Reports/2026/a.txt")]


def test_a_resync_tells_of_differences_in_the_folder_only(scoped: Follower) -> None:
    scoped.service.on("/d1", resync())
    kept = [root_item(), folder_item("reports", "Reports"), folder_item("year", "2026", "reports")]
    scoped.service.replace(START, scoped.service.page([*kept, file_item("new", parent="year")], delta="/d9"))
    scoped.pull(folder="/Reports/2026")
    assert told(scoped, 2) == [
        ("delete", "absent", "/Reports/2026/a.txt"),
        ("insert", "reported", "/Reports/2026/new.txt"),
    ]


def test_a_folder_is_another_feed_than_its_drive(scoped: Follower) -> None:
    follow_all = scoped.service.page([root_item(), file_item("z")], delta="/all")
    scoped.service.replace(START, follow_all)
    followed = scoped.commits[0].feed
    assert scoped.pull().feed != followed
    assert len(list(scoped.output.iterdir())) == 2


def test_a_folder_that_is_not_there_is_named(service: GraphService, follower: Follower) -> None:
    service.on(FOLDER, refused(404, "itemNotFound"))
    with pytest.raises(FixSetup, match=r"no folder '/Reports/2026' to follow"):
        follower.pull(folder="/Reports/2026")


def test_a_file_is_no_folder(service: GraphService, follower: Follower) -> None:
    service.on("/v1.0/drives/b!drive/items/a", Reply.json(file_item("a")))
    with pytest.raises(FixSetup, match="no folder 'a'"):
        follower.pull(folder="a")


def test_a_folder_needs_a_full_read(follower: Follower) -> None:
    with pytest.raises(FixSetup, match="from a full read"):
        follower.pull(folder="/Reports", start="latest")


def test_what_leaves_the_folder_under_an_unchanged_path_is_told(scoped: Follower) -> None:
    """The folder is renamed, another takes its old name and what lay below it."""
    follow(scoped, folder_item("deep", "Deep", "year"))
    moves = (
        folder_item("year", "2025", "reports"),
        folder_item("new", "2026", "reports"),
        folder_item("deep", "Deep", "new"),
    )
    follow(scoped, *moves, token="/d2", then="/d3")
    assert told(scoped, 3) == [
        ("delete", "left_scope", "/Reports/2026/Deep"),
        ("delete", "left_scope", "/Reports/2026/Deep/c.txt"),
        ("update", "cascade", "/Reports/2025/a.txt"),
    ]


def test_what_goes_missing_while_it_leaves_the_folder_is_deleted_without_a_mark(scoped: Follower) -> None:
    follow(scoped, folder_item("deep", "Deep", "year"))
    scoped.service.on("/d2", resync("resyncChangesUploadDifferences"))
    left = [
        root_item(),
        folder_item("reports", "Reports"),
        folder_item("year", "2026", "reports"),
        folder_item("deep", "Deep", "old"),
        file_item("a", parent="year"),
        folder_item("old", "Old"),
        file_item("b", parent="old"),
    ]
    scoped.service.replace(START, scoped.service.page(left, delta="/d9"))
    scoped.pull(folder="/Reports/2026")
    gone = sorted((row["path"], row["_missing_since"]) for row in scoped.rows(3) if row["_op"] == "delete")
    assert gone == [("/Reports/2026/Deep", None), ("/Reports/2026/Deep/c.txt", None)]
