"""Graph's list items become the same rows as SharePoint's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.graph_fields import graph_fields
from airflow_provider_drivedelta.core.lists.headline import HEADLINE
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_items import type_items
from airflow_provider_drivedelta.core.lists.typed_rows import TypedRows, schema

COLUMNS = graph_fields(
    [
        {"name": "Amount", "number": {}},
        {"name": "Author", "personOrGroup": {}},
        {"name": "Sum", "calculated": {"outputType": "number"}},
        {"name": "_UIVersionString", "text": {}},
        {"name": "Modified", "dateTime": {}},
    ]
)
MAP, _ = evolve(FieldMap(), COLUMNS)
ITEM: JsonObject = {
    "@odata.etag": '"x,1"',
    "id": "7",
    "eTag": '"12AD05BB-59B8-43AA-9456-77C44E9BC067,3"',
    "createdDateTime": "2020-06-02T22:46:58Z",
    "lastModifiedDateTime": "2021-10-14T23:27:27.5Z",
    "webUrl": "https://contoso.sharepoint.com/sites/team/Lists/It's%20T%C3%ABst/F/7_.000",
    "createdBy": {"user": {"displayName": "Ann", "email": "ann@contoso.com"}},
    "lastModifiedBy": {"application": {"displayName": "A flow"}},
    "contentType": {"id": "0x01002C58", "name": "Item"},
    "fields": {
        "@odata.etag": '"x,1"',
        "id": "7",
        "Title": "T",
        "Amount": 1.5,
        "AuthorLookupId": "11",
        "_UIVersionString": "2.0",
        "Modified": "2021-10-14T23:27:27Z",
        "Unheard": [1],
    },
}


def typed(*items: JsonObject, fields: FieldMap = MAP) -> TypedRows:
    return type_items(items, fields, site_id="s", list_id="l")


def changed(**values: Json) -> JsonObject:
    return {**ITEM, "fields": {**ITEM["fields"], **values}}  # type: ignore[dict-item]


def test_headline_columns_come_from_the_item_itself() -> None:
    """G1"""
    found = typed(ITEM)
    (row,) = found.batch.select(HEADLINE.names).to_pylist()
    extra = json.loads(row.pop("extra"))
    assert row == {
        "site_id": "s",
        "list_id": "l",
        "id": 7,
        "unique_id": "12ad05bb-59b8-43aa-9456-77c44e9bc067",
        "title": "T",
        "version": "2.0",
        "file_path": "/sites/team/Lists/It's Tëst/F/7_.000",
        "is_folder": False,
        "created_at": datetime(2020, 6, 2, 22, 46, 58, tzinfo=UTC),
        "modified_at": datetime(2021, 10, 14, 23, 27, 27, 500000, UTC),
        "created_by": "Ann",
        "modified_by": "A flow",
        "etag": '"12AD05BB-59B8-43AA-9456-77C44E9BC067,3"',
    }
    assert extra == {
        "createdBy": ITEM["createdBy"],
        "lastModifiedBy": ITEM["lastModifiedBy"],
        "contentType": ITEM["contentType"],
        "fields": {"Unheard": [1]},
    }
    assert found.bad == {}


def test_fields_have_the_same_columns_as_those_of_sharepoint() -> None:
    (row,) = typed(ITEM).batch.to_pylist()
    assert typed(ITEM).batch.schema == schema(MAP)
    assert (row["amount"], row["author"]["id"], row["sum"]) == (1.5, 11, None)


def test_an_item_without_fields_is_a_row_of_its_headline() -> None:
    found = typed(
        {"id": "1", "webUrl": "https://[x", "fields": 5, "createdBy": None, "contentType": {"id": "0x0120AB"}}
    )
    (row,) = found.batch.to_pylist()
    assert (row["id"], row["is_folder"], row["file_path"], row["title"], row["amount"]) == (1, True, None, None, None)
    assert found.bad == {}


@pytest.mark.parametrize(
    ("item", "bad"),
    [
        ({}, ["id"]),
        ({"id": "seven"}, ["id"]),
        ({"id": 7}, ["id"]),
        ({"id": "7", "createdDateTime": "soon"}, ["createdDateTime"]),
        ({"id": "7", "fields": {"Amount": "much"}}, ["Amount"]),
    ],
)
def test_what_cannot_be_read_makes_its_row_bad_and_no_other(item: JsonObject, bad: list[str]) -> None:
    """G1"""
    found = typed(ITEM, item, ITEM)
    assert found.bad == {1: bad}
    assert found.batch["title"].to_pylist()[::2] == ["T", "T"]


def test_what_a_formula_gives_besides_its_type_is_left_over() -> None:
    (row,) = typed(changed(Sum="#VALUE!")).batch.to_pylist()
    assert (row["sum"], json.loads(row["extra"])["fields"]["Sum"]) == (None, "#VALUE!")


def test_lone_surrogates_become_characters_that_can_be_written() -> None:
    (row,) = typed({**changed(Title="a\ud800", Unheard="\ud800"), "eTag": "\udfff"}).batch.to_pylist()
    assert (row["title"], row["etag"]) == ("a\ufffd", "\ufffd")
    assert json.loads(row["extra"])["fields"]["Unheard"] == "\ufffd"


@pytest.mark.parametrize(
    ("item", "content", "trace"),
    [
        (ITEM, True, True),
        ({**ITEM, "eTag": '"x,4"'}, True, False),
        (changed(_UIVersionString="3.0"), True, False),
        (changed(Amount=2), False, True),
        (changed(Title="U"), False, True),
        (changed(Unheard=[2]), True, True),
        ({**ITEM, "webUrl": "https://contoso.sharepoint.com/elsewhere"}, True, True),
    ],
)
def test_rows_are_told_apart_by_what_a_user_would_call_a_change(item: JsonObject, content: bool, trace: bool) -> None:
    hashes = typed(ITEM, item).hashes
    assert (hashes.content[0] == hashes.content[1], hashes.trace[0] == hashes.trace[1]) == (content, trace)


def test_a_column_that_is_idle_stays_null() -> None:
    fewer, _ = evolve(MAP, [field for field in COLUMNS if field.name != "Amount"])
    (row,) = typed(ITEM, fields=fewer).batch.to_pylist()
    assert (row["amount"], json.loads(row["extra"])["fields"]["Amount"]) == (None, 1.5)


def test_a_link_that_lets_anybody_in_is_left_out_of_extra_and_the_users_own_fields_are_not() -> None:
    """H5. Of an item of a library Graph may send the file as well."""
    secret = {"@microsoft.graph.downloadUrl": "https://x/S3cret", "thumbnails": [{"url": "https://x?tempauth=S3cret"}]}
    batch = type_items([ITEM | {"driveItem": secret, "fields": {"DownloadUrl": "mine"}}], MAP, site_id="", list_id="")
    extra = json.loads(str(batch.batch.column("extra")[0]))
    assert (extra["driveItem"], extra["fields"]) == ({"thumbnails": [{"url": None}]}, {"DownloadUrl": "mine"})


def test_an_item_without_end_to_its_depth_is_a_bad_one() -> None:
    deep: Json = []
    for _ in range(200):
        deep = [deep]
    assert type_items([ITEM | {"odd": deep}], MAP, site_id="", list_id="").bad == {0: ["extra"]}
