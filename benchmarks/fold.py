"""Fold, state and change files alone, on made-up rows: how memory grows from one million items to ten (it should not).

Rows are put on disk as a read would have left them, since reading ten million items takes most of
an hour. `python -m benchmarks.fold first ITEMS FOLDER`, then `… later …` and `… compact …`.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.conclude import Run, conclude
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.spill import BATCH_ROWS, Spill, up_to_date
from airflow_provider_drivedelta.core.plan import Plan, RunOptions
from airflow_provider_drivedelta.core.reading import Read
from airflow_provider_drivedelta.core.sources import Feed
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore
from benchmarks.measure import Cost, run

CHANGES = 100
FOLDER_EVERY = 10
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS = DriveRecords("b!benchmark")


def table(sizes: Sequence[int]) -> str:
    lines = [
        "| items | all: CPU s | peak RSS MiB | 100 changes: CPU s | peak RSS MiB | compaction: CPU s | peak RSS MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for items in sizes:
        with tempfile.TemporaryDirectory() as folder:
            costs = [_cost(what, items, folder) for what in ("first", "later", "compact")]
        lines.append(f"| {items:,} | " + " | ".join(f"{cost.cpu:.1f} | {cost.peak_mib:.0f}" for cost in costs) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def _cost(what: str, items: int, folder: str) -> Cost:
    # As our own modules have it, which here are not the first to load Arrow.
    return run(
        [sys.executable, "-m", "benchmarks.fold", what, str(items), folder], {"ARROW_DEFAULT_MEMORY_POOL": "system"}
    )


def fold(
    rows: Iterator[pa.RecordBatch],
    items: int,
    folder: Path,
    *,
    full: bool,
    asked: RunOptions = RunOptions(),  # noqa: B008
) -> None:
    """What `pull` does with a finished read of these rows."""
    storage = LocalStorage(folder)
    head = log.newest(storage)
    plan = Plan(
        feed=Feed("feed", "feed"),
        source="drives/b!benchmark",
        path=str(folder),
        records=RECORDS,
        fingerprint="f",
        asked=asked,
    )
    this = Run(plan=plan, protocol="graph", storage=storage, tokens=MemoryTokenStore(), started=NOW)
    start = Begin(kind="initial" if full else "incremental", token=None, number=head.increment + 1 if head else 1)
    with Attempt(storage) as attempt:
        path = f"{attempt.folder}/read-1.arrow"
        with Spill(storage, path, DRIVE.staged) as spill:
            for batch in rows:
                spill.write(batch)
        stage = RECORDS.kept(storage, path, fields=None, items=items)
        stage.changes, stage.root = items, "root"
        read = Read(stage=stage, token=Token("https://later"), kind=start.kind, full=full, pages=1)
        outcome, _ = conclude(this, attempt, read, start, head)
    print(outcome.counts, file=sys.stderr)


def made_up(numbers: Sequence[int], *, changed: bool = False) -> Iterator[pa.RecordBatch]:
    """The root, then rows of these numbers; every tenth is a folder, in one of those before it."""
    yield _row_of_root()
    for start in range(0, len(numbers), BATCH_ROWS):
        some = numbers[start : start + BATCH_ROWS]
        yield _batch(start + 1, [_key(n) for n in some], [_parent(n) for n in some], some, changed)


def _batch(
    position: int, keys: Sequence[str], parents: Sequence[str], numbers: Sequence[int], changed: bool
) -> pa.RecordBatch:
    rows = len(keys)
    hashed = np.array(numbers, np.uint64) + np.uint64(1 + changed)
    columns: dict[str, pa.Array[Any]] = {
        "_position": pa.array(np.arange(position, position + rows)),
        "_item_key": pa.array(keys),
        "_parent_key": pa.array(parents),
        "_is_container": pa.array([number % FOLDER_EVERY == 0 for number in numbers]),
        "_is_deleted": pa.repeat(False, rows),
        "_is_root": pa.repeat(False, rows),
        "_is_restored": pa.repeat(False, rows),
        **{f"_{group}": pa.array(hashed) for group in ("content_hash", "metadata_hash", "sharing_hash", "trace_hash")},
        "_captured_at": pa.array([NOW] * rows, pa.timestamp("us", tz="UTC")),
        "drive_id": pa.repeat("b!benchmark", rows),
        "id": pa.array(keys),
        "name": pa.array([f"Report number {number}.docx" for number in numbers]),
        "parent_id": pa.array(parents),
        "size": pa.array(numbers, pa.int64()),
        "etag": pa.array([f'"{{{key}}},1"' for key in keys]),
        "ctag": pa.array([f'"c:{{{key}}},1"' for key in keys]),
        "web_url": pa.array([f"https://contoso.sharepoint.com/sites/benchmark/{key}" for key in keys]),
    }
    return up_to_date(pa.RecordBatch.from_pydict(columns), DRIVE.staged)


def _row_of_root() -> pa.RecordBatch:
    marks = {"_is_container": [True], "_is_deleted": [False], "_is_root": [True], "_is_restored": [False]}
    root = {"_position": [0], "_item_key": ["root"], "id": ["root"], "name": ["root"], **marks}
    return up_to_date(pa.RecordBatch.from_pydict(root), DRIVE.staged)


def _key(number: int) -> str:
    return f"01{hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest().upper()}"


def _parent(number: int) -> str:
    """Files lie in the folder before them; a folder in one with an eighth of its number: a million are seven deep."""
    folder = number // FOLDER_EVERY
    if number % FOLDER_EVERY == 0:
        folder //= 8
    return _key(folder * FOLDER_EVERY) if folder * FOLDER_EVERY != number else "root"


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # where a query needed more memory, it shows
    what, items, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if what == "first":
        fold(made_up(range(items)), items + 1, folder, full=True)
        return
    changed = range(7 if what == "later" else 8, items, items // CHANGES)
    asked = RunOptions(compaction=Compaction(most_layers=50 if what == "later" else 0))
    fold(made_up(changed, changed=True), CHANGES + 1, folder, full=False, asked=asked)


if __name__ == "__main__":
    main()
