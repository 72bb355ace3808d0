"""Items of the OneDrive API become the same records as Graph's."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.lake.drive_items import read_item
from airflow_provider_drivedelta.core.protocols.onedrive_items import as_graph

DRIVE_ID = "b!x"
GRAPH = {
    "id": "01A",
    "name": "Reports",
    "size": 7,
    "createdDateTime": "2015-11-14T08:37:41.123Z",
    "parentReference": {"driveId": DRIVE_ID, "id": "01ROOT"},
    "folder": {"childCount": 2, "view": {"sortBy": "name", "viewType": "thumbnails"}},
    "@microsoft.graph.sharedChanged": "True",
}
ONEDRIVE = {
    **{name: value for name, value in GRAPH.items() if name != "@microsoft.graph.sharedChanged"},
    "@odata.context": "https://contoso-my.sharepoint.com/_api/v2.0/$metadata#items",
    "@odata.type": "#oneDrive.item",
    "@odata.id": "https://contoso-my.sharepoint.com/_api/v2.0/drives/b!x/items/01A",
    "@odata.editLink": "drives/b!x/items/01A",
    "@content.downloadUrl": "https://contoso-my.sharepoint.com/download?tempauth=secret",
    "@oneDrive.sharedChanged": "True",
    "folder": {"childCount": 2, "folderView": {"sortBy": "name", "viewType": "thumbnails"}},
}


def test_both_spellings_make_one_record() -> None:
    assert read_item(as_graph(ONEDRIVE), DRIVE_ID) == read_item(GRAPH, DRIVE_ID)


def test_what_graph_spells_is_left_as_it_is() -> None:
    assert as_graph(GRAPH) == GRAPH


def test_a_download_link_is_a_credential_at_any_depth_that_is_mapped() -> None:
    remote = {"id": "A0!5", "@content.downloadUrl": "https://x?tempauth=secret", "folder": {"folderView": {}}}
    assert as_graph({"id": "1", "remoteItem": remote}) == {
        "id": "1",
        "remoteItem": {"id": "A0!5", "folder": {"view": {}}},
    }


def test_what_nobody_knows_is_kept() -> None:
    assert as_graph({"id": "1", "@oneDrive.other": 5, "odd": {"a": 1}}) == {
        "id": "1",
        "@oneDrive.other": 5,
        "odd": {"a": 1},
    }


@pytest.mark.parametrize("facet", [None, {}, {"childCount": 1}, "folder"])
def test_a_folder_without_a_view_is_left_as_it_is(facet: object) -> None:
    assert as_graph({"folder": facet}) == {"folder": facet}


def test_where_both_spellings_stand_graphs_wins() -> None:
    assert as_graph({"tombstone": {}, "deleted": {"state": "deleted"}}) == {"deleted": {"state": "deleted"}}


def test_a_business_delete_has_dates_that_are_none() -> None:
    """C5, odapi#535."""
    nothing = "0001-01-01T00:00:00-08:00"
    item = {"id": "01A", "deleted": {}, "createdDateTime": nothing, "lastModifiedDateTime": nothing}
    row = read_item(as_graph(item), DRIVE_ID)
    assert row.deleted
    assert (row.columns["created_at"], row.columns["modified_at"]) == (None, None)
