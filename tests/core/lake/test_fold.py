"""From what the service reports and what was known to change records, one rule of the fold after the other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.core.lake.told import Told
from tests.graph_service import GraphService, file_item, folder_item, root_item, tombstone


def test_the_last_occurrence_of_an_item_wins_across_pages(told: Told) -> None:
    """A7, A8; rule 1"""
    told.first(file_item("a"))
    told.then([file_item("a", "1.txt"), file_item("a", "2.txt")], [file_item("b")], [file_item("a", "3.txt")])
    assert told.said == {
        "b": ("insert", "reported", "/b.txt"),
        "a": ("update", "reported", ("name", "path"), "/3.txt"),
    }


def test_what_came_and_went_between_two_runs_is_no_change(told: Told) -> None:
    """Rule 1"""
    told.first()
    summary = told.then([file_item("a"), tombstone("a")])
    assert (summary.kind, summary.suppressed) == ("quiet", 1)


def test_an_item_that_is_deleted_and_back_at_the_end_is_compared_with_what_it_was(told: Told) -> None:
    """C6; rule 1"""
    told.first(file_item("a"), file_item("b"))
    told.then([tombstone("a"), tombstone("b")], [file_item("a"), file_item("b", eTag="2")])
    assert told.said == {"b": ("update", "reported", ("metadata",), "/b.txt")}


def test_replaying_an_old_token_publishes_nothing_new(told: Told) -> None:
    """Rule 2"""
    told.first(folder_item("f"), file_item("a", parent="f"))
    told.then([folder_item("f", "g"), file_item("b", parent="f"), tombstone("a")])
    assert told.then([folder_item("f", "g"), file_item("b", parent="f"), tombstone("a")]).kind == "quiet"


def test_a_child_may_come_before_its_parent(told: Told) -> None:
    """A9; rule 5"""
    told.first(file_item("c", parent="g"), folder_item("g", parent="f"), folder_item("f"))
    assert told.rows()["c"]["path"] == "/f/g/c.txt"


def test_the_root_is_no_change_wherever_it_comes(told: Told) -> None:
    """A10"""
    told.first(file_item("a"))
    assert told.then([root_item() | {"size": 9}]).kind == "quiet"
    assert told.then([file_item("b"), root_item()]).rows == 1


def test_a_rename_in_place_tells_both_names(told: Told) -> None:
    """D1"""
    told.first(file_item("a", "old.txt"))
    told.then([file_item("a", "new.txt")])
    row = told.rows()["a"]
    assert (row["_op"], row["_aspects"], row["path"]) == ("update", ["name", "path"], "/new.txt")
    assert (row["_previous"]["name"], row["_previous"]["path"]) == ("old.txt", "/old.txt")


@pytest.mark.parametrize("name", ["Ärger ☃ 文", "100%", "50%25", "#1", 'it\'s "q"', " ", "\\", "..", "'; --"])
def test_a_folders_move_re_paths_everything_below(told: Told, name: str) -> None:
    """D2; rule 5"""
    told.first(folder_item("f", name), folder_item("g", name, "f"), file_item("a", name, "g"), folder_item("h"))
    told.then([folder_item("f", name, "h")])
    assert told.said == {
        "f": ("update", "reported", ("parent", "path"), f"/h/{name}"),
        "g": ("update", "cascade", ("path",), f"/h/{name}/{name}"),
        "a": ("update", "cascade", ("path",), f"/h/{name}/{name}/{name}"),
    }
    assert told.rows()["a"]["_previous"]["path"] == f"/{name}/{name}/{name}"


def test_an_item_that_is_reported_although_only_its_path_changed_is_a_cascade(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"))
    told.then([folder_item("f", "g"), file_item("a", parent="f")])
    assert told.said["a"] == ("update", "cascade", ("path",), "/g/a.txt")


def test_a_personal_drive_spells_ids_and_drive_ids_as_it_likes(service: GraphService, tmp_path: Path) -> None:
    """D3; rule 10"""
    told = Told(service, tmp_path / "lake", drive="0123456789ABCDEF")
    here = {"parentReference": {"driveId": "123456789abcdef", "id": "0123456789ABCDEF!F"}}
    top = {"parentReference": {"driveId": "123456789ABCDEF", "id": "ROOT"}}
    told.then([root_item(), folder_item("0123456789abcdef!f", "f") | top, file_item("0123456789ABCDEF!a", "a") | here])
    assert told.rows()["0123456789ABCDEF!a"]["path"] == "/f/a"
    told.then([file_item("0123456789abcdef!A", "b") | here])
    row = told.rows()["0123456789abcdef!A"]
    assert (row["_op"], row["path"]) == ("update", "/f/b")
    assert row["_previous"]["id"] == "0123456789ABCDEF!a"
    assert told.then([tombstone("0123456789ABCDEF!F")]).deleted == 2


def test_a_business_drives_ids_are_told_apart_by_case(told: Told) -> None:
    """Rule 10"""
    told.first(file_item("a", "1"), file_item("A", "2"))
    assert {row["path"] for row in told.rows().values()} == {"/1", "/2"}


def test_an_orphan_has_no_path_until_its_parent_shows_up(told: Told) -> None:
    """D4; rule 5"""
    told.first(file_item("a", parent="f"))
    assert told.rows()["a"]["path"] is None
    told.then([folder_item("f")])
    assert told.said == {"f": ("insert", "reported", "/f"), "a": ("update", "cascade", ("path",), "/f/a.txt")}
    assert told.rows()["a"]["_previous"]["path"] is None


def test_a_tombstone_is_filled_from_what_was_known(told: Told) -> None:
    """C1; rule 4"""
    told.first(folder_item("f"), file_item("a", parent="f"))
    told.then([tombstone("a")])
    row = told.rows()["a"]
    assert (row["_op"], row["_cause"], row["path"], row["size"], row["etag"]) == (
        *("delete", "reported", "/f/a.txt", 1, '"a,1"'),
    )
    assert row["_previous"]["path"] == "/f/a.txt"


def test_a_delete_of_something_unknown_is_counted_not_invented(told: Told) -> None:
    """C2; rule 4"""
    told.first(file_item("a"))
    summary = told.then([tombstone("b"), file_item("c")])
    assert (summary.rows, summary.deleted, summary.suppressed) == (1, 0, 1)


def test_a_second_tombstone_is_no_second_delete(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"))
    assert told.then([tombstone("f"), tombstone("f")]).deleted == 2
    assert told.then([tombstone("f"), tombstone("a")]).kind == "quiet"


def test_a_file_back_from_the_bin_is_an_insert(told: Told) -> None:
    """C3; rule 3"""
    told.first(file_item("a"))
    told.then([tombstone("a")])
    told.then([file_item("a")])
    assert told.said == {"a": ("insert", "reported", "/a.txt")}
    assert told.rows()["a"]["_previous"] is None


def test_a_folder_back_from_the_bin_has_what_is_below_read_again(told: Told) -> None:
    """C3; rule 6"""
    told.first(folder_item("f"), folder_item("g", parent="f"), file_item("a", parent="g"), file_item("b", parent="f"))
    told.then([tombstone("f")])
    told.holds("f", folder_item("g", parent="f"), file_item("b", parent="f"))
    told.holds("g", file_item("a", parent="g"), file_item("new", parent="g"))
    told.then([folder_item("f"), file_item("b", parent="f")])
    assert told.said == {
        "f": ("insert", "reported", "/f"),
        "b": ("insert", "reported", "/f/b.txt"),
        "g": ("insert", "restored", "/f/g"),
        "a": ("insert", "restored", "/f/g/a.txt"),
        "new": ("insert", "restored", "/f/g/new.txt"),
    }


def test_a_folder_that_was_missed_and_is_back_has_what_is_below_read_again(told: Told) -> None:
    """Rule 6: what the service may have lost comes back in the same way."""
    told.first(folder_item("f"), file_item("a", parent="f"), file_item("z"))
    assert told.resync(file_item("z"), flavour="Upload").missing == 2
    told.holds("f", file_item("a", parent="f"))
    told.then([folder_item("f")])
    assert told.said == {
        "f": ("update", "reported", ("missing",), "/f"),
        "a": ("update", "restored", ("missing",), "/f/a.txt"),
    }
    assert told.rows()["a"]["_missing_since"] is None


def test_an_empty_deleted_facet_is_a_delete(told: Told) -> None:
    """C4"""
    told.first(file_item("a"))
    assert told.then([file_item("a", deleted={})]).deleted == 1


def test_year_0001_is_how_the_service_writes_no_date(told: Told) -> None:
    """C5"""
    told.first(file_item("a", createdDateTime="0001-01-01T00:00:00Z"))
    assert told.rows()["a"]["created_at"] is None


def test_a_deleted_folder_takes_with_it_what_is_still_below(told: Told) -> None:
    """Rule 6"""
    told.first(folder_item("f"), folder_item("g", parent="f"), file_item("a", parent="g"), file_item("z"))
    told.then([tombstone("f")])
    assert told.said == {
        "f": ("delete", "reported", "/f"),
        "g": ("delete", "parent_deleted", "/f/g"),
        "a": ("delete", "parent_deleted", "/f/g/a.txt"),
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_what_moves_out_of_a_deleted_folder_stays_in_any_order(told: Told, order: tuple[int, ...]) -> None:
    """Rules 5 and 6"""
    told.first(folder_item("f"), folder_item("g", parent="f"), file_item("a", parent="g"), file_item("b", parent="f"))
    pages = [[tombstone("f")], [folder_item("g", parent="h")], [folder_item("h")]]
    told.then(*(pages[number] for number in order))
    assert told.said == {
        "f": ("delete", "reported", "/f"),
        "b": ("delete", "parent_deleted", "/f/b.txt"),
        "h": ("insert", "reported", "/h"),
        "g": ("update", "reported", ("parent", "path"), "/h/g"),
        "a": ("update", "cascade", ("path",), "/h/g/a.txt"),
    }


def test_what_is_reported_alive_in_a_deleted_folder_is_stranded_not_deleted(told: Told) -> None:
    """Rule 6"""
    told.first(folder_item("f"), folder_item("g", parent="f"), file_item("a", parent="g"))
    summary = told.then([tombstone("f"), folder_item("g", parent="f", description="here")])
    assert told.said == {
        "f": ("delete", "reported", "/f"),
        "g": ("update", "reported", ("path", "metadata"), None),
        "a": ("update", "cascade", ("path",), None),
    }
    assert summary.stranded == 1
    told.holds("f", folder_item("g", parent="f", description="here"))
    told.then([folder_item("f")])
    assert told.said["a"] == ("update", "cascade", ("path",), "/f/g/a.txt")


def test_a_full_read_tells_only_of_differences_and_deletes_what_is_absent(told: Told) -> None:
    """B4, B5; rules 2 and 7"""
    told.first(folder_item("f"), file_item("a", parent="f"), file_item("b"), file_item("c"))
    told.resync(folder_item("f", "g"), file_item("a", parent="f"), file_item("c", size=2), file_item("d"))
    assert told.said == {
        "f": ("update", "reported", ("name", "path"), "/g"),
        "a": ("update", "cascade", ("path",), "/g/a.txt"),
        "c": ("update", "reported", ("content",), "/c.txt"),
        "d": ("insert", "reported", "/d.txt"),
        "b": ("delete", "absent", "/b.txt"),
    }


def test_what_the_service_may_have_lost_is_kept_until_it_is_sure(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"), file_item("b", parent="f"))
    told.resync(folder_item("f"), flavour="Upload")
    since = told.rows()["a"]["_missing_since"]
    assert told.said["a"] == ("update", "absent_unsure", ("missing",), "/f/a.txt")
    assert since is not None
    told.then([folder_item("f", "g"), file_item("b", parent="f", eTag="2")])
    assert told.said["a"] == ("update", "cascade", ("path",), "/g/a.txt")
    assert told.rows()["a"]["_missing_since"] == since
    assert told.said["b"] == ("update", "reported", ("path", "missing"), "/g/b.txt")
    assert told.resync(folder_item("f", "g"), file_item("b", parent="f", eTag="2"), flavour="Upload").rows == 0
    told.resync(folder_item("f", "g"), file_item("b", parent="f", eTag="2"))
    assert told.said == {"a": ("delete", "absent", "/g/a.txt")}


def test_an_item_that_is_lost_while_its_folder_moves_tells_of_both(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"))
    told.resync(folder_item("f", "g"), flavour="Upload")
    assert told.said["a"] == ("update", "absent_unsure", ("path", "missing"), "/g/a.txt")


def test_a_folders_aggregates_and_unknown_properties_are_kept_fresh_without_a_word(told: Told) -> None:
    """Rule 2"""
    told.first(folder_item("f"), file_item("a", odd=1))
    moved = folder_item("f", size=7, eTag="2", cTag="2", lastModifiedDateTime="2026-11-20T08:00:00Z")
    assert told.then([moved | {"folder": {"childCount": 3}}, file_item("a", odd=2)]).kind == "quiet"
    told.then([moved, file_item("a", odd=2), file_item("b")])
    told.then([moved | {"description": "x"}, tombstone("a")])
    assert (told.rows()["f"]["_previous"]["size"], told.rows()["a"]["extra"]) == (7, '{"odd":2}')


def test_a_file_whose_tag_alone_differs_is_metadata(told: Told) -> None:
    """Rule 2"""
    told.first(file_item("a"))
    told.then([file_item("a", eTag="2")])
    assert told.said == {"a": ("update", "reported", ("metadata",), "/a.txt")}


def test_a_change_of_permissions_is_told_at_least_once(told: Told) -> None:
    """Rule 2"""
    told.first(file_item("a"))
    for _ in range(2):
        told.then([file_item("a", **{"@microsoft.graph.sharedChanged": "True"})])
        assert told.said == {"a": ("update", "reported", ("sharing",), "/a.txt")}


def test_a_feed_from_now_on_decides_by_the_services_clock_what_is_new(told: Told) -> None:
    """Rule 3 in a partial state"""
    assert told.from_now_on().rows == 0
    old, new = "2020-01-01T00:00:00Z", datetime.now(UTC).replace(year=2090).isoformat()
    told.then([root_item(), file_item("old", createdDateTime=old), file_item("new", createdDateTime=new)])
    assert told.said == {"old": ("update", "reported", "/old.txt"), "new": ("insert", "reported", "/new.txt")}
    assert told.rows()["old"]["_previous"] is None
    older = [file_item(name, createdDateTime=old) for name in ("old", "x", "y")]
    summary = told.resync(*older, file_item("late", createdDateTime=new))
    assert (summary.adopted, summary.rows) == (2, 2)
    assert told.said == {"late": ("insert", "reported", "/late.txt"), "new": ("delete", "absent", "/new.txt")}
    assert told.then([tombstone("x")]).deleted == 1
    assert told.then([file_item("z", createdDateTime=old)]).inserted == 1
