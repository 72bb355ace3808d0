"""Graph's drive delta: what is asked, and what a page says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Answer, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.protocols.drive_calls import NEEDED
from airflow_provider_drivedelta.core.protocols.graph_drive import (
    SHARING_CHANGES,
    DriveFound,
    GraphDrive,
    ask_for_drive,
    read_drive,
)
from airflow_provider_drivedelta.core.sources import Drive

BASE = "https://graph.microsoft.com/v1.0"
GRAPH = GraphDrive(base_url=BASE, drive_id="b!x")


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers, content, datetime(2026, 11, 21, tzinfo=UTC), "GET graph")


def page(*items: object, **more: object) -> Answer:
    return answer({"value": list(items), **({"@odata.deltaLink": "https://d"} | more)})


def test_a_full_read_starts_without_a_token() -> None:
    """A1."""
    request = GRAPH.first()
    assert (request.method, request.url) == ("GET", f"{BASE}/drives/b!x/root/delta")
    assert "Prefer" not in request.headers


def test_latest_is_asked_for_by_name() -> None:
    assert GRAPH.latest().url == f"{BASE}/drives/b!x/root/delta?token=latest"


def test_options_travel_with_the_first_request() -> None:
    graph = GraphDrive(base_url=BASE, drive_id="b!x", select=["size", "name"], expand=["listItem"], page_size=7)
    query = graph.first().url.partition("?")[2]
    assert query == f"$select={','.join(NEEDED)},size&$expand=listItem&$top=7"


def test_the_sharing_headers_travel_as_one_with_every_request() -> None:
    graph = GraphDrive(base_url=BASE, drive_id="b!x", prefer=SHARING_CHANGES)
    requests = [graph.first(), graph.since(Token("https://d"))]
    assert {request.headers["Prefer"] for request in requests} == {
        "deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges, hierarchicalsharing"
    }


def test_a_token_is_the_whole_link_and_gets_nothing_appended() -> None:
    """A2."""
    graph = GraphDrive(base_url=BASE, drive_id="b!x", select=["size"], page_size=7)
    link = Token("https://graph.microsoft.com/v1.0/drives/b!x/root/delta(token='1%2c2')?$x=%25234")
    assert graph.since(link).url == link


def test_a_page_with_a_next_link_goes_on_whatever_else_it_holds() -> None:
    """A4: an empty page in the middle goes on."""
    read = GRAPH.read(page(**{"@odata.nextLink": "https://n"}))
    assert read.next is not None
    assert (read.next.url, read.token, read.items) == ("https://n", None, [])


def test_an_empty_page_with_a_delta_link_ends_the_feed() -> None:
    read = GRAPH.read(page())
    assert (read.next, read.token) == (None, "https://d")


@pytest.mark.parametrize("links", [{}, {"@odata.nextLink": None}, {"@microsoft.graph.deltaLink": "https://d"}])
def test_a_page_without_a_link_is_broken(links: dict[str, object]) -> None:
    """A6."""
    with pytest.raises(BrokenFeed, match="neither a next link nor a delta link"):
        GRAPH.read(answer({"value": []} | links))


@pytest.mark.parametrize("link", ["", 5, ["https://n"], {"href": "https://n"}, False])
@pytest.mark.parametrize("name", ["@odata.nextLink", "@odata.deltaLink"])
def test_a_link_that_is_none_is_broken(name: str, link: object) -> None:
    with pytest.raises(BrokenFeed, match=f"{name} is no link"):
        GRAPH.read(answer({"value": [], name: link}))


@pytest.mark.parametrize("value", [None, {}, "items", 5])
def test_a_page_without_a_list_of_items_is_broken(value: object) -> None:
    with pytest.raises(BrokenFeed, match="no list of items"):
        GRAPH.read(answer({"value": value, "@odata.deltaLink": "https://d"}))


def test_a_page_without_value_is_broken() -> None:
    with pytest.raises(BrokenFeed, match="no list of items"):
        GRAPH.read(answer({"@odata.deltaLink": "https://d"}))


def test_what_is_no_object_is_an_item_all_the_same() -> None:
    """Dropping it would lose a change in silence; the stage finds that it has no id."""
    assert [item.get("id") for item in GRAPH.read(page({"id": "1"}, None, 5)).items] == ["1", None, None]


def test_an_error_among_the_items_means_that_a_change_is_lost() -> None:
    """msgraph-sdk-typescript#544."""
    with pytest.raises(StartOver, match="could not write one of the changes"):
        GRAPH.read(page({"id": "1"}, {"error": {"code": "generalException"}}))


def test_an_item_may_have_a_property_called_error() -> None:
    assert GRAPH.read(page({"id": "1", "error": "x"})).items == [{"id": "1", "error": "x"}]


def test_duplicate_keys_and_a_byte_order_mark_are_read() -> None:
    body = b'\xef\xbb\xbf{"value": [{"id": "1", "name": "a", "name": "b"}], "@odata.deltaLink": "https://d"}'
    assert GRAPH.read(answer(body)).items == [{"id": "1", "name": "b"}]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("me", "/me/drive"),
        ("users/a@b.c", "/users/a@b.c/drive"),
        ("groups/1", "/groups/1/drive"),
        ("sites/contoso.com,1,2", "/sites/contoso.com,1,2/drive"),
        ("sites/contoso.com:/sites/x y", "/sites/contoso.com:/sites/x%20y:/drive"),
        ("b!x", "/drives/b!x"),
    ],
)
def test_each_route_asks_for_its_drive(source: str, path: str) -> None:
    url = ask_for_drive(BASE, Drive.parse(source)).url
    assert url == f"{BASE}{path}?$select=id,name,driveType,webUrl"


def test_a_drive_is_described_as_far_as_the_service_does() -> None:
    assert read_drive(answer({"id": "b!x", "driveType": None})) == DriveFound("b!x", "", "", "")


@pytest.mark.parametrize("body", [{}, {"id": 5}, {"id": ""}])
def test_an_answer_without_a_drive_id_is_ours_to_mend(body: object) -> None:
    with pytest.raises(FixSetup, match="describes no drive"):
        read_drive(answer(body))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, FixSetup), (403, FixSetup), (404, FixSetup), (410, FixSetup), (501, RetryLater)]
)
def test_a_drive_that_is_not_shown_is_an_error_by_its_status(status: int, kind: type[DriveDeltaError]) -> None:
    """StartOver is for tokens: nobody up there could make anything of it."""
    with pytest.raises(kind):
        read_drive(answer({}, status))
