"""`view.changes`: pages that never say goodbye, a token of many names, and a resync that answers 200."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, StartOver
from airflow_provider_drivedelta.core.protocols.view_changes import ViewChanges
from tests.core.protocols.answered import answer
from tests.core.protocols.answered import link as link_to

BASE = "https://api.onedrive.com/v1.0"
DRIVE = ViewChanges(base_url=BASE, drive_id="b!x")
ITEM = {"id": "1", "name": "a.txt", "file": {}}


def link(token: str) -> str:
    return link_to(token, "view.changes")


def page(*items: object, more: object = False, token: object = "T1", **others: object) -> dict[str, object]:
    body = {"value": list(items), "@odata.nextLink": link("T1"), "@changes.hasMoreChanges": more}
    return {name: value for name, value in (body | {"@changes.token": token} | others).items() if value != "-"}


def test_a_full_read_starts_without_a_token() -> None:
    """A1."""
    assert DRIVE.first().url == f"{BASE}/drives/b!x/root/view.changes"
    sized = ViewChanges(base_url=BASE, drive_id="cb0bf412d51bbd9f", item_id="CB!1", page_size=50)
    assert sized.first().url == f"{BASE}/drives/cb0bf412d51bbd9f/items/CB!1/view.changes?$top=50"
    assert DRIVE.latest().url == f"{BASE}/drives/b!x/root/view.changes?token=latest"


def test_a_page_that_has_more_goes_on_at_its_link() -> None:
    read = DRIVE.read(answer(page(ITEM, more=True)))
    assert read.next is not None
    assert (read.next.url, read.token, read.items) == (link("T1"), None, [ITEM])


def test_a_page_that_has_no_more_is_the_last_though_it_has_a_link() -> None:
    """A12."""
    read = DRIVE.read(answer(page(ITEM)))
    assert (read.next, read.token, read.confirm) == (None, link("T1"), None)


def test_an_empty_page_is_the_last_whatever_it_says() -> None:
    """A12: `token=latest` is answered so. A full read will want to be sure of it."""
    read = DRIVE.read(answer(page(more=True)))
    assert (read.next, read.token) == (None, link("T1"))
    assert read.confirm is not None
    assert read.confirm.url == link("T1")


def test_an_empty_page_that_has_no_more_needs_no_confirmation() -> None:
    assert DRIVE.read(answer(page())).confirm is None


def test_an_empty_page_need_not_say_anything() -> None:
    assert DRIVE.read(answer(page(more="-"))).token == link("T1")


@pytest.mark.parametrize(
    ("spelled", "token"),
    [
        ("1%3B%25234%3B%25231", "1;#4;#1"),  # SharePoint's hosts: `#` is escaped twice (odapi#288)
        ("1%3B%25234%3B%25231", "1;%234;%231"),
        ("4%253B%25234%253B1", "4;#4;1"),
        ("4%253B%25234%253B1", "4%3B%234%3B1"),
        ("4%3b%234%3b1", "4;#4;1"),
        ("aTE09M-_", "aTE09M-_"),
    ],
)
def test_the_token_goes_back_as_the_service_spells_it(spelled: str, token: str) -> None:
    """A2."""
    read = DRIVE.read(answer(page(ITEM, token=token, **{"@odata.nextLink": link(spelled)})))
    assert read.token == link(spelled)
    assert DRIVE.since(Token(read.token)).url == link(spelled)


def test_where_link_and_token_differ_the_token_is_right() -> None:
    read = DRIVE.read(answer(page(ITEM, token="4;#4 é", **{"@odata.nextLink": link("another")})))
    assert read.token == f"{BASE}/drives/b!x/root/view.changes?token=4%3B%234%20%C3%A9"


def test_without_a_link_sharepoints_tokens_are_escaped_as_its_links_have_them() -> None:
    """odapi#288."""
    drive = ViewChanges(base_url="https://contoso-my.sharepoint.com/_api/v2.0", drive_id="b!x")
    read = drive.read(answer(page(ITEM, token="1;#4;#1", **{"@odata.nextLink": "-"})))
    assert str(read.token).endswith("/root/view.changes?token=1%3B%25234%3B%25231")


def test_a_link_alone_is_token_enough() -> None:
    assert DRIVE.read(answer(page(ITEM, token="-"))).token == link("T1")


@pytest.mark.parametrize("name", ["@changes.token", "@microsoft.graph.token", "nextToken"])
@pytest.mark.parametrize("flag", ["@changes.hasMoreChanges", "hasMoreChanges"])
def test_every_name_the_token_and_the_flag_ever_had_is_understood(name: str, flag: str) -> None:
    """Before general availability there were no prefixes and no links, in later drafts another one."""
    own = f"{BASE}/drives/b!x/root/view.changes?$top=5&token=T%2F9"
    drive = ViewChanges(base_url=BASE, drive_id="b!x", page_size=5)
    last = drive.read(answer({"value": [ITEM], name: "T/9", flag: False}))
    assert last.token == own
    more = drive.read(answer({"value": [ITEM], name: "T/9", flag: True}))
    assert more.next is not None
    assert more.next.url == own


def test_a_tombstone_of_old_is_a_delete() -> None:
    assert DRIVE.read(answer(page({"id": "1", "tombstone": {}}))).items == [{"id": "1", "deleted": {}}]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (page(ITEM, more="-"), "whether there are more"),
        (page(ITEM, more="true"), "whether there are more"),
        (page(ITEM, more=None), "whether there are more"),
        (page(ITEM, token="-", **{"@odata.nextLink": None}), "neither a next link nor a token"),
        (page(ITEM, token=5), "@changes.token is no token"),
        (page(ITEM, token=""), "@changes.token is no token"),
        (page(ITEM, **{"@odata.nextLink": 5}), "nextLink is no link"),
        (page(ITEM, **{"@changes.resync": True}), "@changes.resync is no word"),
        (page(value={}), "no list of items"),
    ],
)
def test_a_page_that_leaves_something_open_is_broken(body: dict[str, object], says: str) -> None:
    """A6."""
    with pytest.raises(BrokenFeed, match=says):
        DRIVE.read(answer(body))


@pytest.mark.parametrize(("word", "flavour"), [("applyDifferences", "apply"), ("UploadDifferences", "upload")])
def test_a_resync_is_already_the_first_page_of_everything(word: str, flavour: str) -> None:
    """B7."""
    with pytest.raises(StartOver) as refused:
        DRIVE.read(answer(page(ITEM, more=True, **{"@changes.resync": word})))
    assert (refused.value.flavour, refused.value.location) == (flavour, None)
    first = refused.value.page
    assert first is not None
    assert first.next is not None
    assert (first.items, first.next.url) == ([ITEM], link("T1"))


def test_no_word_is_no_resync() -> None:
    assert DRIVE.read(answer(page(ITEM, **{"@changes.resync": None}))).items == [ITEM]


def test_410_is_understood_as_well() -> None:
    with pytest.raises(StartOver) as refused:
        DRIVE.read(answer({"error": {"code": "resyncChangesUploadDifferences"}}, 410))
    assert (refused.value.flavour, refused.value.page) == ("upload", None)


def test_404_is_no_resync() -> None:
    with pytest.raises(FixSetup):
        DRIVE.read(answer({"error": {"code": "itemNotFound"}}, 404))
