"""`view.delta`: what is asked, what a page says, and what an item becomes."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.protocols.drive_calls import NEEDED
from airflow_provider_drivedelta.core.protocols.view_delta import ViewDelta
from tests.core.protocols.answered import answer, link

PERSONAL, CID = "https://api.onedrive.com/v1.0", "CB0BF412D51BBD9F"
BUSINESS = "https://contoso-my.sharepoint.com/personal/ann/_api/v2.0"
DRIVE = ViewDelta(base_url=PERSONAL, drive_id=CID)
FOLDER = ViewDelta(base_url=PERSONAL, drive_id=CID, item_id=f"{CID}!103")


@pytest.mark.parametrize(
    ("calls", "address"),
    [
        (DRIVE, f"{PERSONAL}/drives/{CID}/root/view.delta"),
        (ViewDelta(base_url=BUSINESS, drive_id="b!x"), f"{BUSINESS}/drives/b!x/root/view.delta"),
        (FOLDER, f"{PERSONAL}/drives/{CID}/items/{CID}!103/view.delta"),
        (ViewDelta(base_url=PERSONAL, drive_id=CID, page_size=7), f"{PERSONAL}/drives/{CID}/root/view.delta?top=7"),
        (
            ViewDelta(base_url=PERSONAL, drive_id=CID, select=["size"], expand=["tags"]),
            f"{PERSONAL}/drives/{CID}/root/view.delta?$select={','.join(NEEDED)},size&$expand=tags",
        ),
    ],
)
def test_a_full_read_starts_without_a_token(calls: ViewDelta, address: str) -> None:
    """A1."""
    assert calls.first().url == address


def test_latest_is_asked_for_by_name() -> None:
    assert DRIVE.latest().url.endswith("/root/view.delta?token=latest")


def test_metadata_is_declined() -> None:
    requests = [
        DRIVE.first(),
        DRIVE.since(Token("https://d")),
        DRIVE.children("1"),
        DRIVE.item("1"),
        DRIVE.folder("/a"),
    ]
    assert {request.headers["Accept"] for request in requests} == {"application/json; odata.metadata=none"}


@pytest.mark.parametrize(
    "token",
    [
        "https://contoso-my.sharepoint.com/_api/v2.0/drive/root/oneDrive.delta?token=4%3b%25234%253b1",
        "https://api.onedrive.com/v1.0/drives('me')/items('root%252Fx')/view.delta(token='aTE')?$x=1",
    ],
)
def test_a_token_is_the_whole_link_letter_by_letter(token: str) -> None:
    """A2."""
    assert ViewDelta(base_url=PERSONAL, drive_id=CID, page_size=7).since(Token(token)).url == token


def test_a_page_with_a_next_link_goes_on_even_when_it_is_empty() -> None:
    """A4; the token beside the link belongs to it."""
    page = DRIVE.read(answer({"value": [], "@odata.nextLink": link("T1"), "@delta.token": "T1"}))
    assert page.next is not None
    assert (page.next.url, page.token) == (link("T1"), None)


def test_a_delta_link_ends_the_feed() -> None:
    items = [{"id": "1", "name": "a", "file": {}}, {"id": "2", "deleted": {}}]
    page = DRIVE.read(answer({"value": items, "@odata.deltaLink": link("T2"), "@delta.token": "T2"}))
    assert (page.next, page.token, page.confirm, page.items) == (None, link("T2"), None, items)


def test_a_token_without_a_link_is_no_end() -> None:
    """A6: whether more is to come only the links say."""
    with pytest.raises(BrokenFeed, match="neither a next link nor a delta link"):
        DRIVE.read(answer({"value": [], "@delta.token": "T2"}))


@pytest.mark.parametrize(
    ("error", "flavour"),
    [
        ({"code": "ResyncChangesApplyDifferences"}, "apply"),
        ({"code": "resyncChangesUploadDifferences"}, "upload"),
        ({"code": "resyncRequired", "message": "Resync required. Upload any local items that …"}, "upload"),
        ({"code": "resyncRequired", "innererror": {"code": "resyncUploadDifferences"}}, "upload"),
        ({}, "apply"),
    ],
)
def test_410_starts_over_and_says_how(error: dict[str, object], flavour: str) -> None:
    """B2, B3."""
    place = "https://api.onedrive.com/v1.0/drives('me')/items('root%252Fx')/view.delta?token=aTE"
    with pytest.raises(StartOver) as refused:
        DRIVE.read(answer({"error": error}, 410, location=place))
    assert (refused.value.flavour, refused.value.location, refused.value.page) == (flavour, place, None)
    assert DRIVE.restart(place).url == place


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(404, "itemNotFound", FixSetup), (401, "unauthenticated", FixSetup), (500, "", RetryLater)],
)
def test_other_refusals_keep_the_token(status: int, code: str, kind: type[DriveDeltaError]) -> None:
    """odapi#1476: a 404 in the middle of a feed is no resync."""
    with pytest.raises(kind):
        DRIVE.read(answer({"error": {"code": code, "message": "Item does not exist"}}, status))


class TestOneFoldersFeed:
    def read(self, *items: object) -> list[object]:
        page = FOLDER.read(answer({"value": list(items), "@odata.deltaLink": link("T")}))
        return list(page.items)

    def test_the_folder_is_its_root_in_whatever_case_its_id_comes(self) -> None:
        """odapi#1131: it comes without the facet. D3."""
        folder = {"id": f"{CID.lower()}!103", "folder": {}}
        assert self.read(folder, {"id": f"{CID}!104"}) == [folder | {"root": {}}, {"id": f"{CID}!104"}]

    def test_the_drives_own_root_is_no_part_of_it(self) -> None:
        assert self.read({"id": f"{CID}!101", "root": {}}, {"id": f"{CID}!104"}) == [{"id": f"{CID}!104"}]

    def test_what_stands_for_a_folder_elsewhere_names_the_place(self) -> None:
        remote = {"id": "A0!5", "folder": {}, "parentReference": {"driveId": "00000000000000a0"}}
        with pytest.raises(FixSetup, match=r"shared by another drive.*drives/00000000000000a0/items/A0!5"):
            self.read({"id": f"{CID}!103", "remoteItem": remote})

    def test_a_shared_folder_below_it_is_an_item_like_any_other(self) -> None:
        remote = {"id": "A0!5", "folder": {}, "parentReference": {"driveId": "00000000000000a0"}}
        assert self.read({"id": f"{CID}!104", "remoteItem": remote}) == [{"id": f"{CID}!104", "remoteItem": remote}]


def test_items_and_folders_are_asked_for_one_by_one() -> None:
    base = f"{PERSONAL}/drives/{CID}"
    assert DRIVE.item("1!2").url == f"{base}/items/1!2"
    assert DRIVE.children("1!2").url == f"{base}/items/1!2/children"
    assert DRIVE.folder("/A b/ü#").url == f"{base}/root:/A%20b/%C3%BC%23"


def test_items_read_one_by_one_are_spelled_like_those_of_the_feed() -> None:
    item = {"id": "1", "folder": {"folderView": {"sortBy": "name"}}, "@content.downloadUrl": "https://x"}
    spelled = {"id": "1", "folder": {"view": {"sortBy": "name"}}}
    assert DRIVE.read_item(answer(item)) == spelled
    assert DRIVE.read_item(answer({}, 404)) is None
    children = DRIVE.read_children(answer({"value": [item], "@odata.nextLink": "https://n"}))
    assert children.items == [spelled]
    assert children.next is not None
    assert children.next.url == "https://n"
