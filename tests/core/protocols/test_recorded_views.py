"""Answers of the older protocols, as they were published: the project's own, and a folder's where there is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, StartOver
from airflow_provider_drivedelta.core.lake.drive_items import ItemRow, read_item
from airflow_provider_drivedelta.core.protocols.view_changes import ViewChanges
from airflow_provider_drivedelta.core.protocols.view_delta import ViewDelta
from tests.core.protocols.answered import answer, link
from tests.core.rowset.samples import payloads

CID = "cb0bf412d51bbd9f"
DELTA = ViewDelta(base_url="https://api.onedrive.com/v1.0", drive_id=CID)
CHANGES = ViewChanges(base_url="https://api.onedrive.com/v1.0", drive_id=CID)
OWN: Mapping[str, object] = {
    "own_viewdelta.json": {
        "value": [{"id": "0A", "folder": {}}, {"id": "0B", "deleted": {}}],
        "@odata.nextLink": link("T1"),
        "@delta.token": "T1",
    },
    "own_viewchanges.json": {
        "value": [{"id": "0A", "file": {}}],
        "@odata.nextLink": link("T1", "view.changes"),
        "@changes.hasMoreChanges": True,
        "@changes.token": "T1",
    },
    "own_viewchanges_resync.json": {
        "value": [{"id": "0A"}],
        "@odata.nextLink": link("T1", "view.changes"),
        "@changes.hasMoreChanges": False,
        "@changes.token": "T1",
        "@changes.resync": "uploadDifferences",
    },
}


def _folder() -> Path | None:
    found = payloads()
    return found / "graph" if found else None


def _recorded() -> dict[str, bytes]:
    own = {name: json.dumps(body).encode() for name, body in OWN.items()}
    folder = _folder()
    return own | ({file.name: file.read_bytes() for file in sorted(folder.glob("*view*.json"))} if folder else {})


RECORDED = _recorded()
PAGES = {name: body for name, body in RECORDED.items() if b'"value"' in body and b"resync" not in body}
# name -> items alive and deleted, token to go on from, whether the feed ends here
KNOWN = {
    "own_viewdelta.json": (1, 1, "T1", False),
    "own_viewchanges.json": (1, 0, "T1", False),
    "msdoc_viewdelta_ddc97c4_1.json": (2, 1, "1230919asd190410jlka", False),
    "msdoc_viewdelta_ddc97c4_2.json": (2, 0, "52316919gghhd19041023kj", True),
    "msdoc_viewdelta_ddc97c4_3.json": (0, 0, "1230919asd190410jlka", True),
    "msdoc_viewchanges_644e2fe_1.json": (2, 0, "1230919asd190410jlka", False),
    "msdoc_viewchanges_latest_0330cf2.json": (0, 0, "1230919asd190410jlka", True),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_to_its_items_and_to_where_it_leads(name: str) -> None:
    calls = CHANGES if "viewchanges" in name else DELTA
    page = calls.read(answer(PAGES[name]))
    rows: list[ItemRow] = [read_item(item, CID) for item in page.items]
    gone = sum(row.deleted for row in rows)
    leads = page.token or (page.next.url if page.next else "")
    assert (len(rows) - gone, gone, leads.partition("token=")[2], page.next is None) == KNOWN[name]


def test_a_resync_of_view_changes_is_a_page() -> None:
    """B7."""
    with pytest.raises(StartOver) as refused:
        CHANGES.read(answer(RECORDED["own_viewchanges_resync.json"]))
    assert refused.value.page is not None
    assert (refused.value.flavour, len(refused.value.page.items)) == ("upload", 1)


NOT_FOUND = {"error": {"code": "itemNotFound", "localizedMessage": "It seems to be missing.", "message": "No item"}}
REFUSALS = {"own_404.json": json.dumps(NOT_FOUND).encode()} | {
    name: body for name, body in RECORDED.items() if name.startswith("issue1476")
}


@pytest.mark.parametrize("name", REFUSALS)
def test_404_in_the_middle_of_a_feed_keeps_the_token(name: str) -> None:
    """odapi#1476."""
    with pytest.raises(FixSetup, match=r"404 \(itemNotFound\).*its token was kept"):
        DELTA.read(answer(REFUSALS[name], 404))


PERSONAL_ITEM = {
    "eTag": "aMQ",
    "id": "CB0BF412D51BBD9F!57186",
    "lastModifiedDateTime": "2017-03-06T06:26:15.837Z",
    "name": "file_8",
    "parentReference": {"driveId": CID, "id": "CB0BF412D51BBD9F!57143", "name": "2", "path": "/drive/root:/a/2"},
    "file": {},
}
ITEMS = {"own_item.json": json.dumps(PERSONAL_ITEM).encode()} | {
    name: body for name, body in RECORDED.items() if name.startswith("issue535")
}


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_with_nothing_to_say_that_it_is_deleted_is_alive(name: str) -> None:
    """odapi#535, a fault of 2017 that was mended: no delete is guessed, a reconcile would find it."""
    item = DELTA.read_item(answer(ITEMS[name]))
    assert item is not None
    row = read_item(item, CID)
    assert (row.deleted, row.columns["name"], row.columns["parent_id"]) == (False, "file_8", "CB0BF412D51BBD9F!57143")
    assert str(row.columns["modified_at"]) == "2017-03-06 06:26:15.837000+00:00"
