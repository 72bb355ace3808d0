"""Runs that begin again, and windows of the past: handed out from the log, the service is asked for nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.log import settle
from airflow_provider_drivedelta.core.lake.runs import run_path
from airflow_provider_drivedelta.core.lake.vacuum import vacuum
from airflow_provider_drivedelta.core.plan import Window
from airflow_provider_drivedelta.core.summary import Summary
from tests.core.played import START, Follower, tree
from tests.graph_service import GraphService, file_item, tombstone

RUN = "drives/scheduled__2026-11-21/pull"


def read(follower: Follower, run: str = RUN, **options: object) -> Summary:
    """What an operator asks for."""
    return follower.pull(run=run, named_run=True, **options)


@pytest.fixture
def two(follower: Follower, service: GraphService) -> Follower:
    """A first read by another run, and an increment by this one: one file edited, one gone."""
    service.on(START, service.page([file_item("a"), file_item("b")], delta="/d1"))
    read(follower, "drives/scheduled__2026-11-20/pull")
    service.on("/d1", service.page([file_item("a", name="new", eTag='"a,2"'), tombstone("b")], delta="/d2"))
    read(follower)
    service.seen.clear()
    return follower


class TestARunThatBeginsAgain:
    def test_a_cleared_run_hands_out_what_it_committed_and_moves_nothing(self, two: Follower) -> None:
        """H1."""
        before = tree(two.output)
        told = read(two, cleared=True)
        assert (told.kind, told.increment, told.from_increment, told.to_increment) == ("replay", 2, 2, 2)
        assert (told.rows, told.updated, told.deleted, told.requests) == (2, 1, 1, 0)
        assert tree(two.output) == before
        assert two.service.seen == []

    def test_it_does_so_however_many_increments_came_since(self, two: Follower) -> None:
        """H1."""
        two.service.on("/d2", two.service.page([file_item("c")], delta="/d3"))
        read(two, "drives/scheduled__2026-11-22/pull")
        told = read(two, cleared=True)
        assert (told.kind, told.from_increment, told.to_increment, two.token) == ("replay", 2, 2, "/d3")

    def test_a_full_reload_that_was_done_is_not_done_twice(self, two: Follower) -> None:
        """H1."""
        two.service.replace(START, two.service.page([file_item("z")], delta="/d9"))
        assert read(two, "reload", full_reload=True).kind == "reload"
        two.service.seen.clear()
        told = read(two, "reload", full_reload=True, cleared=True)
        assert (told.kind, told.increment, told.inserted, told.deleted) == ("replay", 3, 1, 1)
        assert two.service.seen == []

    def test_a_retry_after_the_token_was_saved_tells_what_nobody_was_told_of(self, two: Follower) -> None:
        """E2. The worker died between the token and the end of the task; nobody cleared anything."""
        told = read(two)
        assert (told.kind, told.increment, told.rows, told.has_news) == ("incremental", 2, 2, True)
        assert two.service.seen == []

    @pytest.mark.parametrize("cleared", [False, True])
    def test_a_retry_after_a_crash_before_the_token_adopts_its_own_increment(
        self, follower: Follower, service: GraphService, cleared: bool
    ) -> None:
        """E2."""
        follower.read_fully(file_item("a"))
        before = follower.record
        service.on("/d1", service.page([file_item("b")], delta="/d2"))
        read(follower)
        follower.write_record(**before)
        service.seen.clear()
        told = read(follower, cleared=cleared)
        assert (told.kind, told.increment, told.from_increment, told.to_increment) == ("incremental", 2, 2, 2)
        assert (told.inserted, follower.token, service.seen) == (1, "/d2", [])
        assert int(follower.record["rev"]) > int(before["rev"])

    def test_it_adopts_what_others_left_behind_as_well(self, follower: Follower, service: GraphService) -> None:
        """E2. One died after increment 2, another after increment 3, and none of them saved its token."""
        follower.read_fully(file_item("a"))
        first = follower.record
        for number, run in ((2, RUN), (3, "another")):
            service.on(f"/d{number - 1}", service.page([file_item(f"n{number}")], delta=f"/d{number}"))
            read(follower, run)
        follower.write_record(**first)
        told = read(follower)
        assert (told.increment, told.from_increment, told.to_increment, told.inserted) == (2, 2, 3, 2)
        assert follower.token == "/d3"

    def test_without_a_stored_token_it_recovers_that_too(self, two: Follower) -> None:
        """E5."""
        (two.folder / "_drivedelta/token.json").unlink()
        told = read(two)
        assert (told.kind, told.from_increment, told.to_increment, two.token) == ("incremental", 2, 2, "/d2")

    def test_a_run_that_found_nothing_looks_again(self, two: Follower) -> None:
        two.service.on("/d2", two.service.page([], delta="/d3"))
        assert read(two, "quiet").kind == "quiet"
        two.service.on("/d3", two.service.page([file_item("c")], delta="/d4"))
        assert read(two, "quiet", cleared=True).increment == 3

    def test_runs_without_a_name_of_their_own_always_pull(self, two: Follower) -> None:
        """The console's, and those of a reconcile, which pulls twice."""
        for _ in range(2):
            two.service.replace("/d2", two.service.page([], delta="/d2"))
            assert two.pull(run=RUN).kind == "quiet"

    def test_a_dry_run_reads_the_service(self, two: Follower) -> None:
        two.service.on("/d2", two.service.page([file_item("c")], delta="/d3"))
        assert read(two, dry_run=True).inserted == 1

    def test_a_restored_older_output_has_no_increment_of_the_run(self, two: Follower) -> None:
        """The log goes back to increment 1; the record of the run, copied later, speaks of 2."""
        (two.folder / "_drivedelta/log/00000002.json").unlink()
        two.service.replace("/d1", two.service.page([file_item("c")], delta="/d4"))
        assert read(two).increment == 3


class TestTheRecordOfARun:
    def test_it_is_written_by_whoever_finishes_the_commit(self, two: Follower) -> None:
        """E1."""
        record = two.folder / run_path(RUN)
        kept = record.read_bytes()
        record.unlink()
        for file in two.commits[-1].files:
            two.storage.move(file.final, file.staged)
        settle(two.storage)
        assert record.read_bytes() == kept

    @pytest.mark.parametrize("spoiled", [b"", b"{}", b'{"run": "another", "increments": [2]}', b"\xff"])
    def test_one_that_cannot_be_read_is_none(
        self, two: Follower, spoiled: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        (two.folder / run_path(RUN)).write_bytes(spoiled)
        two.service.on("/d2", two.service.page([file_item("c")], delta="/d3"))
        assert read(two, cleared=True).increment == 3
        assert "record of a run cannot be read" in caplog.text
        assert read(two, cleared=True).from_increment == 3

    def test_runs_of_the_same_name_at_once_are_both_kept(self, two: Follower) -> None:
        """Two tries of one run, each with a full read: the slower one publishes on top of the other."""
        run_record = two.folder / run_path("zombie")
        for token in ("/d8", "/d9"):
            two.service.replace(START, two.service.page([file_item(token)], delta=token))
            kept = run_record.read_bytes() if run_record.exists() else b""
            run_record.unlink(missing_ok=True)  # as it was when the slower one began
            read(two, "zombie", full_reload=True)
            if kept:
                run_record.write_bytes(kept)
                for file in two.commits[-1].files:
                    two.storage.move(file.final, file.staged)
                settle(two.storage)
        told = read(two, "zombie", cleared=True)
        assert (told.from_increment, told.to_increment, told.inserted) == (3, 4, 2)


class TestARunThatFoundNothingNew:
    """It left no commit and no record, but saved the token last: its retry, for other feeds' sake, asks nothing."""

    @pytest.fixture
    def quiet(self, two: Follower) -> Follower:
        two.service.on("/d2", two.service.page([], delta="/d3"))
        two.service.on("/d3", two.service.page([], delta="/d4"))
        assert read(two, "quiet").kind == "quiet"
        two.service.seen.clear()
        return two

    def test_its_retry_says_so_again_without_asking(self, quiet: Follower) -> None:
        before = quiet.record
        told = read(quiet, "quiet")
        assert (told.kind, told.requests, told.to_increment) == ("quiet", 0, None)
        assert (quiet.service.seen, quiet.record) == ([], before)

    @pytest.mark.parametrize("another", [{"run": "another"}, {"cleared": True}])
    def test_another_run_asks_and_so_does_one_that_somebody_cleared(
        self, quiet: Follower, another: dict[str, object]
    ) -> None:
        assert read(quiet, **({"run": "quiet"} | another)).requests == 1  # type: ignore[arg-type]

    def test_it_asks_again_after_another_run_published(self, quiet: Follower) -> None:
        quiet.service.replace("/d3", quiet.service.page([file_item("c")], delta="/d5"))
        quiet.service.on("/d5", quiet.service.page([], delta="/d6"))
        read(quiet, "another")
        assert read(quiet, "quiet").requests == 1

    def test_other_settings_are_an_error_all_the_same(self, quiet: Follower) -> None:
        with pytest.raises(FixSetup, match="captured with other settings"):
            read(quiet, "quiet", select=["name"])


MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def commit_at(follower: Follower, increment: int, hour: float) -> None:
    """Let the increment have been committed at this hour."""
    path = follower.folder / f"_drivedelta/log/{increment:08d}.json"
    commit = json.loads(path.read_text()) | {"committed_at": at(hour).isoformat()}
    path.write_text(json.dumps(commit, indent=1) + "\n")


@pytest.fixture
def hourly(follower: Follower, service: GraphService) -> Follower:
    """Increments 1 to 4 with a file each, committed at 0:00, 1:00, 2:00 and, as clocks have it, 2:00 once more."""
    service.on(START, service.page([file_item("1")], delta="/d1"))
    for number in range(2, 5):
        service.on(f"/d{number - 1}", service.page([file_item(str(number))], delta=f"/d{number}"))
    for number, hour in enumerate((0, 1, 2, 2), start=1):
        read(follower, f"run {number}")
        commit_at(follower, number, hour)
    service.seen.clear()
    return follower


def handed_out(follower: Follower, start: float, end: float) -> tuple[int | None, int | None]:
    told = read(follower, "backfill", window=Window(at(start), at(end)))
    assert (told.kind, told.increment, told.requests) == ("replay", None, 0)
    return told.from_increment, told.to_increment


class TestAWindow:
    def test_what_was_committed_inside_is_added_up(self, hourly: Follower) -> None:
        """H2."""
        before = tree(hourly.output)
        told = read(hourly, "backfill", window=Window(at(0.5), at(3)))
        assert (told.kind, told.from_increment, told.to_increment, told.rows, told.inserted) == ("replay", 2, 4, 3, 3)
        assert (told.has_news, told.protocol, told.pages) == (True, "graph", 0)
        assert (tree(hourly.output), hourly.service.seen) == (before, [])

    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            (0, 1, (1, 1)),  # the start is in it, the end is not
            (1, 2, (2, 2)),
            (2, 3, (3, 4)),
            (0.5, 1.5, (2, 2)),
            (-9, 9, (1, 4)),
            (-9, 0, (None, None)),
            (2.1, 9, (None, None)),
            (1.1, 1.9, (None, None)),
        ],
    )
    def test_its_start_is_in_it_and_its_end_is_not(
        self, hourly: Follower, start: float, end: float, found: tuple[int | None, int | None]
    ) -> None:
        """H2."""
        assert handed_out(hourly, start, end) == found

    @pytest.mark.parametrize("step", [0.25, 0.5, 1, 1.5])
    def test_neighbours_hand_out_each_increment_once(self, hourly: Follower, step: float) -> None:
        """H2."""
        borders = [-1 + step * number for number in range(int(5 / step) + 1)]
        spans = [handed_out(hourly, *pair) for pair in pairwise(borders)]
        told = [number for first, last in spans if first and last for number in range(first, last + 1)]
        assert told == [1, 2, 3, 4]

    def test_a_clock_that_goes_back_does_not_upset_the_order(self, hourly: Follower) -> None:
        """H2. The next commit is made by a machine whose clock is years behind."""
        commit_at(hourly, 4, 24 * 365 * 1000)
        hourly.service.on("/d4", hourly.service.page([file_item("5")], delta="/d5"))
        read(hourly, "run 5")
        assert hourly.commits[-1].time == hourly.commits[-2].time

    def test_a_feed_that_was_never_pulled_has_nothing_in_it(self, follower: Follower) -> None:
        assert read(follower, window=Window(at(0), at(1))).to_increment is None
        assert not follower.output.exists()

    def test_a_crash_left_the_last_one_staged_and_it_is_finished_first(self, hourly: Follower) -> None:
        """E1."""
        files = hourly.change_files
        for file in hourly.commits[-1].files:
            hourly.storage.move(file.final, file.staged)
        assert handed_out(hourly, 2, 3) == (3, 4)
        assert hourly.change_files == files

    def test_a_spoiled_token_is_no_matter(self, hourly: Follower) -> None:
        (hourly.folder / "_drivedelta/token.json").write_text("***")
        assert handed_out(hourly, 0, 9) == (1, 4)

    def test_a_dry_run_tells_the_same(self, hourly: Follower) -> None:
        told = read(hourly, window=Window(at(1), at(9)), dry_run=True)
        assert (told.kind, told.from_increment, told.to_increment) == ("replay", 2, 4)

    def test_only_rows_are_news(self, hourly: Follower) -> None:
        path = hourly.folder / "_drivedelta/log/00000002.json"
        path.write_text(path.read_text().replace('"rows": 1,\n  "inserted"', '"rows": 0,\n  "inserted"'))
        assert not read(hourly, window=Window(at(1), at(2))).has_news


class TestBelowTheHorizon:
    """What was vacuumed is never handed out as if it could be read."""

    @pytest.fixture
    def vacuumed(self, hourly: Follower) -> Follower:
        vacuum(hourly.storage, keep=timedelta(minutes=30), now=at(2), by="test")
        return hourly

    def test_a_window_that_reaches_below_it_is_an_error(self, vacuumed: Follower) -> None:
        with pytest.raises(FixSetup, match=r"up to 2 were vacuumed on 2026-11-21.*begins after increment 2"):
            read(vacuumed, window=Window(at(1), at(9)))
        assert handed_out(vacuumed, 2, 9) == (3, 4)

    def test_so_is_a_cleared_run(self, vacuumed: Follower) -> None:
        with pytest.raises(FixSetup, match="increment 1 is one of them"):
            read(vacuumed, "run 1", cleared=True)
        assert read(vacuumed, "run 3", cleared=True).kind == "replay"
