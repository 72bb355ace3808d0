"""What is kept of a long read: its rows as they were staged, and one owner at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoint, parse_checkpoint
from airflow_provider_drivedelta.core.lake.checkpoint_folder import MOST_TRIES, CheckpointFolder
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords, DriveStage
from airflow_provider_drivedelta.core.lake.layout import READS
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.spill import BATCH_ROWS
from airflow_provider_drivedelta.core.lake.staging import rows_of
from airflow_provider_drivedelta.core.lake.storage import Storage
from tests.core.played import tree
from tests.graph_service import file_item, folder_item, root_item, tombstone
from tests.servers.stores import StoreServer

LEASE = timedelta(minutes=15)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
POSITION = {"next": {"url": "https://graph/next?token=1"}}
RECORDS = DriveRecords("d")


@dataclass
class Time:
    now: datetime = NOON

    def passes(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Reads:
    """Attempts at one read of one output."""

    storage: Storage
    time: Time = field(default_factory=Time)

    @property
    def root(self) -> Path:
        return Path(self.storage.full_path())

    @contextmanager
    def hand(self, run: str = "run 1") -> Iterator[tuple[CheckpointFolder, DriveStage]]:
        with Attempt(self.storage) as attempt:
            folder = CheckpointFolder(attempt, "key", run=run, lease=LEASE, clock=lambda: self.time.now)
            with attempt.new_stage(RECORDS, is_increment=True) as stage:
                yield folder, stage  # type: ignore[misc]

    def begun(self, items: Sequence[dict[str, object]] = (), run: str = "run 1", pages: int = 1) -> None:
        """An attempt that kept its read once, and then was killed."""
        with self.hand(run) as (folder, stage):
            stage.add(items, self.time.now)
            folder.write(stage, position=POSITION, pages=pages)

    def goes_on(self, run: str = "run 1") -> Checkpoint | None:
        """An attempt that goes on with what is kept, and is killed right after."""
        with self.hand(run) as (folder, _):
            return folder.claim()

    @property
    def names(self) -> list[str]:
        return sorted(path.rpartition("/")[2] for path in tree(self.root))


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    return Reads(LocalStorage(tmp_path))


def files(start: int, count: int) -> list[dict[str, object]]:
    return [file_item(f"{number:06}") for number in range(start, start + count)]


class TestRows:
    @pytest.mark.parametrize("sizes", [[1], [3, 0, 700], [BATCH_ROWS], [5000, 1, 2047], [2047, 1, 1, 9000]])
    def test_they_come_back_as_they_were_in_the_same_batches(self, reads: Reads, sizes: list[int]) -> None:
        """Each attempt stages so many, keeps them, and dies; the last one has them all."""
        done = 0
        for size in sizes:
            with reads.hand() as (folder, stage):
                if folder.claim():
                    folder.restore(stage)
                stage.add(files(done, size), NOON)
                folder.write(stage, position=POSITION, pages=1)
            done += size
        with Attempt(LocalStorage(reads.root)) as attempt:
            folder = CheckpointFolder(attempt, "key", run="run 1", lease=LEASE, clock=lambda: NOON)
            with attempt.new_stage(RECORDS) as stage:
                assert folder.claim()
                folder.restore(stage)
                assert (stage.items, stage.changes) == (done, done)
                stage.add(files(done, 10), NOON)
            rows = list(rows_of(stage).batches())
        assert [key for batch in rows for key in batch["id"].to_pylist()] == [f"{at:06}" for at in range(done + 10)]
        assert [at for batch in rows for at in batch["_position"].to_pylist()] == list(range(done + 10))
        assert {batch.num_rows for batch in rows[:-1]} <= {BATCH_ROWS}

    def test_what_they_say_of_the_read_is_known_again(self, reads: Reads) -> None:
        items = [root_item(), folder_item("f"), folder_item("g"), file_item("a"), tombstone("g"), {"id": 5}]
        with reads.hand() as (folder, stage):
            stage.quarantine.waiting = {"w": "W"}
            stage.add(
                [*items, {"id": "bad", "size": "x", "@microsoft.graph.downloadUrl": "https://x?tempauth=1"}], NOON
            )
            folder.write(stage, position=POSITION, pages=1)
            told = (stage.items, stage.changes, stage.root, stage.containers, stage.quarantine.open)
        with reads.hand() as (folder, stage):
            folder.claim()
            folder.restore(stage)
            assert (stage.items, stage.changes, stage.root, stage.containers, stage.quarantine.open) == told
            assert (len(stage.quarantine), told[3]) == (2, {"f": "f"})
        assert "tempauth" not in str(tree(reads.root))

    def test_a_part_holds_no_row_twice(self, reads: Reads) -> None:
        """What is kept is as large as what is staged, however often it is kept, but for some rows at the end."""
        with reads.hand() as (folder, stage):
            for page in range(10):
                stage.add(files(page * BATCH_ROWS, BATCH_ROWS), NOON)
                folder.write(stage, position=POSITION, pages=page)
            kept = sum(path.stat().st_size for path in reads.root.glob("_drivedelta/reads/key/*.arrow"))
            grown = stage.settled()
            assert grown
            assert kept == grown.grown_to() - 8

    def test_of_one_attempt_one_checkpoint_is_kept(self, reads: Reads) -> None:
        with reads.hand() as (folder, stage):
            for page in range(3):
                stage.add(files(page * 10, 10), NOON)
                folder.write(stage, position=POSITION, pages=page)
        assert [name.partition("-")[0] for name in reads.names] == ["00000003", "00000003"]


def test_in_an_object_store_a_read_is_kept_gone_on_with_and_deleted_in_the_same_way(s3_server: StoreServer) -> None:
    reads = Reads(s3_server.storage())
    reads.begun(files(0, 3000))
    with reads.hand() as (folder, stage):
        assert folder.claim()
        folder.restore(stage)
        stage.add(files(3000, 3000), NOON)
        folder.write(stage, position=POSITION, pages=2)
    with pytest.raises(RetryLater, match="in the middle"):
        reads.goes_on("run 2")
    with reads.hand() as (folder, stage):
        found = folder.claim()
        assert found
        folder.restore(stage)
        assert (found.pages, stage.items, len(reads.storage.names(f"{READS}/key"))) == (2, 6000, 5)
        folder.delete()
    assert reads.storage.names(READS) == []


class TestOwners:
    def test_a_retry_takes_over_from_itself_at_once(self, reads: Reads) -> None:
        reads.begun()
        assert reads.goes_on()
        assert reads.goes_on()
        assert [name.rpartition(".")[2] for name in reads.names] == ["claim-0001", "claim-0002", "json"]

    def test_another_run_waits_until_the_owner_was_silent_for_long(self, reads: Reads) -> None:
        reads.begun()
        reads.time.passes(minutes=14)
        with pytest.raises(RetryLater, match="goes on from where it was") as waits:
            reads.goes_on("run 2")
        assert waits.value.after == 60
        reads.time.passes(minutes=1)
        assert reads.goes_on("run 2")
        reads.time.passes(minutes=14)
        with pytest.raises(RetryLater, match=r"Another run \(run 2\)"):
            reads.goes_on("run 1")

    def test_runs_without_a_name_are_never_the_same(self, reads: Reads) -> None:
        reads.begun(run="")
        with pytest.raises(RetryLater, match="Another run is in the middle"):
            reads.goes_on("")

    def test_who_ends_in_good_order_leaves_it_to_anybody(self, reads: Reads) -> None:
        with reads.hand() as (folder, stage):
            folder.write(stage, position=POSITION, pages=1)
            folder.release(excused=True)
        assert reads.goes_on("run 2")

    def test_of_several_at_the_same_moment_one_goes_on(self, reads: Reads) -> None:
        """Each looked before any of them claimed."""
        reads.begun()
        (checkpoint,) = [name for name in reads.names if name.endswith(".json")]
        storage = LocalStorage(reads.root)

        class Slow(LocalStorage):
            """Between its look and its claim, another one of the same run is quicker."""

            def create(self, path: str, content: bytes) -> bool:
                storage.create(path, content.replace(b'"attempt": "', b'"attempt": "quicker'))
                return super().create(path, content)

        with Attempt(Slow(reads.root)) as attempt:
            folder = CheckpointFolder(attempt, "key", run="run 1", lease=LEASE, clock=lambda: NOON)
            with pytest.raises(RetryLater, match="in the middle"):
                folder.claim()
        assert len([name for name in reads.names if name.startswith(checkpoint.removesuffix(".json"))]) == 2

    def test_what_came_furthest_is_gone_on_with(self, reads: Reads) -> None:
        reads.begun(pages=3)
        reads.begun(pages=7)
        reads.begun(pages=5)
        found = reads.goes_on()
        assert found
        assert found.pages == 7

    def test_what_is_one_s_own_is_better_than_what_another_still_reads(self, reads: Reads) -> None:
        reads.begun(pages=7, run="alive")
        reads.begun(pages=5)
        found = reads.goes_on()
        assert found
        assert found.pages == 5

    def test_what_is_too_old_is_not_used(self, reads: Reads) -> None:
        reads.begun()
        reads.time.passes(hours=25)
        with reads.hand() as (folder, _):
            assert folder.claim(newest=timedelta(days=1)) is None

    def test_a_thought_dead_owner_takes_nothing_from_who_took_over(self, reads: Reads) -> None:
        """Both go on, both keep what they read, and what either keeps is whole."""
        with reads.hand() as (first, stage):
            stage.add(files(0, 3000), NOON)
            first.write(stage, position=POSITION, pages=1)
            with reads.hand() as (second, again):
                assert second.claim()
                second.restore(again)
                stage.add(files(3000, 3000), NOON)
                first.write(stage, position=POSITION, pages=2)
                again.add(files(3000, 1000), NOON)
                second.write(again, position=POSITION, pages=3)
        with reads.hand() as (folder, stage):
            found = folder.claim()
            assert found
            folder.restore(stage)
            assert (found.pages, stage.items) == (3, 4000)


class TestTries:
    def test_what_nobody_comes_further_from_is_deleted(self, reads: Reads) -> None:
        """A page that kills whoever reads it."""
        reads.begun(files(0, 5))
        for _ in range(MOST_TRIES):
            assert reads.goes_on()
        assert reads.goes_on() is None
        assert reads.names == []

    def test_a_try_that_is_excused_does_not_count(self, reads: Reads) -> None:
        reads.begun()
        for _ in range(MOST_TRIES + 2):
            with reads.hand("any") as (folder, _stage):
                reads.time.passes(hours=1)
                assert folder.claim()
                folder.release(excused=True)

    def test_progress_begins_a_new_count(self, reads: Reads) -> None:
        reads.begun()
        for _ in range(MOST_TRIES - 1):
            reads.goes_on()
        with reads.hand() as (folder, stage):
            folder.claim()
            folder.restore(stage)
            stage.add(files(0, 1), NOON)
            folder.write(stage, position=POSITION, pages=2)
        for _ in range(MOST_TRIES):
            assert reads.goes_on()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b'{"format": 1, "position": 5, "stage": {}}'],
)
def test_what_is_no_checkpoint_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BrokenFeed, match="damaged, or of another version"):
        parse_checkpoint(content)


def test_a_claim_that_is_damaged_is_the_claim_of_who_wrote_the_checkpoint(reads: Reads) -> None:
    """A store without links may show one before it is whole."""
    reads.begun()
    reads.goes_on()
    (claim,) = reads.root.glob("_drivedelta/reads/key/*.claim-0001")
    claim.write_bytes(b"{")
    with pytest.raises(RetryLater):
        reads.goes_on("run 2")
    assert reads.goes_on("run 1")


def test_giving_up_one_leaves_another(reads: Reads) -> None:
    reads.begun(files(0, 5), pages=3)
    with reads.hand() as (folder, _):
        assert folder.claim()
        reads.begun(files(0, 5), pages=2)
        folder.give_up("refused")
    found = reads.goes_on()
    assert found
    assert found.pages == 2
