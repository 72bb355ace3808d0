"""An output that was emptied, spoiled, filled, copied, restored, or left by a run that died."""

from __future__ import annotations

import json
import logging
import os
import resource
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore
from tests.core.played import START, Follower, connect, tree
from tests.graph_service import GraphService, Reply, Seen, file_item, root_item


@pytest.mark.parametrize("in_the_way", ["lake", "lake/drive-b~21drive"])
def test_an_output_that_cannot_be_written_is_found_before_anything_is_read(
    follower: Follower, service: GraphService, tmp_path: Path, in_the_way: str
) -> None:
    """Bad input: unwritable output."""
    (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
    (tmp_path / in_the_way).write_text("a file")
    with pytest.raises(FixSetup, match=r"output cannot be used.*Check the path"):
        follower.pull()
    assert service.seen == []


def test_an_output_below_which_nothing_can_be_made_is_said_to_be_unusable(service: GraphService) -> None:
    """Bad input: unwritable output."""
    with pytest.raises(FixSetup, match="output cannot be used"):
        Follower(service, Path("/proc/lake")).pull()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("size", [100, 50_000])
def test_a_disk_that_fills_up_leaves_nothing_behind(follower: Follower, service: GraphService, size: int) -> None:
    """Bad input: unwritable output. A small disk is full at the first byte, a larger one in the middle."""
    items = [file_item(f"{number:05d}", name=os.urandom(20).hex()) for number in range(5000)]
    service.on(START, service.page(items, delta="/d1"))
    with room_for(size), pytest.raises(FixSetup, match=r"output cannot be used|no room"):
        follower.pull()
    assert tree(follower.output) == {}


def test_an_emptied_output_is_never_taken_for_a_new_one(follower: Follower, service: GraphService) -> None:
    """Bad input: emptied output. The token is elsewhere, as in an Airflow Variable."""
    follower.tokens = MemoryTokenStore()
    follower.read_fully(file_item("a"))
    shutil.rmtree(follower.folder)
    with pytest.raises(FixSetup, match=r"holds no log.*full_reload"):
        follower.pull()
    assert len(service.seen) == 1
    assert follower.pull(full_reload=True).increment == 2


def test_an_output_whose_log_was_removed_is_never_taken_for_a_new_one(follower: Follower) -> None:
    """Bad input: emptied output."""
    follower.read_fully(file_item("a"))
    shutil.rmtree(follower.folder / "_drivedelta/log")
    with pytest.raises(FixSetup, match="holds no log"):
        follower.pull()


@pytest.mark.parametrize("spoiled", ["***", "{", '{"version": 1}', "[]", ""])
def test_a_spoiled_token_record_is_an_error_that_says_how_to_recover(
    follower: Follower, service: GraphService, spoiled: str
) -> None:
    """E5, bad input: spoiled token record. Deleting it, as the message says, really helps."""
    follower.read_fully(file_item("a"))
    record = follower.folder / "_drivedelta/token.json"
    record.write_text(spoiled)
    with pytest.raises(FixSetup, match=r"token\.json.*Delete it"):
        follower.pull()
    assert record.read_text() == spoiled
    record.unlink()
    service.on("/d1", service.page([], delta="/d2"))
    summary = follower.pull()
    assert (summary.kind, summary.to_increment, follower.token) == ("quiet", 1, "/d2")


def test_a_masked_token_record_is_spoiled(follower: Follower) -> None:
    """E5: Airflow shows `***` for it, and people save what they see."""
    follower.read_fully(file_item("a"))
    follower.write_record(delta_token="***")
    with pytest.raises(FixSetup, match=r"spoiled \(masked"):
        follower.pull()


def test_a_full_reload_replaces_a_spoiled_token_record(follower: Follower) -> None:
    """E5."""
    follower.read_fully(file_item("a"), token="/d1")
    (follower.folder / "_drivedelta/token.json").write_text("***")
    assert follower.pull(full_reload=True).kind == "reload"
    assert follower.token == "/d1"


def test_a_stale_token_record_goes_on_from_the_log(follower: Follower, service: GraphService) -> None:
    """E5: stale. What was published meanwhile is announced now."""
    follower.read_fully(file_item("a"))
    stale = follower.record
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    follower.pull()
    follower.write_record(**stale)
    service.on("/d2", service.page([], delta="/d3"))
    summary = follower.pull()
    assert (summary.from_increment, summary.to_increment, summary.increment) == (2, 2, None)
    assert summary.has_news
    assert follower.token == "/d3"


@pytest.mark.parametrize("other", [{"select": ["size"]}, {"expand": ["listItem"]}, {"sharing_changes": True}])
def test_other_settings_than_the_feeds_stop_the_run(
    follower: Follower, service: GraphService, other: dict[str, object]
) -> None:
    """Bad input: another fingerprint."""
    follower.read_fully(file_item("a"))
    before = tree(follower.output)
    with pytest.raises(FixSetup, match=r"other settings.*full_reload"):
        follower.pull(**other)
    assert (tree(follower.output), len(service.seen)) == (before, 1)


def test_another_page_size_is_no_other_feed(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([], delta="/d2"))
    assert follower.pull(page_size=10).kind == "quiet"


def test_a_full_reload_changes_the_settings_over(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    service.always(service.page([file_item("a"), file_item("b")], delta="/d2"))
    assert follower.pull(select=["size"], full_reload=True).kind == "reload"
    service.on("/d2", service.page([], delta="/d3"))
    assert follower.pull(select=["size"]).kind == "quiet"


def test_a_copied_output_goes_on_from_its_log(follower: Follower, service: GraphService, tmp_path: Path) -> None:
    """Moving an output is copying the folder; the token record beside it belongs to the place it came from."""
    follower.read_fully(root_item(), file_item("a"))
    shutil.copytree(follower.output, tmp_path / "copy")
    copy = Follower(service, tmp_path / "copy")
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    first, second = copy.pull(), follower.pull()
    assert (first.increment, second.increment) == (2, 2)
    assert first.feed != second.feed
    assert copy.names(2) == follower.names(2) == ["renamed.txt"]


def test_a_restored_output_goes_on_from_its_log_under_new_numbers(
    follower: Follower, service: GraphService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The token, in an Airflow Variable, is ahead of the lake; what lies between is asked for again."""
    follower.tokens = MemoryTokenStore()
    follower.read_fully(root_item(), file_item("a"))
    shutil.copytree(follower.output, tmp_path / "backup")
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    follower.pull()
    shutil.rmtree(follower.output)
    shutil.copytree(tmp_path / "backup", follower.output)
    assert follower.pull().increment == 3
    assert follower.names(3) == ["renamed.txt"]
    assert "was the output restored?" in caplog.text
    caplog.clear()
    caplog.set_level(logging.WARNING, logger="airflow_provider_drivedelta")
    service.on("/d2", service.page([], delta="/d3"))
    assert follower.pull().kind == "quiet"
    assert caplog.text == ""


def test_readers_may_remove_change_files(follower: Follower, service: GraphService) -> None:
    follower.read_fully(root_item(), file_item("a"))
    shutil.rmtree(follower.folder / "changes")
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    assert follower.pull().updated == 1
    assert follower.names() == ["renamed.txt"]


def test_the_commit_holds_what_the_next_run_needs(follower: Follower) -> None:
    summary = follower.read_fully(root_item(), file_item("a"), token="/d1")
    (commit,) = follower.commits
    (file,) = follower.change_files
    assert commit.token == f"{follower.service.host}/d1"
    assert (commit.kind, commit.feed, commit.source) == ("initial", summary.feed, "drives/b!drive")
    assert (commit.started_from, commit.counts["inserted"]) == ("", 1)
    assert [(one.final, one.rows, one.size) for one in commit.files] == [
        (str(file.relative_to(follower.folder)), 1, file.stat().st_size)
    ]
    assert file.parent.name == f"captured_date={datetime.now(UTC).date()}"
    assert file.name.startswith("00000001-00000-")


def test_only_the_parquet_is_visible_to_a_glob(follower: Follower) -> None:
    follower.read_fully(file_item("a"))
    hidden = [name for name in tree(follower.folder) if not name.startswith(("changes/captured_date=", "_"))]
    assert hidden == []
    assert not list(follower.folder.glob("_drivedelta/staging/*"))


def test_an_increment_is_never_dated_before_the_one_before(follower: Follower, service: GraphService) -> None:
    """Readers prune by date; clocks go back."""
    follower.read_fully(root_item(), file_item("a"))
    log_file = follower.folder / "_drivedelta/log/00000001.json"
    log_file.write_text(json.dumps(json.loads(log_file.read_text()) | {"captured_date": "2999-01-01"}, indent=1) + "\n")
    service.on("/d1", service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    follower.pull()
    assert follower.commits[-1].date == date(2999, 1, 1)


def test_of_two_runs_at_once_one_wins_and_the_other_moves_nothing(follower: Follower, service: GraphService) -> None:
    """E3."""
    follower.read_fully(root_item(), file_item("a"))
    together = threading.Barrier(2)

    def both_at_once(_: Seen) -> Reply:
        together.wait(10)
        return service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2")

    service.on("/d1", both_at_once)
    ended: list[Summary | DriveDeltaError] = []

    def run() -> None:
        try:
            ended.append(Follower(service, follower.output).pull())
        except DriveDeltaError as error:
            ended.append(error)

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(20)
    won, lost = sorted(ended, key=lambda end: isinstance(end, DriveDeltaError))
    assert isinstance(won, Summary)
    assert isinstance(lost, RetryLater)
    assert "published increment 2 first" in str(lost)
    assert follower.names(2) == ["renamed.txt"]
    assert len(follower.change_files) == 2
    assert not list(follower.folder.glob("_drivedelta/staging/*"))


def test_a_run_that_died_after_its_commit_is_finished_by_the_next(follower: Follower, service: GraphService) -> None:
    """E1."""
    follower.read_fully(root_item(), file_item("a"))
    follower.die_after_commit(service.page([file_item("a", "renamed.txt", eTag='"a,2"')], delta="/d2"))
    assert follower.names(2) == []
    service.on("/d2", service.page([], delta="/d3"))
    summary = follower.pull()
    assert follower.names(2) == ["renamed.txt"]
    assert (summary.from_increment, summary.to_increment, summary.has_news) == (2, 2, True)
    assert follower.token == "/d3"


def test_the_next_run_publishes_on_top_of_what_it_finished(follower: Follower, service: GraphService) -> None:
    """E1."""
    follower.read_fully(root_item(), file_item("a"))
    follower.die_after_commit(service.page([file_item("a", "second.txt", eTag='"a,2"')], delta="/d2"))
    service.on("/d2", service.page([file_item("a", "third.txt", eTag='"a,3"')], delta="/d3"))
    summary = follower.pull()
    assert (summary.from_increment, summary.to_increment, summary.increment) == (2, 3, 3)
    assert follower.names() == ["a.txt", "second.txt", "third.txt"]


def test_a_newer_format_stops_the_run_and_nothing_is_touched(follower: Follower, service: GraphService) -> None:
    follower.read_fully(file_item("a"))
    log_file = follower.folder / "_drivedelta/log/00000001.json"
    newer = json.loads(log_file.read_text()) | {"format_version": 9, "lowest_reader": 9, "unheard_of": []}
    log_file.write_text(json.dumps(newer, indent=1) + "\n")
    before = tree(follower.output)
    for options in ({}, {"full_reload": True}, {"dry_run": True}):
        with pytest.raises(FixSetup, match=r"newer provider.*Upgrade"):
            follower.pull(**options)
    assert (tree(follower.output), len(service.seen)) == (before, 1)


def test_an_interrupted_run_leaves_no_trace(follower: Follower, service: GraphService) -> None:
    """E1: killed while it reads."""
    follower.read_fully(file_item("a"))
    before = tree(follower.output)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    service.on("/d1", service.page([file_item("a", "renamed.txt")], delta="/d2"))
    capture = DriveCapture(source=Drive.parse("b!drive"), output=str(follower.output))
    with connect(service) as transport, pytest.raises(KeyboardInterrupt):
        capture_drive(capture, base_url=service.url, transport=transport, on_page=interrupt)
    assert tree(follower.output) == before
