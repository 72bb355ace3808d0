"""How many members a folder says it has, as Graph may or may not word it."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.protocols.graph_folders import members_of, without_counts

FOLDER = {"id": "0x0120009A", "name": "Folder"}


def folder(items: object, folders: object = "0", kind: object = FOLDER) -> dict[str, object]:
    return {"id": "7", "contentType": kind, "fields": {"ItemChildCount": items, "FolderChildCount": folders}}


@pytest.mark.parametrize(("items", "folders", "count"), [("0", "0", 0), ("2", "1", 3), (2, 1, 3), ("10", 0, 10)])
def test_items_and_folders_are_counted(items: object, folders: object, count: int) -> None:
    assert members_of([folder(items, folders)]) == {"7": count}


@pytest.mark.parametrize("items", [None, "", "many", "-1", -1, True, 1.5, "²", "9" * 19, [1]])
def test_a_count_that_is_none_is_not_taken_for_nothing(items: object) -> None:
    assert members_of([folder(items)]) == {}


@pytest.mark.parametrize(
    "item",
    [
        folder("1", kind={"id": "0x0100"}),
        folder("1", kind=None),
        folder("1", kind={"id": 5}),
        {**folder("1"), "id": 7},
        {**folder("1"), "fields": None},
        {**folder("1"), "fields": {"ItemChildCount": "1"}},
        {"value": 5},
    ],
)
def test_what_is_no_folder_or_does_not_say_is_left_out(item: dict[str, object]) -> None:
    assert members_of([item]) == {}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ([], {"ItemChildCount", "FolderChildCount"}),
        (["Title"], set()),
        (["ItemChildCount"], {"ItemChildCount"}),
        (["ItemChildCount", "FolderChildCount"], {"ItemChildCount", "FolderChildCount"}),
    ],
)
def test_counts_that_nobody_named_do_not_get_into_the_lake(asked: list[str], left: set[str]) -> None:
    told, odd = without_counts([folder("1"), {"value": 5}], asked)
    assert (set(told["fields"]), odd) == (left, {"value": 5})  # type: ignore[arg-type]
