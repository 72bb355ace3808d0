"""Trees that cannot be, and trees that hardly are: a defined result, in bounded time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.core.lake.told import Told
from tests.graph_service import file_item, folder_item, root_item, tombstone


def paths(told: Told) -> dict[object, object]:
    return {item_id: row["path"] for item_id, row in told.rows().items()}


def package(item_id: str, name: str = "", parent: str = "root") -> dict[str, object]:
    """A notebook: neither file nor folder, with members all the same."""
    item = folder_item(item_id, name, parent)
    return {key: value for key, value in item.items() if key != "folder"} | {"package": {"type": "oneNote"}}


def test_folders_in_a_circle_and_what_is_in_them_have_no_path(told: Told) -> None:
    told.first(folder_item("f", parent="g"), folder_item("g", parent="f"), file_item("a", parent="g"), file_item("b"))
    assert paths(told) == {"f": None, "g": None, "a": None, "b": "/b.txt"}
    told.then([folder_item("g")])
    assert paths(told) == {"g": "/g", "f": "/g/f", "a": "/g/a.txt"}


def test_a_circle_that_is_deleted_goes_with_all_that_is_in_it(told: Told) -> None:
    told.first(folder_item("f", parent="g"), folder_item("g", parent="f"), file_item("a", parent="g"))
    assert told.then([tombstone("f")]).deleted == 3


def test_an_item_that_is_its_own_parent_has_no_path(told: Told) -> None:
    told.first(folder_item("f", parent="f"), file_item("a", parent="f"))
    assert paths(told) == {"f": None, "a": None}
    assert told.then([tombstone("f")]).deleted == 2


def test_a_root_that_says_it_has_a_parent_is_the_root_all_the_same(told: Told) -> None:
    root = root_item() | {"parentReference": {"driveId": "b!drive", "id": "f"}}
    told.then([root, folder_item("f"), file_item("a", parent="f")])
    assert paths(told) == {"f": "/f", "a": "/f/a.txt"}


def test_of_two_roots_the_last_one_counts_and_neither_is_a_row(told: Told) -> None:
    other = root_item() | {"id": "other"}
    told.then([other, root_item(), file_item("a"), file_item("b", parent="other")])
    assert paths(told) == {"a": "/a.txt", "b": None}
    told.then([other])
    assert paths(told) == {"a": None, "b": "/b.txt"}


def test_without_any_root_nothing_has_a_path_until_one_shows_up(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"), root=False)
    assert paths(told) == {"f": None, "a": None}
    told.then([root_item()])
    assert told.said == {
        "f": ("update", "cascade", ("path",), "/f"),
        "a": ("update", "cascade", ("path",), "/f/a.txt"),
    }


def test_a_tree_of_500_folders_in_each_other_moves_as_a_whole(told: Told) -> None:
    names = ["root", *(f"f{number}" for number in range(500))]
    told.first(*(folder_item(name, parent=above) for above, name in pairwise(names)))
    assert paths(told)["f499"] == "/" + "/".join(names[1:])
    assert told.then([folder_item("f0", "moved")]).cascaded == 499
    assert paths(told)["f499"] == "/moved/" + "/".join(names[2:])


def test_twenty_thousand_items_in_one_folder_move_with_it(told: Told) -> None:
    told.first(folder_item("f"), *(file_item(f"a{number}", parent="f") for number in range(20_000)))
    assert told.then([folder_item("f", "g")]).cascaded == 20_000
    assert told.then([tombstone("f")]).deleted == 20_001


@pytest.mark.parametrize("name", ["%2F", "a/b", "", " "])
def test_names_are_taken_as_the_service_spells_them(told: Told, name: str) -> None:
    told.first({**folder_item("f"), "name": name}, {**file_item("a", parent="f"), "name": name})
    assert paths(told) == {"f": f"/{name}", "a": f"/{name}/{name}"}
    told.then([folder_item("f", "g")])
    assert paths(told)["a"] == f"/g/{name}"


def test_what_has_no_name_has_no_path_nor_has_what_is_below(told: Told) -> None:
    told.first({**folder_item("f"), "name": None}, file_item("a", parent="f"))
    assert paths(told) == {"f": None, "a": None}
    told.then([folder_item("f", "g")])
    assert paths(told) == {"f": "/g", "a": "/g/a.txt"}


def test_a_parent_in_another_drive_is_no_parent(told: Told) -> None:
    elsewhere = {"parentReference": {"driveId": "b!other", "id": "f"}}
    told.first(folder_item("f"), file_item("a") | elsewhere, file_item("b", parent="f"))
    assert paths(told) == {"f": "/f", "a": None, "b": "/f/b.txt"}
    assert told.then([tombstone("f")]).deleted == 2


def test_an_item_without_a_parent_has_no_path(told: Told) -> None:
    told.first({key: value for key, value in file_item("a").items() if key != "parentReference"})
    assert paths(told) == {"a": None}


def test_a_package_has_members_as_a_folder_has(told: Told) -> None:
    told.first(package("p"), file_item("a", parent="p"))
    assert paths(told) == {"p": "/p", "a": "/p/a.txt"}
    told.then([package("p", "q")])
    assert told.said["a"] == ("update", "cascade", ("path",), "/q/a.txt")
    assert told.then([tombstone("p")]).deleted == 2


def test_a_file_becomes_a_folder_of_the_same_id_and_back(told: Told) -> None:
    told.first(file_item("a", "a"))
    told.then([folder_item("a"), file_item("b", parent="a")])
    assert told.rows()["a"]["_op"] == "update"
    assert {"content", "metadata"} <= set(told.rows()["a"]["_aspects"])
    assert told.rows()["b"]["path"] == "/a/b.txt"
    told.then([file_item("a", "a")])
    assert told.said["b"] == ("update", "cascade", ("path",), None)


def test_items_below_a_file_have_no_path(told: Told) -> None:
    told.first(file_item("a"), file_item("b", parent="a"))
    assert paths(told) == {"a": "/a.txt", "b": None}
    told.then([tombstone("a")])
    assert set(told.said) == {"a", "b"}


def test_two_items_that_trade_places_are_two_moves(told: Told) -> None:
    told.first(folder_item("f"), folder_item("g", parent="f"), file_item("a", parent="g"))
    told.then([folder_item("f", parent="g"), folder_item("g")])
    assert paths(told) == {"f": "/g/f", "g": "/g", "a": "/g/a.txt"}
