"""Faults that know a feed: pages that say a thing twice or lead nowhere, tokens refused, over each of the protocols."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.emulator import Drive, Emulator, Flavour, Site
from tests.emulator.sharepoint_caller import Caller

PAGING = "<Paging ListItemCollectionPositionNext='{}'/>"


@pytest.fixture
def client(serve):
    drive = Drive("Documents", flavour=Flavour.PERSONAL, seed="faults")
    for number in range(6):
        drive.create_file(f"{number}")
    return serve(drive, page_size=3)


@pytest.fixture
def caller():
    site = Site("/sites/team")
    own = site.add_list("Tasks")
    for number in range(5):
        own.add({"Title": f"{number}"})
    with Emulator(sites=[site]) as emulator:
        yield Caller(emulator, own)


def feed(client, function: str) -> str:
    return f"/v1.0/drives/{client.emulator.drive.id}/root/{function}"


def names(page: dict) -> list[str]:
    return [item["name"] for item in page["value"]]


def next_position(answer) -> str:
    return PAGING.format(answer.position.replace("&", "&amp;"))


@pytest.mark.parametrize("function", ["delta", "view.delta", "view.changes"])
def test_an_empty_page_leads_to_the_real_one_even_when_the_fault_is_over(client, function) -> None:
    plain = client.get(feed(client, function)).json()
    client.emulator.faults([{"match": {"times": 2}, "page": {"empty": True}}])
    empty = client.get(feed(client, function)).json()
    again = client.get(empty["@odata.nextLink"]).json()
    assert (empty["value"], again["value"]) == ([], [])
    assert empty["@odata.nextLink"] != again["@odata.nextLink"]
    assert names(client.get(again["@odata.nextLink"]).json()) == names(plain)
    assert names(client.get(empty["@odata.nextLink"]).json()) == names(plain)


def test_an_empty_page_of_a_list_leads_to_the_real_one(caller) -> None:
    caller.emulator.faults([{"match": {"times": 2}, "page": {"empty": True}}])
    empty = caller.ask()
    again = caller.ask(more_options=next_position(empty))
    assert (empty.rows, again.rows) == ([], [])
    assert empty.position != again.position
    assert caller.ask(more_options=next_position(again)).titles == ["0", "1", "2", "3", "4"]


def test_an_empty_answer_to_a_lists_token_tells_of_no_later_one(caller) -> None:
    token = caller.ask().token
    caller.list.delete(caller.list.walk()[0].id)
    caller.list.add({"Title": "new"})
    caller.emulator.faults([{"page": {"empty": True}}])
    empty = caller.ask(token)
    assert (empty.rows, empty.ids, empty.token, empty.more) == ([], [], token, False)
    real = caller.ask(token, more_options=next_position(empty))
    assert (real.titles, real.ids) == (["new"], [("Delete", "1")])


@pytest.mark.parametrize("function", ["delta", "view.delta", "view.changes"])
def test_a_link_can_lead_back_to_the_page_before(client, function) -> None:
    client.emulator.faults([{"match": {"times": 0}, "page": {"links": "back"}}])
    first = client.get(feed(client, function)).json()
    second = client.get(first["@odata.nextLink"]).json()
    assert second["@odata.nextLink"] == client.emulator.url + feed(client, function)


def test_a_lists_position_can_lead_round_in_a_circle(caller) -> None:
    caller.emulator.faults([{"match": {"times": 0}, "page": {"links": "loop"}}])
    first = caller.ask(RowLimit="2")
    second = caller.ask(more_options=next_position(first), RowLimit="2")
    assert (first.position, second.titles) == (second.position, ["0", "1"])
    caller.emulator.clear_faults()
    caller.emulator.faults([{"match": {"times": 0}, "page": {"links": "back"}}])
    pages = [caller.ask(RowLimit="1")]
    for _ in range(3):
        pages.append(caller.ask(more_options=next_position(pages[-1]), RowLimit="1"))
    assert [page.titles for page in pages] == [["0"], ["1"], ["2"], ["1"]]


def test_a_lists_answer_can_lose_its_token(caller) -> None:
    caller.emulator.faults([{"page": {"links": "drop"}}])
    assert [caller.ask().token is None for _ in range(2)] == [True, False]


def test_a_lists_rows_can_come_twice_or_backwards(caller) -> None:
    caller.emulator.faults([{"page": {"items": "repeat"}}, {"match": {"nth": 2}, "page": {"items": "reverse"}}])
    twice, backwards = caller.ask(), caller.ask()
    assert twice.titles == ["0", "0", "1", "1", "2", "2", "3", "3", "4", "4"]
    assert backwards.titles == ["4", "3", "2", "1", "0"]


def test_a_lists_rows_come_again_on_the_next_page_but_none_that_are_gone_by_then(caller) -> None:
    caller.emulator.faults([{"match": {"times": 0}, "page": {"items": "repeat_previous"}}])
    first = caller.ask(RowLimit="2")
    assert caller.ask(more_options=next_position(first), RowLimit="2").titles == ["0", "1", "2", "3"]
    caller.list.delete(caller.list.walk()[2].id)
    assert caller.ask(first.token).titles == ["3"]
    assert caller.ask(ViewFields="<ViewFields><FieldRef Name='ID'/></ViewFields>").titles == [None] * 4


@pytest.mark.parametrize("function", ["delta", "view.delta"])
def test_a_token_can_be_refused_at_any_page(client, function) -> None:
    start = feed(client, function)
    rule = {"match": {"nth": 2}, "resync": {"flavour": "upload", "code": "gone", "inner_code": "deeper"}}
    client.emulator.faults([rule])
    first = client.get(f"{start}?$top=2").json()
    refused = client.get(first["@odata.nextLink"])
    assert refused.status_code == 410
    assert refused.headers["Location"] == f"{client.emulator.url}{start}?$top=2"
    error = refused.json()["error"]
    assert (error["code"], error["innerError"]["code"]) == ("gone", "deeper")
    assert error["message"].startswith("Resync required. Upload")
    assert names(client.get(refused.headers["Location"]).json()) == names(first)


@pytest.mark.parametrize(
    ("location", "told"), [(False, None), ("/nowhere", "{own}/nowhere"), ("http://elsewhere.example/x", "{asked}")]
)
def test_a_refusal_can_lead_anywhere(client, location, told) -> None:
    client.emulator.faults([{"resync": {"location": location}}])
    found = client.get(feed(client, "delta")).headers.get("Location")
    assert found == (told and told.format(own=client.emulator.url, asked=location))


def test_the_oldest_feed_refuses_a_token_with_the_first_page_of_everything(client) -> None:
    start = feed(client, "view.changes")
    everything = client.get(start).json()
    rest = client.get(everything["@odata.nextLink"]).json()
    client.emulator.faults([{"resync": {"flavour": "upload"}}])
    refused = client.get(rest["@odata.nextLink"])
    assert refused.status_code == 200
    assert refused.json()["@changes.resync"] == "uploadDifferences"
    assert names(refused.json()) == names(everything)


def test_a_lists_token_can_be_refused(caller) -> None:
    caller.emulator.faults([{"match": {"nth": 2}, "resync": {}}])
    answer = caller.ask(caller.ask().token)
    assert (answer.ids, answer.rows, answer.token) == ([("InvalidToken", "")], [], None)


def test_bytes_are_spoiled_alike_in_xml(caller) -> None:
    caller.list.add({"Title": "Ärger ☃"})
    asked = {"query": {"ViewFields": "<ViewFields><FieldRef Name='Title'/></ViewFields>"}}
    plain = caller.post(asked).content
    caller.emulator.faults(
        [
            {"body": {"encoding": "utf-16"}},
            {"match": {"nth": 2}, "body": {"encoding": "latin-1"}},
            {"match": {"nth": 3}, "transfer": {"broken_json": True}},
        ]
    )
    recoded, latin, half = (caller.post(asked).content for _ in range(3))
    assert len(recoded.decode("utf-16")) == len(plain.decode())
    assert "Ärger &#9731;" in latin.decode("latin-1")
    assert len(half) in (len(plain) // 2, len(plain) // 2 + 1)
