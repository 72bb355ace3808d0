"""One try at an increment: either a commit or no trace, and never a trace of anybody else's undone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from tests.core.played import a_commit, a_file, age, tree

OTHERS = "_drivedelta/staging/other/read-1.arrow"


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    """A feed at whose first increment another attempt is working, too."""
    storage = LocalStorage(tmp_path)
    storage.create(OTHERS, b"other")
    return storage


def staged(attempt: Attempt, increment: int = 1) -> Commit:
    """A commit of one file that is staged."""
    file = a_file(attempt.id, increment)
    with attempt.storage.open_new(file.staged) as parquet:
        parquet.write(b"parquet")
    return a_commit(increment, attempt.id, files=[file])


def test_a_published_increment_is_at_its_place(storage: LocalStorage) -> None:
    with Attempt(storage) as attempt:
        commit = staged(attempt)
        attempt.publish(commit)
    assert set(tree(storage.root)) == {OTHERS, "_drivedelta/log/00000001.json", commit.files[0].final}
    assert storage.read(commit.files[0].final) == b"parquet"


@pytest.mark.parametrize("error", [RetryLater("x"), ValueError(), KeyboardInterrupt()])
def test_an_error_inside_leaves_no_trace(storage: LocalStorage, error: BaseException) -> None:
    def fail() -> None:
        with Attempt(storage) as attempt:
            staged(attempt)
            raise error

    with pytest.raises(type(error)):
        fail()
    assert tree(storage.root) == {OTHERS: b"other"}


def test_leaving_without_a_commit_leaves_no_trace(storage: LocalStorage) -> None:
    with Attempt(storage) as attempt:
        staged(attempt)
    assert tree(storage.root) == {OTHERS: b"other"}


def test_every_attempt_has_files_of_its_own(storage: LocalStorage) -> None:
    with (
        Attempt(storage) as one,
        Attempt(storage) as other,
        one.new_stage(DriveRecords("d")),
        one.new_stage(DriveRecords("d")),
    ):
        with other.new_stage(DriveRecords("d")):
            pass
        files = set(tree(storage.root)) - {OTHERS}
    assert len(files) == 3


def test_who_loses_ends_with_retry_later_and_moves_nothing(storage: LocalStorage) -> None:
    """E3."""
    with Attempt(storage) as winner, Attempt(storage) as loser:
        lost = staged(loser)
        winner.publish(staged(winner))
        before = tree(storage.root)
        with pytest.raises(RetryLater, match="increment 1 first"):
            loser.publish(lost)
    assert tree(storage.root) == {name: content for name, content in before.items() if loser.id not in name}
    assert log.read(storage, 1).attempt == winner.id


def test_files_are_kept_while_it_is_unclear_whether_they_were_published(tmp_path: Path) -> None:
    """The commit may have been made after all; whoever comes next must find what it names."""

    def vanish(draft: Path, target: Path) -> None:
        os.link(draft, target)
        target.rename(target.with_name("not-visible-yet"))
        raise OSError(errno.EIO, "Input/output error")

    storage = LocalStorage(tmp_path, link=vanish)
    with Attempt(storage) as attempt:
        commit = staged(attempt)
        with pytest.raises(RetryLater, match="disk did not answer"):
            attempt.publish(commit)
    assert storage.exists(commit.files[0].staged)
    (tmp_path / "_drivedelta/log/not-visible-yet").rename(tmp_path / "_drivedelta/log/00000001.json")
    assert log.settle(storage) == commit
    assert storage.read(commit.files[0].final) == b"parquet"


def test_nothing_is_published_without_its_files(storage: LocalStorage) -> None:
    with Attempt(storage) as attempt:
        commit = staged(attempt)
        (storage.root / commit.files[0].staged).unlink()
        with pytest.raises(RetryLater, match="removed before they were published"):
            attempt.publish(commit)
    assert log.numbers(storage) == []


@pytest.mark.parametrize(("hours", "stays"), [(25, False), (23, True)])
def test_litter_is_removed_after_a_day(storage: LocalStorage, hours: int, stays: bool) -> None:
    """E2."""
    age(storage.root / "_drivedelta/staging/other", hours * 3600)
    with Attempt(storage):
        assert storage.exists(OTHERS) is stays


def test_an_old_attempt_that_still_writes_is_no_litter(storage: LocalStorage) -> None:
    age(storage.root / "_drivedelta/staging/other", 100 * 3600)
    storage.create("_drivedelta/staging/other/read-2.arrow", b"")
    with Attempt(storage):
        assert storage.exists(OTHERS)


def test_a_dry_run_works_elsewhere_and_leaves_nothing_there_either(storage: LocalStorage) -> None:
    age(storage.root / "_drivedelta/staging/other", 100 * 3600)
    with Attempt(storage, dry_run=True) as attempt:
        staged(attempt)
        elsewhere = attempt.storage.root
        assert tree(elsewhere)
    assert not elsewhere.exists()
    assert tree(storage.root) == {OTHERS: b"other"}


def test_a_place_that_cannot_be_written_is_found_before_the_first_page(tmp_path: Path) -> None:
    """Bad input: unwritable output."""
    (tmp_path / "feed").write_text("in the way")
    with pytest.raises(FixSetup, match="output cannot be used"), Attempt(LocalStorage(tmp_path / "feed")):
        pass
