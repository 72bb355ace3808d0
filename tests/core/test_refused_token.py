"""A token the service refuses: everything is read again, once, and never elsewhere."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import RetryLater
from tests.core.played import START, Follower, refused, resync
from tests.graph_service import GraphService, Reply, file_item, root_item


@pytest.mark.parametrize("flavour", ["Apply", "Upload"])
def test_a_refused_token_reads_everything_again(follower: Follower, service: GraphService, flavour: str) -> None:
    """B1."""
    follower.read_fully(root_item(), file_item("a"), token="/d1")
    service.on("/d1", resync(flavour))
    service.replace(START, service.page([root_item(), file_item("a", "renamed.txt"), file_item("new")], delta="/d2"))
    summary = follower.pull()
    assert (summary.kind, summary.increment, follower.token) == ("resync", 2, "/d2")
    assert {row["_kind"] for row in follower.rows(2)} == {"resync"}
    assert {"renamed.txt", "new.txt"} <= set(follower.names(2))
    assert follower.commits[-1].notes == (f"resync: {flavour.lower()} differences",)


def test_the_link_offered_for_the_restart_is_followed_on_the_same_host(
    follower: Follower, service: GraphService
) -> None:
    """B3."""
    follower.read_fully(file_item("a"))
    service.on("/d1", resync(location=f"{service.host}/fresh?x=%2c"))
    service.on("/fresh?x=%2c", service.page([file_item("a", "renamed.txt")], next="/p2"))
    service.on("/p2", service.page([file_item("b")], delta="/d2"))
    summary = follower.pull()
    assert service.targets[1:] == ["/d1", "/fresh?x=%2c", "/p2"]
    assert (summary.kind, summary.pages, follower.token) == ("resync", 2, "/d2")


def test_a_restart_offered_on_another_host_is_not_followed(
    follower: Follower, service: GraphService, elsewhere: GraphService
) -> None:
    """B3, F4."""
    follower.read_fully(file_item("a"))
    service.on("/d1", resync(location=f"{elsewhere.host}{START}"))
    assert follower.pull().kind == "resync"
    assert service.targets[1:] == ["/d1", START]
    assert elsewhere.seen == []


@pytest.mark.parametrize("useless", [Reply(500), Reply(404), resync(), Reply(200, b"<html>")])
def test_a_restart_link_that_does_not_work_is_no_obstacle(
    follower: Follower, service: GraphService, useless: Reply
) -> None:
    """odapi#249."""
    follower.read_fully(file_item("a"))
    service.on("/d1", resync(location=f"{service.host}/fresh")).on("/fresh", useless)
    assert follower.pull().kind == "resync"
    assert service.targets[-1] == START


def test_a_token_refused_in_the_middle_starts_over_without_what_was_read(
    follower: Follower, service: GraphService
) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([file_item("half", "half.txt")], next="/p2")).on("/p2", resync())
    assert follower.pull().kind == "resync"
    assert "half.txt" not in follower.names()


def test_a_change_that_the_service_could_not_write_starts_over(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([file_item("a", "x.txt"), {"error": {"code": "generalException"}}], delta="/d2"))
    assert follower.pull().kind == "resync"


def test_a_second_refusal_is_for_another_day(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", resync())
    follower.fails_and_leaves_everything(RetryLater, "refused the fresh start as well", START, resync())


def test_a_full_read_that_dies_in_the_middle_keeps_the_old_token(follower: Follower, service: GraphService) -> None:
    """B6: the next run meets the same refusal, and reads everything."""
    follower.read_fully(root_item(), file_item("a"))
    service.on("/d1", resync())
    service.replace(START, service.page([root_item(), file_item("b")], next="/p2"))
    follower.fails_and_leaves_everything(RetryLater, "The service answered 500", "/p2", refused(500))
    assert follower.token == "/d1"
    service.replace("/p2", service.page([file_item("c")], delta="/d9"))
    assert (follower.pull().kind, follower.names(2), follower.token) == ("resync", ["b.txt", "c.txt", "a.txt"], "/d9")
