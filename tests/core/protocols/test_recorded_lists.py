"""Lists as services told them, page after page through the protocol to staged, typed rows.

The project's own answers of each kind, and those of a folder where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_drivedelta.core.changes import Answer, Page, Request, Token
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, StartOver
from airflow_provider_drivedelta.core.lake.list_records import ListRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.staging import rows_of
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.lists.answers import SCHEMA, answer, row
from tests.core.protocols.list_play import LIST, page, schema, told
from tests.core.protocols.recorded import recorded

XML = recorded("sharepoint_xml") | recorded("spec_derived")
JSON = recorded("graph")
NEW_YORK = SiteZone(bias=300, name="America/New_York")
SITE = "https://contoso.sharepoint.com/sites/team"


@dataclass
class Followed:
    """A protocol's chain of answers, and the stage that its pages go to."""

    protocol: ListChanges | GraphList
    now: datetime
    folder: Path
    sent: list[Request] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    token: str = ""

    def follow(self, request: Request | None, *bodies: bytes) -> list[dict[str, Any]]:
        """Reads one answer after the other and stages their pages; gives back what is staged, in its order."""
        storage = LocalStorage(self.folder)
        records = ListRecords(site_id="s", list_id="l", zone=NEW_YORK)
        path = f"read-{len(self.sent)}"
        with records.stage(storage, path) as stage:
            for body in bodies:
                assert request is not None, "the chain ended before the answers did"
                read = self.read(request, body)
                if read.schema:
                    stage.learn(read.schema)
                stage.add(read.items, read.received_at, gone=read.gone)
                self.gone += read.gone
                request, self.token = read.next, read.token or self.token
            assert not len(stage.quarantine)
        assert request is None, f"the chain goes on: {request}"
        return [row for batch in rows_of(stage).batches() for row in batch.to_pylist() if not row["_is_deleted"]]

    def read(self, request: Request, body: bytes, status: int = 200) -> Page:
        self.sent.append(request)
        return self.protocol.read(Answer(status, {}, body, self.now, "POST list", request.note))


def sharepoint(tmp_path: Path, now: datetime, *known: str) -> Followed:
    return Followed(ListChanges(site_url=SITE, list_id=LIST, known_fields=known), now, tmp_path)


def held(row: Mapping[str, object], **values: object) -> None:
    assert {name: row[name] for name in values} == values


OWN_ROW = row(
    ID="3",
    Title="Grüße & <more>",
    FileRef="3;#sites/team/Lists/T/3_.000",
    FSObjType="3;#0",
    UniqueId="3;#{573C8003-CA9B-432C-8BF0-87307D405DB6}",
    Due_x0020_Date="2014-09-02T04:00:00Z",
    Parts="2;#a;;b;#3;#c",
)
OWN_NOW = datetime(2024, 12, 12, tzinfo=UTC)  # the day of the token that the project's own answers hold
XML = {
    "own_description.xml": answer(row(ID="3"), inside=SCHEMA),
    "own_page.xml": answer(OWN_ROW, data={"ListItemCollectionPositionNext": "Paged=TRUE&p_ID=3"}),
    "own_last_page.xml": answer(row(ID="4", FileRef="4;#sites/team/Lists/T/F", FSObjType="4;#1", Title="F")),
    "own_changes.xml": answer(row(ID="5", Title="x"), inside=told("Delete", 3)),
} | XML

# name of the chain -> the answers of a full read, and what its rows are staged as, by id
CHAINS: Mapping[str, tuple[Sequence[str], Mapping[int, Mapping[str, object]]]] = {
    "a description, two pages": (
        ("own_description.xml", "own_page.xml", "own_last_page.xml"),
        {
            3: {
                "title": "Grüße & <more>",
                "unique_id": "573c8003-ca9b-432c-8bf0-87307d405db6",
                "file_path": "/sites/team/Lists/T/3_.000",
                "is_folder": False,
                "due_date": date(2014, 9, 2),
                "parts": [{"id": 2, "value": "a;b"}, {"id": 3, "value": "c"}],
            },
            4: {"title": "F", "is_folder": True, "due_date": None, "parts": None},
        },
    ),
    "a list of every field type": (
        ("ap_changes_initial_with_schema.xml", "ap_getlistitems.xml"),
        {
            1: {
                "title": "Mock 1",
                "unique_id": "da3fa45d-d874-4c73-aae5-61556d3e3a79",
                "file_path": "/OneAppData/Lists/MockList/1_.000",
                "is_folder": False,
                "boolean": True,
                "currency": 20.0,
                "integer": 13.0,
                "float": 3.542,
                "date": date(2014, 8, 19),
                "lookup": {"id": 1, "value": "Lookup 1"},
                "lookup_multi": [{"id": 2, "value": "Lookup 2"}, {"id": 3, "value": "Lookup 3"}],
                "calculated": "Mock 1",
                "choice": "Option 1",
                "multi_choice": ["Defined Choice 3", "Custom 1"],
                "note": "<div>3 is &gt; 2</div>",
                "hyperlink": {"url": "http://www.google.com", "description": "This is Google"},
            },
            2: {"title": "Mock 2", "boolean": False, "lookup_multi": [{"id": 3, "value": "Lookup 3"}]},
        },
    ),
    "pages, and characters of many scripts": (
        ("ap_changes_initial_with_schema.xml", "gsa_unicode_chars.xml", "ap_getlistitems.xml"),
        {},
    ),
    "the example of the REST reference": (
        ("msdoc_rest_reference_initial_escaped.xml", "msdoc_rest_reference_initial_escaped.xml"),
        {
            2: {
                "title": "<item title>",
                "version": "1.0",
                "created_by": "<author>",
                "unique_id": "4d719c3b-b8ab-46a0-a080-402df6ee31c1",
                "file_path": "/Lists/TestList/2_.000",
                "modified_at": datetime(2013, 7, 25, 23, 21, 50, tzinfo=UTC),
            }
        },
    ),
}


@pytest.mark.parametrize("name", [name for name, (files, _) in CHAINS.items() if set(files) <= XML.keys()])
def test_a_recorded_list_is_read_fully_into_typed_rows(tmp_path: Path, name: str) -> None:
    """A14, G1."""
    files, expected = CHAINS[name]
    feed = sharepoint(tmp_path, OWN_NOW)
    rows = {item["id"]: item for item in feed.follow(feed.protocol.first(), *(XML[file] for file in files))}
    for number, values in expected.items():
        held(rows[number], **values)
    assert len(rows) >= len(expected)
    assert feed.token
    assert feed.token.encode() in XML[files[0]]
    positions = [word for file in files[1:-1] for word in (b"p_ID=3", b"p_ID=17674") if word in XML[file]]
    asked = feed.sent[-1].body or b""
    assert len(positions) == len(files) - 2
    assert all(position in asked for position in positions)


# name -> when it was answered, what its rows are staged as, and the ids that are gone
INCREMENTS: Mapping[str, tuple[datetime, Mapping[int, Mapping[str, object]], Sequence[str]]] = {
    "own_changes.xml": (OWN_NOW, {5: {"title": "x"}}, ["3"]),
    "ap_changes_add.xml": (datetime(2014, 9, 4, tzinfo=UTC), {3: {"title": '< and &#39; but test"'}}, []),
    "ap_changes_delete.xml": (datetime(2014, 9, 4, tzinfo=UTC), {}, ["1"]),
}


@pytest.mark.parametrize("name", [name for name in INCREMENTS if name in XML])
def test_a_recorded_increment_is_staged_with_what_is_gone(tmp_path: Path, name: str) -> None:
    now, expected, gone = INCREMENTS[name]
    feed = sharepoint(tmp_path, now, "ID", "Title")
    ticks = (now - datetime(1, 1, 1, tzinfo=UTC)).days * 864_000_000_000  # of midnight, a tenth of a microsecond each
    since = Token(f"1;3;f5345fe7-2f7c-49f7-87d0-dbfebdd0ce61;{ticks};387547")
    rows = {item["id"]: item for item in feed.follow(feed.protocol.since(since), XML[name])}
    assert rows.keys() == expected.keys()
    for number, values in expected.items():
        held(rows[number], **values)
    assert (feed.gone, feed.token.encode() in XML[name]) == (gone, True)


MORE = answer(
    row(ID="5", Title="x"),
    inside=told("MoveAway", 2) + told("SystemUpdate", 3) + told("Rename", 4),
    changes={"LastChangeToken": "1;3;x;638700000000000000;900040", "MoreChanges": "TRUE"},
)
BODIES = {
    "own_more_changes.xml": MORE,
    "own_invalid_token.xml": answer(inside=told("InvalidToken")),
    "own_restored.xml": answer(inside=told("Restore")),
    "own_soap_fault.xml": b"<s:Envelope xmlns:s='x'><s:Body><s:Fault><faultstring>x</faultstring><detail><errorstring>"
    b"No Url.</errorstring><errorcode>0x82000001</errorcode></detail></s:Fault></s:Body></s:Envelope>",
    "own_bad_parameter.json": b'{"error": {"code": "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", '
    b'"message": {"lang": "en-US", "value": "The parameter d does not exist."}}}',
    **XML,
    **{name: body for name, body in JSON.items() if name.startswith("spissue")},
}


@pytest.mark.parametrize("name", [name for name in BODIES if "more_changes" in name])
def test_more_changes_are_asked_for_by_their_ids_from_the_new_token(tmp_path: Path, name: str) -> None:
    """A13: what moved away is gone; what was changed without being sent is asked for."""
    feed = sharepoint(tmp_path, OWN_NOW, "ID", "Title")
    since = feed.protocol.since(Token("1;3;x;638700000000000000;1"))
    read = feed.read(since, BODIES[name])
    assert (list(read.gone), len(read.items), read.token) == (["2"], 1, None)
    assert read.next is not None
    asked = json.loads(read.next.body or b"")["query"]
    assert asked["ChangeToken"].endswith(";900040")
    assert ">3,4<" in asked["QueryOptions"]


# a word of the names -> status; the error, and what it says
REFUSALS: Mapping[str, tuple[int, type[DriveDeltaError], str]] = {
    "invalid_token": (200, StartOver, "InvalidToken"),
    "restored": (200, StartOver, "restored from a backup"),
    "soap": (400, FixSetup, "0x82000001"),
    "parameter": (400, FixSetup, r"400 \(-1, .*InvalidClientQueryException"),
}
REFUSED = {name: word for name in BODIES for word in REFUSALS if word in name and not name.endswith(".txt")}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_ends_the_increment(tmp_path: Path, name: str) -> None:
    """B8."""
    status, kind, says = REFUSALS[REFUSED[name]]
    feed = sharepoint(tmp_path, OWN_NOW, "ID")
    with pytest.raises(kind, match=says):
        feed.read(feed.protocol.since(Token("1;3;x;638700000000000000;1")), BODIES[name], status)


def test_a_row_among_the_description_is_left_to_the_pages(tmp_path: Path) -> None:
    feed = sharepoint(tmp_path, OWN_NOW)
    assert not len(feed.read(feed.protocol.first(), schema("Title").body).items)


# -- Graph --

OWN_ITEM = {
    "id": "2",
    "eTag": '"{12AD05BB-59B8-43AA-9456-77C44E9BC067},756"',
    "createdDateTime": "2020-06-02T22:46:58Z",
    "lastModifiedDateTime": "2021-10-14T23:27:27Z",
    "webUrl": "http://contoso.sharepoint.com/Shared%20Documents/TestItemA.txt",
    "createdBy": {"user": {"displayName": "John doe"}},
    "contentType": {"id": "0x0100", "name": "Document"},
    "fields": {"Title": "t", "Amount": 2},
}
COLUMNS = page({"name": "Title", "text": {}}, {"name": "Amount", "number": {}}).body
GRAPH = "https://graph.microsoft.com/v1.0"
PAIRS = {
    "own": (page(OWN_ITEM, nextLink=f"{GRAPH}/2").body, page({"id": "3", "deleted": {}}, deltaLink=f"{GRAPH}/3").body)
}
DOCUMENTED = ("msdoc_listitem_delta_1_page.json", "msdoc_listitem_delta_2_last_with_deleted.json")
if set(DOCUMENTED) <= JSON.keys():
    PAIRS["documented"] = (JSON[DOCUMENTED[0]], JSON[DOCUMENTED[1]])


@pytest.mark.parametrize("name", PAIRS)
def test_a_list_of_graph_is_read_page_by_page_into_typed_rows(tmp_path: Path, name: str) -> None:
    """A2, A3, A8, C4."""
    protocol = GraphList(base_url=GRAPH, site_id="contoso.sharepoint.com,a,b", list_id="l")
    feed = Followed(protocol, OWN_NOW, tmp_path)
    rows = feed.follow(protocol.first(), COLUMNS, *PAIRS[name])
    item = next(row for row in rows if row["id"] == 2)
    held(item, file_path="/Shared Documents/TestItemA.txt", is_folder=False, created_by="John doe")
    held(item, unique_id="12ad05bb-59b8-43aa-9456-77c44e9bc067", etag='"{12AD05BB-59B8-43AA-9456-77C44E9BC067},756"')
    held(item, created_at=datetime(2020, 6, 2, 22, 46, 58, tzinfo=UTC))
    held(item, modified_at=datetime(2021, 10, 14, 23, 27, 27, tzinfo=UTC), amount=2.0 if name == "own" else None)
    assert feed.gone == ["3"]
    assert [feed.sent[-1].url, feed.token] == [
        json.loads(PAIRS[name][0])["@odata.nextLink"],
        json.loads(PAIRS[name][1])["@odata.deltaLink"],
    ]
    if name == "documented":
        told_twice = [row["modified_at"].year for row in rows if row["id"] == 1]
        assert told_twice == [2021, 2016]  # the last word is the fold's to find


READ = {
    *(file for files, _ in CHAINS.values() for file in files),
    *(*INCREMENTS, *REFUSED, *DOCUMENTED),
    *(name for name in BODIES if "more_changes" in name),
    *(name.replace(".json", ".headers.txt") for name in (*DOCUMENTED, *REFUSED)),
}
"""The files that some test here reads; their heads say no more than 200 and 400."""
