"""What is kept of runs: which increment each committed, by a name that may hold anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.lake.layout import RUNS
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.log import add, roll_forward
from airflow_provider_drivedelta.core.lake.runs import committed_by, remember, run_path
from tests.core.played import a_commit, tree

NAMES = ["d/scheduled__2026-11-21T00:00:00+00:00/t", "d/r/t[3]", "../../etc", "ä\ud800\x00/" * 500]


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "feed")


@pytest.mark.parametrize("run", NAMES)
def test_a_run_is_found_by_its_name_whatever_that_is(storage: LocalStorage, run: str) -> None:
    remember(storage, a_commit(7, run=run, named_run=True))
    assert committed_by(storage, run) == (7,)
    assert committed_by(storage, f"{run}x") == ()
    (name,) = tree(storage.root)
    assert name.startswith(f"{RUNS}/")
    assert len(name) < 100


def test_to_remember_twice_changes_nothing(storage: LocalStorage) -> None:
    for _ in range(2):
        remember(storage, a_commit(7, run="r", named_run=True))
        assert committed_by(storage, "r") == (7,)


def test_increments_of_one_run_come_in_order(storage: LocalStorage) -> None:
    for number in (9, 7, 9):
        remember(storage, a_commit(number, run="r", named_run=True))
    assert committed_by(storage, "r") == (7, 9)


@pytest.mark.parametrize("run", ["", "drivedelta pull"])
def test_a_name_that_is_not_the_runs_alone_is_not_kept(storage: LocalStorage, run: str) -> None:
    remember(storage, a_commit(7, run=run))
    assert not storage.root.exists()


def test_what_a_crash_left_of_a_record_is_replaced(storage: LocalStorage) -> None:
    """E1. A store without links shows a record before it is whole."""
    path = storage.root / run_path("r")
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"run": "r", "incr')
    assert committed_by(storage, "r") == ()
    remember(storage, a_commit(7, run="r", named_run=True))
    assert committed_by(storage, "r") == (7,)


def test_a_commit_without_files_is_remembered_as_well(storage: LocalStorage) -> None:
    """E1. Nothing was staged that would show whether it was finished."""
    commit = a_commit(1, run="r", named_run=True)
    add(storage, commit)
    roll_forward(storage, commit)
    assert committed_by(storage, "r") == (1,)
