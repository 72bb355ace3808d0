"""Drive items as rows."""

from __future__ import annotations

import json

import pytest

from airflow_provider_drivedelta.core.lake.drive_items import read_item
from airflow_provider_drivedelta.core.lake.values import BadValue
from tests.graph_service import file_item, folder_item, root_item, tombstone


def columns(item: dict[str, object]) -> dict[str, object]:
    return dict(read_item(item, "b!feed").columns)


def test_an_item_knows_its_drive_or_is_the_feeds() -> None:
    assert columns(file_item("a"))["drive_id"] == "b!drive"
    assert columns({"id": "a"})["drive_id"] == "b!feed"
    assert columns({"id": "a", "parentReference": {"id": "p"}})["parent_id"] == "p"


@pytest.mark.parametrize(
    ("item", "is_folder"),
    [
        (file_item("a"), False),
        (folder_item("a"), True),
        ({"id": "a", "package": {"type": "oneNote"}}, False),
        (tombstone("a"), None),
        (tombstone("a", folder={}), True),
        (tombstone("a", file={}), False),
    ],
)
def test_a_tombstone_that_does_not_say_what_it_was_is_not_guessed(item: dict[str, object], is_folder: object) -> None:
    """C1."""
    assert columns(item)["is_folder"] is is_folder


@pytest.mark.parametrize(("deleted", "is_deleted"), [({}, True), ({"state": "softDeleted"}, True), (None, False)])
def test_presence_decides_what_is_deleted(deleted: object, is_deleted: bool) -> None:
    """C4."""
    assert read_item({"id": "a", "deleted": deleted}, "d").deleted is is_deleted


def test_the_root_is_known_by_its_facet() -> None:
    """A10 the root is not a change."""
    assert read_item(root_item(), "d").root
    assert not read_item(folder_item("root"), "d").root


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ({"user": {"displayName": "Ann", "id": "1"}, "application": {"displayName": "App"}}, "Ann"),
        ({"user": {"id": "1", "email": "a@b.c"}}, "a@b.c"),
        ({"user": {"id": "1"}}, "1"),
        ({"application": {"displayName": "App"}, "device": {"displayName": "Phone"}}, "App"),
        ({"device": {"displayName": "Phone"}}, "Phone"),
        ({"user": {}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_somebody_is_called_by_their_name(who: object, name: str | None) -> None:
    assert columns({"id": "a", "createdBy": who})["created_by"] == name


def test_rarer_roles_are_kept_in_extra() -> None:
    row = columns({"id": "a", "createdBy": {"siteUser": {"loginName": "x"}}, "isAuthoritative": False})
    assert json.loads(str(row["extra"])) == {"createdBy": {"siteUser": {"loginName": "x"}}, "isAuthoritative": False}


def test_extra_is_the_same_text_in_any_order() -> None:
    one, other = (
        columns({"id": "a", "x": 1, "y": {"b": 1, "a": 2}}),
        columns({"id": "a", "y": {"a": 2, "b": 1}, "x": 1}),
    )
    assert one["extra"] == other["extra"] is not None


def test_extra_is_json_that_anybody_reads_or_none() -> None:
    """`1e999` is read as infinite, for which JSON has no word."""
    with pytest.raises(BadValue, match="extra"):
        columns({"id": "a", "odd": float("inf")})
    assert columns({"id": "a"})["extra"] is None


@pytest.mark.parametrize("name", ["@microsoft.graph.sharedChanged", "@oneDrive.sharedChanged"])
@pytest.mark.parametrize(
    ("value", "changed"), [("True", True), (True, True), ("false", False), (None, False), (1, False)]
)
def test_a_sharing_mark_is_a_string_in_practice(name: str, value: object, changed: bool) -> None:
    """msgraph-sdk-java#2548."""
    row = columns({"id": "a", name: value})
    assert (row["shared_changed"], row["extra"]) == (changed, None)


def test_a_download_link_is_nowhere() -> None:
    """H5."""
    item = file_item("a", **{"@microsoft.graph.downloadUrl": "https://x/S3cret", "@content.downloadUrl": "S3cret"})
    assert "S3cret" not in repr(columns(item))


@pytest.mark.parametrize("item_id", [None, "", 5, ["a"], {"id": "a"}, True])
def test_an_item_without_a_usable_id_is_refused(item_id: object) -> None:
    with pytest.raises(BadValue, match=r"^id$"):
        columns({"id": item_id})
