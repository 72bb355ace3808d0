"""The OneDrive API's two feeds: their grammar, the places they are asked for, and what becomes of old tokens."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import pytest

from airflow_provider_drivedelta.emulator import Drive, Flavour

PERSONAL, BUSINESS = "/v1.0", "/personal/ada_contoso_com/_api/v2.0"
PLAIN = {"Accept": "application/json; odata.metadata=none"}


@pytest.fixture
def personal(serve):
    return serve(filled(Flavour.PERSONAL), page_size=3)


@pytest.fixture
def business(serve):
    return serve(filled(Flavour.BUSINESS), page_size=3)


def filled(flavour: Flavour) -> Drive:
    drive = Drive("Documents", flavour=flavour, seed="views")
    folder = drive.create_folder("Reports")
    for name in ("a.txt", "b.txt", "c.txt"):
        drive.create_file(name, name.encode(), folder.id)
    return drive


def pages(client, link: str, **options: object) -> list[dict]:
    """The pages of a feed, up to the last one by the rule of its kind."""
    read: list[dict] = []
    while True:
        answer = client.get(link, **options)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        read.append(page)
        if "@odata.deltaLink" in page or page.get("@changes.hasMoreChanges") is False:
            return read
        if "@changes.token" in page and not page["value"]:
            return read
        link = page["@odata.nextLink"]


def names(read: list[dict]) -> list[str]:
    return [item.get("name", item["id"]) for page in read for item in page["value"]]


class TestViewDelta:
    def test_links_lead_on_and_the_token_stands_beside_them(self, personal) -> None:
        first, last = pages(personal, f"{PERSONAL}/drive/root/view.delta")
        assert first.keys() == {"@odata.context", "@odata.nextLink", "@delta.token", "value"}
        assert last.keys() == {"@odata.context", "@odata.deltaLink", "@delta.token", "value"}
        assert first["@odata.nextLink"].endswith(f"/v1.0/drive/root/view.delta?token={first['@delta.token']}")
        assert names([first, last]) == ["root", "Reports", "a.txt", "b.txt", "c.txt"]

    def test_latest_is_empty(self, personal) -> None:
        page = personal.get(f"{PERSONAL}/drive/root/view.delta?token=latest").json()
        assert page["value"] == []
        personal.emulator.drive.create_file("new.txt")
        assert names(pages(personal, page["@odata.deltaLink"])) == ["root", "new.txt"]

    @pytest.mark.parametrize("option", ["top", "$top"])
    def test_the_size_of_a_page_is_capped(self, personal, option: str) -> None:
        sizes = [
            [len(page["value"]) for page in pages(personal, f"{PERSONAL}/drive/root/view.delta?{option}={top}")]
            for top in (2, 50)
        ]
        assert sizes == [[2, 2, 1], [3, 2]]

    @pytest.mark.parametrize(
        ("flavour", "code", "says"),
        [("apply", "resyncRequired", "Replace any local"), ("upload", "resyncRequired", "Upload any local items")],
    )
    def test_an_old_token_is_gone(self, personal, flavour, code, says) -> None:
        link = pages(personal, f"{PERSONAL}/drive/root/view.delta")[-1]["@odata.deltaLink"]
        personal.emulator.expire(flavour=flavour)
        answer = personal.get(link)
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, code)
        assert says in answer.json()["error"]["message"]
        assert names(pages(personal, answer.headers["Location"])) == ["root", "Reports", "a.txt", "b.txt", "c.txt"]

    def test_it_dies_of_age(self, personal) -> None:
        link = pages(personal, f"{PERSONAL}/drive/root/view.delta")[-1]["@odata.deltaLink"]
        personal.post("clock", {"advance_seconds": 31 * 86_400})
        assert personal.get(link).status_code == 410

    def test_a_garbled_token_is_no_old_one(self, personal) -> None:
        """A11."""
        answer = personal.get(f"{PERSONAL}/drive/root/view.delta?token=garbled")
        assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Provided sync token is malformed.")


class TestViewChanges:
    def test_there_is_always_a_link_and_a_flag_says_whether_to_follow(self, personal) -> None:
        first, last = pages(personal, f"{PERSONAL}/drive/root/view.changes")
        always = {"@odata.context", "@odata.nextLink", "@changes.hasMoreChanges", "@changes.token", "value"}
        assert (first.keys(), last.keys()) == (always, always)
        assert (first["@changes.hasMoreChanges"], last["@changes.hasMoreChanges"]) == (True, False)

    def test_an_empty_page_says_that_there_is_more(self, personal) -> None:
        """A12."""
        page = personal.get(f"{PERSONAL}/drive/root/view.changes?token=latest").json()
        assert (page["value"], page["@changes.hasMoreChanges"]) == ([], True)
        again = personal.get(page["@odata.nextLink"]).json()
        assert (again["value"], again["@changes.hasMoreChanges"]) == ([], True)

    def test_a_page_that_is_just_full_is_not_known_to_be_the_last(self, personal) -> None:
        personal.emulator.drive.create_file("six.txt")
        read = pages(personal, f"{PERSONAL}/drive/root/view.changes")
        assert [len(page["value"]) for page in read] == [3, 3, 0]

    def test_folders_come_before_what_is_in_them(self, personal) -> None:
        drive = personal.emulator.drive
        folder = drive.create_folder("Later")
        drive.move(drive.find("/Reports").id, folder.id)
        told = names(pages(personal, f"{PERSONAL}/drive/root/view.changes"))
        assert told == ["root", "Later", "Reports", "a.txt", "b.txt", "c.txt"]

    def test_changes_are_told_once(self, personal) -> None:
        link = pages(personal, f"{PERSONAL}/drive/root/view.changes")[-1]["@odata.nextLink"]
        drive = personal.emulator.drive
        drive.delete(drive.find("/Reports/a.txt").id)
        told = pages(personal, link)
        assert [("deleted" in item) for page in told for item in page["value"]].count(True) == 1
        assert names(pages(personal, told[-1]["@odata.nextLink"])) == []

    @pytest.mark.parametrize("flavour", ["apply", "upload"])
    def test_an_old_token_gets_everything_and_a_word(self, personal, flavour: str) -> None:
        """B7."""
        link = pages(personal, f"{PERSONAL}/drive/root/view.changes")[-1]["@odata.nextLink"]
        personal.emulator.expire(flavour=flavour)
        first, last = pages(personal, link)
        assert first["@changes.resync"] == f"{flavour}Differences"
        assert "@changes.resync" not in last
        assert names([first, last]) == ["root", "Reports", "a.txt", "b.txt", "c.txt"]


@pytest.mark.parametrize("function", ["view.delta", "view.changes"])
class TestPlaces:
    @pytest.mark.parametrize(
        "place",
        [
            "/v1.0/drive/root",
            "/v1.0/drives/me/root",
            "/v1.0/drives('me')/root",
            "/v1.0/drives/me/items/root",
            "/v1.0/drives/{drive}/root",
            "/v1.0/drives('{drive}')/items('{root}')",
            "//v1.0//drive/root/"[1:],
        ],
    )
    def test_a_drive_by_each_address(self, personal, function: str, place: str) -> None:
        drive = personal.emulator.drive
        told = pages(personal, f"{place.format(drive=drive.id, root=drive.root_id)}/{function}")
        assert len(names(told)) == 5

    @pytest.mark.parametrize(
        "place",
        ["drive/items/{item}", "drives/{drive}/items/{item}", "drive/root:/Reports:", "drives/{drive}/root:/Reports:"],
    )
    def test_a_folder_by_id_and_by_path(self, personal, function: str, place: str) -> None:
        """Personal drives only; the folder comes without the root's facet (odapi#1131)."""
        drive = personal.emulator.drive
        folder = drive.find("/Reports")
        told = pages(personal, f"/v1.0/{place.format(drive=drive.id, item=folder.id)}/{function}")
        assert names(told) == ["Reports", "a.txt", "b.txt", "c.txt"]
        assert "root" not in told[0]["value"][0]

    def test_business_drives_have_a_feed_of_the_root_alone(self, business, function: str) -> None:
        answer = business.get(f"{BUSINESS}/drive/root:/Reports:/{function}")
        assert (answer.status_code, "InvalidClientQuery" in answer.text) == (400, True)

    @pytest.mark.parametrize(
        "place",
        [
            "/_api/v2.0/drive/root",
            "/_api/v2.0/me/drive/root",
            "/_API/V2.0/Me/Drive/Root",
            "/personal/ada_contoso_com/_api/v2.0/drives/{drive}/root",
            "/sites/team/_api/v2.0/drive/root",
        ],
    )
    def test_sharepoints_hosts_do_not_look_at_the_case(self, business, function: str, place: str) -> None:
        told = pages(business, f"{place.format(drive=business.emulator.drive.id)}/{function.title()}")
        assert len(names(told)) == 5

    def test_the_later_name_is_answered_too_and_stays_in_the_links(self, business, function: str) -> None:
        later = function.replace("view", "oneDrive")
        told = pages(business, f"{BUSINESS}/drive/root/{later}")
        assert urlsplit(told[0]["@odata.nextLink"]).path == f"{BUSINESS}/drive/root/{later}"
        assert len(told) == 2

    def test_the_token_may_stand_in_brackets(self, personal, function: str) -> None:
        page = pages(personal, f"{PERSONAL}/drive/root/{function}")[-1]
        token = page.get("@delta.token") or page["@changes.token"]
        assert personal.get(f"{PERSONAL}/drive/root/{function}(token='{token}')").status_code == 200

    def test_a_place_that_is_none(self, personal, function: str) -> None:
        assert personal.get(f"{PERSONAL}/drive/root:/Nowhere:/{function}").status_code == 404
        assert personal.get(f"{PERSONAL}/drives/nobody/root/{function}").status_code == 404
        assert personal.get(f"{PERSONAL}/nonsense/{function}").status_code == 400

    def test_nobody_reads_without_a_bearer(self, personal, function: str) -> None:
        del personal.session.headers["Authorization"]
        assert personal.get(f"{PERSONAL}/drive/root/{function}").status_code == 401


class TestBusinessTokens:
    @pytest.mark.parametrize(("function", "name"), [("view.delta", "@delta.token"), ("view.changes", "@changes.token")])
    def test_they_are_texts_whose_signs_links_escape_twice(self, business, function: str, name: str) -> None:
        page = business.get(f"{BUSINESS}/drive/root/{function}").json()
        sent = page["@odata.nextLink"].partition("token=")[2]
        assert page[name].startswith("4;#")
        assert (unquote(unquote(sent)), sent[:10]) == (page[name], "4%3B%25230")

    @pytest.mark.parametrize("times", [1, 2])
    def test_they_are_understood_escaped_once_or_twice(self, business, times: int) -> None:
        sent = business.get(f"{BUSINESS}/drive/root/view.delta?token=latest").json()["@delta.token"]
        for _ in range(times):
            sent = quote(sent, safe="")
        assert business.get(f"{BUSINESS}/drive/root/view.delta?token={sent}").status_code == 200


class TestItems:
    def test_downloads_and_views_have_their_older_names(self, personal) -> None:
        items = {
            item["name"]: item for page in pages(personal, "/v1.0/drive/root/view.delta") for item in page["value"]
        }
        assert items["Reports"]["folder"]["folderView"].keys() == {"viewType", "sortBy", "sortOrder"}
        assert (
            personal.session.get(items["a.txt"]["@content.downloadUrl"], headers={"Authorization": ""}).content
            == b"a.txt"
        )
        assert not [name for item in items.values() for name in item if name.startswith(("@odata", "@microsoft"))]
        assert "path" not in items["a.txt"]["parentReference"]

    def test_business_items_are_described_unless_declined(self, business) -> None:
        described = business.get(f"{BUSINESS}/drive/root/view.delta").json()
        item = described["value"][1]
        assert item["@odata.type"] == "#oneDrive.item"
        assert item["@odata.id"] == f"{business.emulator.url}{BUSINESS}/{item['@odata.editLink']}"
        plain = business.get(f"{BUSINESS}/drive/root/view.delta", headers=PLAIN).json()
        assert plain.keys() == {"@odata.nextLink", "@delta.token", "value"}
        assert not [name for item in plain["value"] for name in item if name.startswith("@odata")]

    def test_a_business_tombstone_has_dates_that_are_none(self, business) -> None:
        """C5, odapi#535."""
        link = pages(business, f"{BUSINESS}/drive/root/view.delta")[-1]["@odata.deltaLink"]
        business.emulator.drive.delete(business.emulator.drive.find("/Reports/a.txt").id)
        (gone,) = [item for page in pages(business, link) for item in page["value"] if "deleted" in item]
        assert {gone["createdDateTime"], gone["lastModifiedDateTime"]} == {"0001-01-01T00:00:00-08:00"}
        assert "name" not in gone

    def test_single_items_and_members_are_spelled_alike(self, business) -> None:
        item = business.get(f"{BUSINESS}/drive/root:/Reports/a.txt", headers=PLAIN).json()
        (first, *_) = business.get(f"{BUSINESS}/drive/root:/Reports:/children", headers=PLAIN).json()["value"]
        assert item == first
        assert "@content.downloadUrl" in item
        assert business.get(f"{BUSINESS}/drive").json()["driveType"] == "business"
        assert business.get(f"{BUSINESS}/drive/root:/Reports/a.txt:/content").content == b"a.txt"

    def test_members_come_in_pages(self, business) -> None:
        business.emulator.drive.create_file("d.txt", b"", business.emulator.drive.find("/Reports").id)
        page = business.get(f"{BUSINESS}/drive/root:/Reports:/children").json()
        rest = business.get(page["@odata.nextLink"]).json()
        assert names([page, rest]) == ["a.txt", "b.txt", "c.txt", "d.txt"]

    def test_the_personal_host_speaks_onedrive_throughout(self, personal) -> None:
        """On loopback Graph has the same base address; the host's own name tells them apart."""
        host = {"Host": "api.onedrive.com"}
        assert "@content.downloadUrl" in personal.get("/v1.0/drive/root:/Reports/a.txt", headers=host).json()
        assert "@microsoft.graph.downloadUrl" in personal.get("/v1.0/me/drive/root:/Reports/a.txt").json()


def test_changes_of_sharing_are_marked_where_they_are_asked_for(business) -> None:
    link = pages(business, f"{BUSINESS}/drive/root/view.delta")[-1]["@odata.deltaLink"]
    business.emulator.drive.share(business.emulator.drive.find("/Reports/a.txt").id)
    wish = {"Prefer": "deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges"}
    told = [item for page in pages(business, link, headers=wish) for item in page["value"]]
    assert [item["name"] for item in told if item.get("@oneDrive.sharedChanged") == "True"] == ["a.txt"]
