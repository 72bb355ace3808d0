"""The lake beside the service: in sync, drifted, or changing while one looks."""

from __future__ import annotations

from airflow_provider_drivedelta.core.capture import DriveCapture, reconcile_drive
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Drive
from tests.core.played import START, Follower, connect, resync
from tests.graph_service import GraphService, file_item, root_item


def compare(follower: Follower) -> Reconciled:
    capture = DriveCapture(source=Drive.parse("b!drive"), output=str(follower.output))
    with connect(follower.service, follower.time) as transport:
        return reconcile_drive(capture, base_url=follower.service.url, transport=transport)


def nothing_new(service: GraphService, token: str = "/d1") -> None:
    service.on(token, service.page([root_item()], delta=token))


def test_a_lake_that_is_what_the_service_says_is_in_sync(service: GraphService, follower: Follower) -> None:
    follower.read_fully(root_item(), file_item("a"))
    nothing_new(service)
    found = compare(follower)
    assert (found.verdict, found.summary.kind, found.summary.increment) == ("in_sync", "reconcile", None)
    assert len(follower.commits) == 1


def test_changes_that_the_feed_never_told_of_are_drift_and_are_mended(
    service: GraphService, follower: Follower
) -> None:
    follower.read_fully(root_item(), file_item("a"), file_item("b"))
    nothing_new(service)
    service.replace(START, service.page([root_item(), file_item("a", "renamed.txt"), file_item("c")], delta="/full"))
    found = compare(follower)
    rows = sorted((row["_op"], row["_kind"], row["name"]) for row in follower.rows(2))
    assert found.verdict == "drift"
    assert rows == [
        ("delete", "reconcile", "b.txt"),
        ("insert", "reconcile", "c.txt"),
        ("update", "reconcile", "renamed.txt"),
    ]
    assert follower.token == "/d1"
    service.seen.clear()
    assert compare(follower).verdict == "in_sync"


def test_what_the_feed_tells_of_right_after_is_no_drift(service: GraphService, follower: Follower) -> None:
    follower.read_fully(root_item(), file_item("a"))
    changed = file_item("a", "renamed.txt")
    service.on("/d1", service.page([root_item()], delta="/d2"))
    service.replace(START, service.page([root_item(), changed], delta="/full"))
    service.on("/d2", service.page([root_item(), changed], delta="/d3"))
    found = compare(follower)
    assert (found.verdict, found.summary.from_increment, found.summary.to_increment) == ("in_sync", 2, 2)
    assert [row["_kind"] for row in follower.rows(2)] == ["incremental"]
    assert follower.token == "/d3"


def test_a_feed_that_starts_over_meanwhile_leaves_it_open(service: GraphService, follower: Follower) -> None:
    follower.read_fully(root_item(), file_item("a"))
    service.on("/d1", service.page([root_item()], delta="/d2"))
    service.on("/d2", resync())
    assert compare(follower).verdict == "indeterminate"
