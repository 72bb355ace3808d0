"""The lake in an object store: what each verb promises, on a real server of each kind."""

from __future__ import annotations

import errno
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import DataFile
from airflow_provider_drivedelta.core.lake.object_storage import ObjectStorage
from airflow_provider_drivedelta.core.lake.output import Output, open_output
from tests.core.played import a_commit, a_file
from tests.servers.stores import StoreServer


@pytest.fixture
def storage(server: StoreServer) -> ObjectStorage:
    """A place nobody used before."""
    return server.storage()


def put(storage: ObjectStorage, path: str, content: bytes, scratch: Path) -> None:
    file = scratch / "file"
    file.write_bytes(content)
    storage.put(file, path)


class TestCreate:
    def test_exactly_one_of_many_creates_the_file(self, storage: ObjectStorage) -> None:
        """E3."""
        start, won = threading.Barrier(24), []

        def create(number: int) -> None:
            start.wait(30)
            if storage.create("log/1.json", b"%d" % number):
                won.append(number)

        runs = [threading.Thread(target=create, args=(number,)) for number in range(24)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
        (winner,) = won
        assert storage.read("log/1.json") == b"%d" % winner

    def test_exactly_one_of_several_processes_creates_each_file(self, server: StoreServer) -> None:
        """E3: clients that share nothing but the store."""
        output, rounds, writers = server.output(), 10, 2
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(writers)
        with ProcessPoolExecutor(writers, context, initializer=_meet, initargs=(barrier,)) as pool:
            told = list(pool.map(_create_many, [output] * writers, range(writers), [rounds] * writers))
        storage = open_output(output)
        for number, winners in enumerate(zip(*told, strict=True)):
            (winner,) = [writer for writer, won in enumerate(winners) if won]
            assert storage.read(f"log/{number}.json") == b"%d" % winner

    def test_a_file_that_is_there_is_not_created_again(self, storage: ObjectStorage) -> None:
        assert storage.create("a", b"first")
        assert not storage.create("a", b"second")
        assert storage.read("a") == b"first"

    def test_the_probe_leaves_nothing(self, storage: ObjectStorage) -> None:
        storage.create("a", b"")
        assert storage.names("") == ["a"]


def _meet(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _create_many(output: Output, writer: int, rounds: int) -> list[bool]:
    storage = open_output(output)
    storage.create(f"warm-{writer}", b"")
    won = []
    for number in range(rounds):
        _barrier.wait(60)
        won.append(storage.create(f"log/{number}.json", b"%d" % writer))
    return won


class TestLooking:
    def test_what_is_not_there_is_none_or_empty(self, storage: ObjectStorage) -> None:
        assert storage.read("x") is None
        assert storage.names("x") == []
        assert not storage.exists("x")
        assert storage.seconds_untouched("x") == 0.0
        storage.delete("x")
        storage.delete_folder("x")

    def test_files_and_folders_are_named_and_found(self, storage: ObjectStorage) -> None:
        for path in ("log/1.json", "log/2.json", "log/deep/er", "log/.draft", "logs/3.json"):
            storage.replace(path, b"12345")
        assert sorted(storage.names("log")) == ["1.json", "2.json", "deep"]
        assert sorted(storage.names("")) == ["log", "logs"]
        assert storage.exists("log")
        assert storage.exists("log/1.json")
        assert not storage.exists("lo")
        assert storage.size("log/1.json") == 5

    def test_what_others_write_is_seen_at_once(self, server: StoreServer) -> None:
        """A listing that a client remembers would hide the commit of another run."""
        output = server.output()
        ours, theirs = (
            open_output(output),
            ObjectStorage(server.filesystem(), output.address.partition("://")[2], output.address),
        )
        ours.replace("log/1.json", b"")
        assert (ours.names("log"), ours.exists("log/2.json")) == (["1.json"], False)
        theirs.replace("log/2.json", b"12")
        assert (sorted(ours.names("log")), ours.exists("log/2.json")) == (["1.json", "2.json"], True)
        theirs.replace("log/2.json", b"123")
        assert ours.size("log/2.json") == 3

    def test_more_names_than_a_page_holds_are_all_named(self, server: StoreServer) -> None:
        storage = server.storage()
        filesystem, root = server.filesystem(), storage.full_path("many").partition("://")[2]
        names = {f"{number:05d}.json" for number in range(1_010)}
        filesystem.pipe({f"{root}/{name}": b"" for name in names})
        assert set(storage.names("many")) == names

    def test_the_youngest_thing_below_a_folder_tells_its_age(self, storage: ObjectStorage) -> None:
        storage.replace("a/deep/file", b"")
        assert -5 < storage.seconds_untouched("a") < 30
        assert -5 < storage.seconds_untouched("a/deep/file") < 30

    def test_a_bucket_that_is_not_there_is_ours_to_mend(self, server: StoreServer) -> None:
        storage = open_output(Output(f"{server.scheme}://nowhere/lake", options=server.options))
        for look in (storage.names, storage.read, storage.exists):
            with pytest.raises(FixSetup, match=r"no bucket or container 'nowhere'.*://nowhere/lake"):
                look("_drivedelta/log")
        with pytest.raises(FixSetup, match="does not have it"):
            storage.create("log/1.json", b"")


class TestWriting:
    def test_replacing_is_whole(self, storage: ObjectStorage) -> None:
        storage.replace("token.json", b"old")
        storage.replace("token.json", b"new")
        assert storage.read("token.json") == b"new"

    @pytest.mark.parametrize("size", [0, 10, 11 * 2**20])
    def test_a_file_is_put_and_gone_from_here(self, storage: ObjectStorage, size: int, tmp_path: Path) -> None:
        content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        put(storage, "staging/ab/file", content, tmp_path)
        assert storage.fetch("staging/ab/file").read_bytes() == content
        assert list(tmp_path.iterdir()) == []
        storage.put(tmp_path / "file", "staging/ab/file")  # again: it was put before
        assert storage.size("staging/ab/file") == size

    def test_moving_again_is_no_error(self, storage: ObjectStorage) -> None:
        storage.replace("staged", b"x")
        storage.move("staged", "final/place")
        storage.move("staged", "final/place")
        assert (storage.read("final/place"), storage.exists("staged")) == (b"x", False)

    def test_many_may_move_the_same_file(self, storage: ObjectStorage) -> None:
        """E1: whoever comes next finishes a commit, and several may come."""
        content = b"x" * 2**20
        storage.replace("staged", content)
        runs = [threading.Thread(target=storage.move, args=("staged", "final")) for _ in range(6)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
        assert (storage.read("final"), storage.exists("staged")) == (content, False)

    def test_a_move_that_a_crash_cut_short_is_finished(self, storage: ObjectStorage) -> None:
        """E1."""
        storage.replace("staged", b"x")
        storage.replace("final", b"x")  # copied, but not yet removed
        storage.move("staged", "final")
        assert (storage.read("final"), storage.exists("staged")) == (b"x", False)

    def test_a_folder_goes_without_its_siblings(self, storage: ObjectStorage) -> None:
        """E2: a clean-up touches nobody else's files."""
        for path in ("staging/ab/1", "staging/ab/2/3", "staging/abc/1", "staging/ab.json", "staging/a/1"):
            storage.replace(path, b"")
        storage.delete_folder("staging/ab")
        assert sorted(storage.names("staging")) == ["a", "ab.json", "abc"]

    def test_a_file_or_a_folder_is_deleted(self, storage: ObjectStorage) -> None:
        for path in ("a", "ab", "folder/x/y"):
            storage.replace(path, b"")
        storage.delete("a")
        storage.delete("folder")
        assert storage.names("") == ["ab"]

    def test_odd_names_are_names(self, storage: ObjectStorage) -> None:
        """A feed's folder holds ids, an output whatever its owner likes: nothing of it is a pattern."""
        odd = storage.below("drive-b~21[x]*? +%20ä")
        odd.create("log/1.json", b"1")
        odd.replace("staging/a[b]/1", b"")
        odd.move("log/1.json", "log/2.json")
        odd.delete_folder("staging/a[b]")
        assert (odd.names("log"), odd.names("staging"), odd.read("log/2.json")) == (["2.json"], [], b"1")
        assert odd.fetch("log/2.json").read_bytes() == b"1"


class TestReading:
    def test_fetched_or_opened_it_is_the_same_file(self, storage: ObjectStorage, tmp_path: Path) -> None:
        table = pa.table({"number": pa.array(range(300_000)), "text": [f"{n:032x}" for n in range(300_000)]})
        pq.write_table(table, tmp_path / "file", row_group_size=20_000)
        content = (tmp_path / "file").read_bytes()
        storage.put(tmp_path / "file", "state/rows")
        assert storage.fetch("state/rows").read_bytes() == content
        with storage.open("state/rows") as opened:
            opened.seek(1_000_000)
            assert opened.read(7) == content[1_000_000:1_000_007]
        with storage.open("state/rows") as opened, pq.ParquetFile(opened, pre_buffer=False) as file:
            assert file.read_row_group(12).equals(table.slice(240_000, 20_000))
            assert file.read().equals(table)

    def test_a_file_is_fetched_once(self, storage: ObjectStorage) -> None:
        storage.replace("state/keys", b"x")
        assert storage.fetch("state/keys") == storage.fetch("state/keys")

    def test_what_was_fetched_goes_with_the_storage(self, server: StoreServer) -> None:
        storage = server.storage()
        storage.replace("state/keys", b"x")
        folder = storage.fetch("state/keys").parent
        del storage
        assert not folder.exists()

    @pytest.mark.parametrize("verb", ["open", "fetch", "size"])
    def test_a_file_that_is_gone_is_named(self, storage: ObjectStorage, verb: str) -> None:
        storage.replace("other", b"")
        with pytest.raises(FixSetup, match=r"does not have it.*://lake/.*/state/keys"):
            getattr(storage, verb)("state/keys")


class TestAnAttempt:
    def test_published_it_is_at_its_place(self, storage: ObjectStorage) -> None:
        with Attempt(storage) as attempt:
            file = _publish(attempt)
        assert (storage.read(file.final), storage.names("_drivedelta/staging")) == (b"parquet", [])
        assert [commit.attempt for commit in log.committed(storage)] == [attempt.id]

    def test_who_loses_ends_with_retry_later_and_moves_nothing(self, storage: ObjectStorage) -> None:
        """E3."""
        log.add(storage, a_commit(1, "f" * 16))
        with pytest.raises(RetryLater, match="Another run published"), Attempt(storage) as attempt:
            _publish(attempt)
        assert (storage.names("changes"), storage.names("_drivedelta/staging")) == ([], [])

    def test_left_without_a_commit_it_leaves_no_trace(self, storage: ObjectStorage, tmp_path: Path) -> None:
        """E2."""
        with Attempt(storage) as attempt:
            put(storage, f"{attempt.folder}/changes-00000.parquet", b"x", tmp_path)
            assert storage.names("_drivedelta/staging") == [attempt.id]
        assert storage.names("_drivedelta/staging") == []


def _publish(attempt: Attempt) -> DataFile:
    file = a_file(attempt.id)
    attempt.workplace.replace(file.staged, b"parquet")
    attempt.publish(a_commit(1, attempt.id, [file]))
    return file


class Lossy(MemoryFileSystem):
    """A store in memory whose next writes fail, before or after they were done."""

    store: dict[str, object] = {}  # noqa: RUF012 - as its parent
    pseudo_dirs = [""]  # noqa: RUF012
    cachable = False
    fails_after: Exception | None = None
    honours_conditions = True

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: object) -> None:
        super().pipe_file(path, value, mode=mode if self.honours_conditions else "overwrite")
        if self.fails_after and "/log/" in path:
            raise self.fails_after


@pytest.fixture
def lossy(request: pytest.FixtureRequest) -> Lossy:
    """With a bucket, and to the probe a store of its own in each test."""
    Lossy.store.clear()
    lossy = Lossy(account=request.node.name)
    lossy.makedirs("/lake", exist_ok=True)
    return lossy


def in_memory(filesystem: MemoryFileSystem) -> ObjectStorage:
    return ObjectStorage(filesystem, "/lake", "memory://lake")


class TestAmbiguity:
    @pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), OSError(errno.EBUSY, "SlowDown")])
    def test_an_answer_that_is_lost_is_read_back(self, lossy: Lossy, error: Exception) -> None:
        """E3: the store wrote it, and nobody heard."""
        storage, lossy.fails_after = in_memory(lossy), error
        assert log.add(storage, a_commit(1, "a" * 16))
        assert not log.add(storage, a_commit(1, "b" * 16))

    def test_nothing_written_is_nothing_won(self, lossy: Lossy, monkeypatch: pytest.MonkeyPatch) -> None:
        storage = in_memory(lossy)
        storage.create("before", b"")

        def fail(*_: object, **__: object) -> None:
            raise TimeoutError

        monkeypatch.setattr(lossy, "pipe_file", fail)
        with pytest.raises(RetryLater, match=r"does not answer.*memory://lake/_drivedelta/log/00000001.json"):
            log.add(storage, a_commit(1))


class TestProbe:
    def test_a_store_that_ignores_conditions_is_refused_before_anything_is_written(self, lossy: Lossy) -> None:
        lossy.honours_conditions = False
        with pytest.raises(FixSetup, match=r"two runs at once could both commit.*memory://lake"):
            log.add(in_memory(lossy), a_commit(1))
        assert Lossy.store == {}

    def test_looking_and_reading_never_probe(self, lossy: Lossy) -> None:
        lossy.honours_conditions = False
        storage = in_memory(lossy)
        assert (storage.names("x"), storage.read("x"), storage.exists("x")) == ([], None, False)
        assert Lossy.store == {}
