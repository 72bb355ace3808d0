"""Bad input: a clear error of the right kind, the token where it was, nothing half-published."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.sources import Drive
from tests.core.played import START, Follower, connect, refused, tree
from tests.graph_service import GraphService, Reply, file_item, root_item

GOOD = file_item("b")


def a_page(*items: object, **links: str) -> Callable[[GraphService], Reply]:
    return lambda service: service.page(items, **links)  # type: ignore[arg-type]


BAD: dict[str, tuple[Reply | Callable[[GraphService], Reply], type[DriveDeltaError], str]] = {
    "wrong id": (refused(404, "itemNotFound"), FixSetup, "no such drive.*itemNotFound"),
    "no permission": (refused(403, "accessDenied"), FixSetup, r"may not read this.*Files\.Read\.All"),
    "sign-in refused": (refused(401, "InvalidAuthenticationToken"), FixSetup, "refused the sign-in token"),
    "A11 malformed token": (
        refused(400, "invalidRequest", "Provided sync token is malformed"),
        BrokenFeed,
        "cannot read the stored token",
    ),
    "F3 locked": (refused(423, "notAllowed"), FixSetup, "site is locked"),
    "JSON cut": (Reply(200, b'{"value": [{"id": "b"'), RetryLater, "not whole JSON, 6 times"),
    "NaN": (Reply(200, b'{"value": [{"id": "b", "size": NaN}]}'), RetryLater, "not whole JSON"),
    "HTML": (Reply(200, b"<html>"), RetryLater, "not whole JSON"),
    "no content": (Reply(204), RetryLater, "answered 204"),
    "out of order": (Reply(500), RetryLater, "answered 500, 6 times in a row"),
    "A6 no link": (a_page(GOOD), BrokenFeed, "neither a next link nor a delta link"),
    "no list": (Reply.json({"value": {}}), BrokenFeed, "no list of items"),
    "F4 link to another host": (a_page(GOOD, next="https://evil.example/p"), BrokenFeed, "leads to another host"),
    "F4 final link to another host": (a_page(GOOD, delta="https://evil.example"), BrokenFeed, "leads to another host"),
    "no address": (a_page(GOOD, next="http://["), BrokenFeed, "leads to another host"),
    "loop of one": (a_page(GOOD, next="/bad"), BrokenFeed, "round in a circle"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_to_an_increment_leaves_everything_as_it_was(
    follower: Follower, service: GraphService, name: str
) -> None:
    """E4: an error on page n leaves the token. Bad input."""
    reply, kind, says = BAD[name]
    follower.read_fully(root_item(), file_item("a"))
    service.on("/d1", service.page([file_item("a", "renamed.txt")], next="/bad"))
    follower.fails_and_leaves_everything(kind, says, "/bad", reply(service) if callable(reply) else reply)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_to_the_first_read_leaves_no_feed(follower: Follower, service: GraphService, name: str) -> None:
    """E4. Bad input."""
    reply, kind, says = BAD[name]
    service.on(START, service.page([root_item()], next="/bad"))
    service.on("/bad", reply(service) if callable(reply) else reply)
    with pytest.raises(kind, match=says):
        follower.pull()
    assert tree(follower.output) == {}


BAD_ITEMS: dict[str, object] = {
    "no object": 5,
    "no id": {"name": "x"},
    "an id that is a number": {"id": 5},
    "an id that is empty": {"id": ""},
    "a size beyond 64 bits": file_item("bad", size=10**400),
    "a size that is text": file_item("bad", size="large"),
    "a date out of range": file_item("bad", createdDateTime="9999-12-31T23:59:59-14:00"),
    "a facet of another shape": file_item("bad", file="text"),
    "JSON without end": file_item("bad", odd=json.loads("[" * 300 + "]" * 300)),
    "a number JSON has no word for": file_item("bad", odd=10.0**308 * 10),
}


@pytest.mark.parametrize("bad", BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_one_bad_item_does_not_stop_the_rest(follower: Follower, service: GraphService, bad: object) -> None:
    body = {"value": [file_item("a"), bad, file_item("b")], "@odata.deltaLink": f"{service.host}/d1"}
    text = json.dumps(body).replace("Infinity", "1e999")  # read back as infinite
    service.on(START, Reply(200, text.encode()))
    summary = follower.pull()
    assert follower.names() == ["a.txt", "b.txt"]
    assert (summary.quarantined, follower.token) == (1, "/d1")


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_loop_of_links_is_left_at_its_first_return(follower: Follower, service: GraphService, length: int) -> None:
    """Bad input: a loop of links (odapi#1431)."""
    service.on(START, service.page([], next="/p0"))
    for number in range(length):
        service.on(f"/p{number}", service.page([file_item("a")], next=f"/p{(number + 1) % length}"))
    with pytest.raises(BrokenFeed, match=r"circle.*token was kept"):
        follower.pull()
    assert len(service.seen) == length + 1


def test_empty_pages_without_end_are_left(follower: Follower, service: GraphService) -> None:
    numbers = iter(range(10_000))
    service.always(lambda _: service.page([], next=f"/p{next(numbers)}"))
    with pytest.raises(BrokenFeed, match="do not come to an end"):
        follower.pull()
    assert len(service.seen) <= 1_001


def test_a_redirect_to_another_host_gets_no_token(
    follower: Follower, service: GraphService, elsewhere: GraphService
) -> None:
    """F5."""
    follower.read_fully(file_item("a"))
    reply = Reply(302, headers={"Location": f"{elsewhere.host}/d1"})
    follower.fails_and_leaves_everything(BrokenFeed, "redirect leads to another host", "/d1", reply)
    assert elsewhere.seen == []


def test_a_next_link_to_another_host_gets_no_token(
    follower: Follower, service: GraphService, elsewhere: GraphService
) -> None:
    """F4."""
    follower.read_fully(file_item("a"))
    reply = service.page([GOOD], next=f"{elsewhere.host}/p2")
    follower.fails_and_leaves_everything(BrokenFeed, "leads to another host", "/d1", reply)
    assert elsewhere.seen == []


def test_a_failed_run_is_made_good_by_the_next(follower: Follower, service: GraphService) -> None:
    """E2, E4: nothing lost, nothing twice."""
    follower.read_fully(root_item(), file_item("a"))
    renamed = service.page([file_item("a", "renamed.txt", eTag='"a,2"')], next="/p2")
    service.on("/d1", renamed).on("/p2", Reply(500))
    with pytest.raises(RetryLater):
        follower.pull()
    service.replace("/p2", service.page([], delta="/d2"))
    assert follower.pull().increment == 2
    assert follower.names(2) == ["renamed.txt"]


def test_arguments_that_cannot_work_are_found_before_anything_is_asked(
    follower: Follower, service: GraphService
) -> None:
    for wrong, says in [
        ({"protocol": "webdav"}, "not supported"),
        ({"start": "2026-01-01"}, "cannot start at"),
        ({"page_size": 0}, "cannot have 0 items"),
        ({"page_size": 99_999}, "cannot have"),
    ]:
        with pytest.raises(FixSetup, match=says):
            follower.pull(**wrong)
    assert (service.seen, follower.output.exists()) == ([], False)


@pytest.mark.parametrize("output", ["sftp://host/x", "s3://", "", "  ", "file://server/share"])
def test_an_output_that_is_no_folder_is_refused(service: GraphService, output: str) -> None:
    capture = DriveCapture(source=Drive.parse("b!drive"), output=output)
    with connect(service) as transport, pytest.raises(FixSetup, match="no place"):
        capture_drive(capture, base_url=service.url, transport=transport)
    assert service.seen == []
