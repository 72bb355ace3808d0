"""Which increment a run committed, by the run's name: what a run that begins again answers with."""

from __future__ import annotations

import hashlib
import json
import logging

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.layout import RUNS
from airflow_provider_drivedelta.core.lake.storage import Storage

log = logging.getLogger(__name__)


def run_path(run: str) -> str:
    # Hashed, since the name holds whatever a user named a DAG, a task and a run.
    return f"{RUNS}/{hashlib.sha256(run.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def committed_by(storage: Storage, run: str) -> tuple[int, ...]:
    """The increments that this run committed, ascending; none for most, one for a run that begins again.

    A record that cannot be read is none: the run is then taken for a new one, by which nothing is lost.
    """
    path = run_path(run)
    content = storage.read(path)
    if content is None:
        return ()
    try:
        record = json.loads(content)
        if record["run"] != run:
            raise ValueError("another run's")
        return tuple(sorted(int(number) for number in record["increments"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        log.warning("The record of a run cannot be read: %s", storage.full_path(path))
        return ()


def remember(storage: Storage, commit: Commit) -> None:
    """Keep that the commit's run committed it. Safe to repeat; runs whose name is not theirs alone are not kept."""
    if not commit.named_run or storage.create(run_path(commit.run), _record(commit, ())):
        return
    known = committed_by(storage, commit.run)
    if commit.increment not in known:  # two tries of one run at once, or what a crash left of a record
        storage.replace(run_path(commit.run), _record(commit, known))


def _record(commit: Commit, known: tuple[int, ...]) -> bytes:
    record = {"run": commit.run, "increments": [*known, commit.increment]}
    return (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
