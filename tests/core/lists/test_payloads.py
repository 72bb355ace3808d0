"""Recorded answers are read to the values they hold: the project's own, and those of a folder where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from airflow_provider_drivedelta.core.lists.answer import ListAnswer, read_answer
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_rows import type_rows
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from tests.core.lists.answers import SCHEMA, TOKEN, answer, row
from tests.core.rowset.samples import payloads

Rows = list[dict[str, Any]]

SCHEMA_OF_AP = "ap_changes_initial_with_schema.xml"
NEW_YORK = SiteZone(bias=300, name="America/New_York")  # the ap_ files have times on the site's clocks

OWN = {
    "own_first_page.xml": answer(
        row(ID="3", Title="An item", Due_x0020_Date="2014-09-02T04:00:00Z", Parts="2;#a;#3;#b"), inside=SCHEMA
    ),
}


def _bodies() -> Mapping[str, bytes]:
    recorded = payloads()
    folders = [recorded / "sharepoint_xml", recorded / "spec_derived"] if recorded else []
    return OWN | {file.name: file.read_bytes() for folder in folders for file in sorted(folder.glob("*.xml"))}


BODIES = _bodies()


def _typed(name: str, found: ListAnswer) -> Rows:
    schema = found.schema
    if schema is None and name.startswith("ap_"):
        schema = read_answer(BODIES[SCHEMA_OF_AP], where=SCHEMA_OF_AP).schema
    fields, _ = evolve(FieldMap(), schema.fields if schema else [], zone=NEW_YORK)
    rows = type_rows(found.rows, fields, site_id="", list_id="")
    assert not rows.bad
    rows.batch.validate(full=True)
    return rows.batch.to_pylist()


@pytest.mark.parametrize("name", BODIES)
def test_every_answer_is_read_and_every_row_typed(name: str) -> None:
    found = read_answer(BODIES[name], where=name)
    rows = _typed(name, found)
    assert found.fault or found.token or found.token_refused or name == "ap_getlistitems.xml"
    assert len(rows) == found.rows.count == BODIES[name].count(b"<z:row")


def own_first_page(found: ListAnswer, rows: Rows) -> None:
    assert found.token == TOKEN
    assert rows[0]["due_date"] == date(2014, 9, 2)
    assert rows[0]["parts"] == [{"id": 2, "value": "a"}, {"id": 3, "value": "b"}]


def ap_changes_add(found: ListAnswer, rows: Rows) -> None:
    (item,) = rows
    assert (item["id"], item["title"], item["is_folder"]) == (3, '< and &#39; but test"', False)
    assert item["unique_id"] == "573c8003-ca9b-432c-8bf0-87307d405db6"
    assert item["file_path"] == "/OneAppData/Lists/MockList/3_.000"
    assert item["modified_at"] == datetime(2014, 9, 3, 15, 25, 5, tzinfo=UTC)
    assert (item["boolean"], item["currency"], item["float"], item["integer"]) == (True, 15.0, 2323.0, 10.0)
    assert (item["date"], item["date_time"]) == (date(2014, 9, 2), datetime(2014, 9, 15, 4, tzinfo=UTC))
    assert (item["calculated"], item["multi_choice"]) == (item["title"], ["Defined Choice 3"])
    assert item["lookup_multi"] == [{"id": 3, "value": "Lookup 3"}]
    assert (item["user"]["id"], item["user"]["name"], item["user_multi"]) == (205, "Chad Johnson", [])
    assert item["hyperlink"] == {"url": "http://www.yahoo.com", "description": "Yahoo"}
    assert (item["attachments"], item["created_by"]) == ([], "John Smith")


def ap_changes_initial(found: ListAnswer, rows: Rows) -> None:
    assert found.schema
    assert (found.schema.title, found.schema.zone, len(found.schema.fields)) == ("MockList", SiteZone(300), 73)
    assert [person["name"] for person in rows[0]["user_multi"]] == ["Chad Johnson", "John Smith"]
    assert rows[0]["attachments"] is None
    assert json.loads(rows[0]["extra"])["Attachments"] == "1"


def ap_changes_delete(found: ListAnswer, rows: Rows) -> None:
    assert [(change.type, change.id) for change in found.changes] == [("Delete", 1)]


def ap_soapfault(found: ListAnswer, rows: Rows) -> None:
    assert found.fault
    assert (found.fault.code, found.fault.message) == ("0x82000001", "Parameter Url is missing or invalid.")


def gsa_unicode(found: ListAnswer, rows: Rows) -> None:
    assert found.position == "Paged=TRUE&p_ID=17674"
    assert [item["id"] for item in rows] == [1, 2, 3]  # the ids before `;#` are other ones
    assert rows[0]["title"].endswith("|}~–—")
    assert rows[2]["title"].startswith("АБВ")
    assert rows[0]["modified_at"] == datetime(2011, 12, 5, 10, 55, 32, tzinfo=UTC)


def msdoc_rest(found: ListAnswer, rows: Rows) -> None:
    assert found.schema
    assert found.schema.zone == SiteZone(480)
    assert (rows[0]["version"], rows[0]["created_by"], rows[0]["title"]) == ("1.0", "<author>", "<item title>")
    assert json.loads(rows[0]["extra"])["PermMask"] == "0x7fffffffffffffff"


def more_changes(found: ListAnswer, rows: Rows) -> None:
    assert found.more
    assert [(change.type, change.id) for change in found.changes] == [
        ("MoveAway", 2),
        ("SystemUpdate", 3),
        ("Rename", 4),
    ]
    assert rows[0]["id"] == 5


def invalid_token(found: ListAnswer, rows: Rows) -> None:
    assert found.token_refused


def list_restored(found: ListAnswer, rows: Rows) -> None:
    assert found.list_restored


HELD: Mapping[str, Callable[[ListAnswer, Rows], None]] = {
    "own_first_page.xml": own_first_page,
    "ap_changes_add.xml": ap_changes_add,
    SCHEMA_OF_AP: ap_changes_initial,
    "ap_changes_delete.xml": ap_changes_delete,
    "ap_soapfault_0x82000001.xml": ap_soapfault,
    "gsa_unicode_chars.xml": gsa_unicode,
    "msdoc_rest_reference_initial_escaped.xml": msdoc_rest,
    "rest_more_changes_and_moveaway.xml": more_changes,
    "rest_invalid_token.xml": invalid_token,
    "rest_list_restored.xml": list_restored,
}


@pytest.mark.parametrize("name", [name for name in HELD if name in BODIES])
def test_an_answer_holds_what_it_was_recorded_with(name: str) -> None:
    found = read_answer(BODIES[name], where=name)
    HELD[name](found, _typed(name, found))
