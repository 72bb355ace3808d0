"""The whole story, played: what a run publishes and what it tells."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from tests.core.played import BEARER, START, Follower, tree
from tests.graph_service import GraphService, Reply, file_item, folder_item, root_item, tombstone


def test_the_first_read_asks_without_a_token_and_publishes_what_there_is(
    follower: Follower, service: GraphService
) -> None:
    """A1."""
    summary = follower.read_fully(root_item(), folder_item("f"), file_item("a", parent="f"))
    assert service.targets == [START]
    assert follower.names() == ["f", "a.txt"]
    assert {row["_op"] for row in follower.rows()} == {"insert"}
    assert (summary.kind, summary.increment, summary.rows, summary.inserted) == ("initial", 1, 2, 2)
    assert (summary.from_increment, summary.to_increment, summary.has_news) == (1, 1, True)


def test_the_next_run_asks_with_the_stored_link_letter_by_letter(follower: Follower, service: GraphService) -> None:
    """A2."""
    link = "/v1.0/drives/b!drive/root/microsoft.graph.delta(token='a%2cb;%25234')?$select=id&x=//"
    follower.read_fully(root_item(), file_item("a"), token=link)
    service.on(link, service.page([root_item()], delta="/d2"))
    follower.pull()
    assert service.targets[1:] == [link]
    assert follower.token == "/d2"


def test_many_pages_are_one_increment(follower: Follower, service: GraphService) -> None:
    """A3."""
    service.on(START, service.page([root_item(), file_item("i0")], next="/p1"))
    for number in range(1, 40):
        service.on(f"/p{number}", service.page([file_item(f"i{number}")], next=f"/p{number + 1}"))
    service.on("/p40", service.page([], delta="/d1"))
    summary = follower.pull()
    assert follower.names() == [f"i{number}.txt" for number in range(40)]
    assert [row["_sequence"] for row in follower.rows()] == list(range(40))
    assert (summary.pages, summary.requests, len(follower.commits)) == (41, 41, 1)
    assert [(step.pages, step.items) for step in follower.progress[:3]] == [(1, 2), (2, 3), (3, 4)]


def test_empty_pages_in_the_middle_go_on(follower: Follower, service: GraphService) -> None:
    """A4: an empty page in the middle goes on."""
    service.on(START, service.page([], next="/p1"))
    service.on("/p1", service.page([], next="/p2"))
    service.on("/p2", service.page([file_item("a")], delta="/d1"))
    follower.pull()
    assert follower.names() == ["a.txt"]


def test_a_quiet_run_moves_the_token_and_touches_no_data(follower: Follower, service: GraphService) -> None:
    """A5."""
    follower.read_fully(root_item(), file_item("a"))
    before = tree(follower.folder)
    service.on("/d1", service.page([root_item()], delta="/d2"))
    summary = follower.pull()
    changed = {name for name, content in tree(follower.folder).items() if before.get(name) != content}
    assert changed == {"_drivedelta/token.json"}
    assert (follower.token, follower.record["previous_token"]) == ("/d2", f"{service.host}/d1")
    assert (summary.kind, summary.increment, summary.rows, summary.has_news) == ("quiet", None, 0, False)
    assert summary.requests == 1


def test_after_quiet_runs_the_newest_token_is_used(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([], delta="/d2"))
    service.on("/d2", service.page([], delta="/d3"))
    follower.pull()
    follower.pull()
    assert follower.token == "/d3"


def test_an_increment_is_published_beside_the_first_read(follower: Follower, service: GraphService) -> None:
    follower.read_fully(root_item(), file_item("a"), file_item("b"))
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"'), tombstone("b")], delta="/d2"))
    summary = follower.pull()
    assert [(row["_op"], row["id"]) for row in follower.rows(2)] == [("update", "a"), ("delete", "b")]
    assert (summary.kind, summary.increment, summary.updated, summary.deleted) == ("incremental", 2, 1, 1)
    assert {row["_feed"] for row in follower.rows()} == {summary.feed}


@pytest.mark.parametrize("split", [False, True])
def test_the_last_occurrence_of_an_item_wins(follower: Follower, service: GraphService, split: bool) -> None:
    """A7: duplicate inside a page. A8: duplicate across pages, the last wins."""
    first = [root_item(), file_item("a", "old.txt"), file_item("b")]
    last = [tombstone("b"), file_item("a", "new.txt")]
    if split:
        service.on(START, service.page(first, next="/p1")).on("/p1", service.page(last, delta="/d1"))
    else:
        service.on(START, service.page(first + last, delta="/d1"))
    follower.pull()
    assert follower.names() == ["new.txt"]


def test_a_child_may_come_before_its_parent(follower: Follower) -> None:
    """A9."""
    follower.read_fully(file_item("a", parent="f"), folder_item("f"), root_item())
    assert {row["id"]: row["parent_id"] for row in follower.rows()} == {"a": "f", "f": "root"}


def test_the_root_is_no_change_of_anybodys(follower: Follower, service: GraphService) -> None:
    """A10 the root is not a change."""
    summary = follower.read_fully(root_item())
    service.on("/d1", service.page([root_item() | {"eTag": "new", "size": 99}], delta="/d2"))
    assert (summary.rows, follower.pull().kind, follower.rows()) == (0, "quiet", [])


def test_personal_ids_join_in_either_case(service: GraphService, follower: Follower) -> None:
    """D3."""
    start = "/v1.0/drives/abcdef0123456789/root/delta"
    service.on(start, service.page([file_item("ABC!1", "old.txt"), file_item("abc!1", "new.txt")], delta="/d1"))
    follower.pull("drives/abcdef0123456789")
    assert [(row["id"], row["name"]) for row in follower.rows()] == [("abc!1", "new.txt")]


@pytest.mark.parametrize("deleted", [{}, {"state": "deleted"}, {"state": None}])
def test_a_tombstone_needs_neither_name_nor_state(
    follower: Follower, service: GraphService, deleted: dict[str, object]
) -> None:
    """C1: a tombstone without name or path. C4: `deleted: {}` is a delete."""
    follower.read_fully(root_item(), file_item("a"))
    service.on("/d1", service.page([{"id": "a", "deleted": deleted}], delta="/d2"))
    follower.pull()
    assert [(row["_op"], row["id"]) for row in follower.rows(2)] == [("delete", "a")]


def test_a_deleted_facet_of_null_is_no_delete(follower: Follower) -> None:
    follower.read_fully(file_item("a", deleted=None))
    assert follower.names() == ["a.txt"]


def test_dates_of_the_year_one_are_none(follower: Follower) -> None:
    """C5."""
    follower.read_fully(
        file_item("a", createdDateTime="0001-01-01T00:00:00-08:00", lastModifiedDateTime="2026-01-01T00:00:00.1234567Z")
    )
    (row,) = follower.rows()
    assert row["created_at"] is None
    assert row["modified_at"] == datetime(2026, 1, 1, 0, 0, 0, 123456, UTC)


def test_what_no_file_can_hold_is_replaced_not_lost(follower: Follower) -> None:
    follower.read_fully(file_item("a", "half\ud83dsmile"), file_item("b", 'nul\0 "q" ü 日 😀 %#'))
    assert follower.names() == ["half\N{REPLACEMENT CHARACTER}smile", 'nul\0 "q" ü 日 😀 %#']


def test_latest_starts_without_reading_what_there_is(follower: Follower, service: GraphService) -> None:
    service.on(f"{START}?token=latest", service.page([], delta="/d1"))
    summary = follower.pull(start="latest")
    assert (summary.kind, summary.increment, follower.token) == ("initial", 1, "/d1")
    assert follower.rows() == []


def test_a_drive_addressed_through_its_owner_is_the_same_feed(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/v1.0/users/a@b.c/drive?$select=id,name,driveType,webUrl", Reply.json({"id": "b!drive"}))
    service.on("/d1", service.page([], delta="/d2"))
    summary = follower.pull("users/a@b.c")
    assert (summary.kind, summary.source, summary.requests) == ("quiet", "drives/b!drive", 2)


def test_a_dry_run_reads_and_writes_nothing(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([file_item("a", "renamed.txt")], delta="/d2"))
    before = tree(follower.output)
    summary = follower.pull(dry_run=True)
    assert (summary.rows, summary.increment, summary.has_news) == (1, None, False)
    assert tree(follower.output) == before


def test_a_dry_run_of_a_new_feed_makes_no_folder(follower: Follower, service: GraphService) -> None:
    service.on(START, service.page([file_item("a")], delta="/d1"))
    assert follower.pull(dry_run=True).rows == 1
    assert not follower.output.exists()


def test_a_run_tells_one_line_and_never_a_secret(
    follower: Follower, service: GraphService, caplog: pytest.LogCaptureFixture
) -> None:
    """H5."""
    caplog.set_level(logging.INFO, logger="airflow_provider_drivedelta")
    follower.read_fully(
        file_item("a", **{"@microsoft.graph.downloadUrl": "https://x/?tempauth=S"}), token="/d?token=T0k"
    )
    (line,) = [record.getMessage() for record in caplog.records]
    assert "drives/b!drive" in line
    assert "1 inserted" in line
    told = line + json.dumps(follower.rows(), default=str)
    assert not [secret for secret in ("T0k", BEARER, "tempauth") if secret in told]
