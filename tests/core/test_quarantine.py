"""Items that cannot be read: the rest goes on, they are not forgotten, and nothing is deleted for their sake."""

from __future__ import annotations

import json

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from tests.core.played import START, Follower, resync
from tests.graph_service import GraphService, Reply, file_item, root_item

ITEM_A = "/v1.0/drives/b!drive/items/a"


@pytest.fixture
def feed(service: GraphService, follower: Follower) -> Follower:
    """a.txt and b.txt are known; then a comes with a size that is none."""
    follower.read_fully(root_item(), file_item("a"), file_item("b"))
    download = "https://elsewhere/?tempauth=secret"
    spoiled = file_item("a", size="much", **{"@microsoft.graph.downloadUrl": download})
    service.on("/d1", service.page([root_item(), spoiled, file_item("b", "new.txt")], delta="/d2"))
    service.on(ITEM_A, Reply.json(spoiled))
    return follower


def test_one_bad_item_does_not_stop_the_rest(feed: Follower) -> None:
    summary = feed.pull()
    assert (summary.quarantined, summary.updated) == (1, 1)
    assert feed.names(2) == ["new.txt"]
    assert feed.token == "/d2"
    assert feed.commits[-1].quarantined == ("a",)


def test_what_it_was_can_be_looked_at_without_what_is_secret_in_it(feed: Follower) -> None:
    feed.pull()
    (file,) = (feed.folder / "_drivedelta/quarantine").iterdir()
    kept = json.loads(file.read_text())
    assert (kept["id"], kept["property"], kept["item"]["size"]) == ("a", "size", "much")
    assert "tempauth" not in file.read_text()


def test_the_next_runs_ask_for_it_until_it_can_be_read(service: GraphService, feed: Follower) -> None:
    feed.pull()
    service.on("/d2", service.page([root_item()], delta="/d3"))
    assert feed.pull().kind == "quiet"
    service.replace(ITEM_A, Reply.json(file_item("a", size=7)))
    service.on("/d3", service.page([root_item()], delta="/d4"))
    summary = feed.pull()
    assert (summary.kind, summary.quarantined, feed.rows(3)[0]["size"]) == ("incremental", 0, 7)
    service.on("/d4", service.page([root_item()], delta="/d5"))
    before = service.targets.count(ITEM_A)
    feed.pull()
    assert service.targets.count(ITEM_A) == before


def test_one_that_is_gone_is_asked_for_no_more(service: GraphService, feed: Follower) -> None:
    feed.pull()
    service.on("/d2", service.page([root_item()], delta="/d3"))
    service.replace(ITEM_A, Reply.json({"error": {"code": "itemNotFound"}}, 404))
    feed.pull()
    assert feed.commits[-1].quarantined == ()


def test_a_full_read_takes_an_unreadable_item_with_an_id_for_present(service: GraphService, feed: Follower) -> None:
    service.replace("/d1", resync())
    service.replace(START, service.page([root_item(), file_item("a", size="much")], delta="/d9"))
    feed.pull()
    assert [(row["_op"], row["name"]) for row in feed.rows(2)] == [("delete", "b.txt")]


@pytest.mark.parametrize("nameless", [{"name": "x.txt"}, {"id": 7}, "text", None], ids=repr)
def test_a_full_read_with_an_unreadable_id_deletes_nothing(
    service: GraphService, feed: Follower, nameless: object
) -> None:
    service.replace("/d1", resync())
    service.replace(START, service.page([root_item(), nameless, file_item("a")], delta="/d9"))
    summary = feed.pull()
    assert (summary.quarantined, summary.deleted, feed.rows(2)) == (1, 0, [])


def test_too_many_are_no_bad_items_but_a_broken_feed(service: GraphService, feed: Follower) -> None:
    many = [file_item(f"i{number}", size="much") for number in range(101)]
    feed.fails_and_leaves_everything(
        BrokenFeed, "101 of 102 items cannot be read", "/d1", service.page([root_item(), *many], delta="/d2")
    )


def test_a_few_among_many_are_not_too_many(service: GraphService, feed: Follower) -> None:
    bad = [file_item(f"bad{number}", size="much") for number in range(101)]
    good = [file_item(f"good{number}") for number in range(10_100)]
    service.replace("/d1", service.page([root_item(), *good, *bad], delta="/d2"))
    assert feed.pull().quarantined == 101
