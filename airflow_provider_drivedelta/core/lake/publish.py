"""Folded rows into Parquet files under the attempt's own name; the commit says where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BufferedWriter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.changes import Kind
from airflow_provider_drivedelta.core.lake.commits import DataFile
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.layout import change_file, staging_folder
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained
from airflow_provider_drivedelta.core.lake.quote import Told, told_rows
from airflow_provider_drivedelta.core.lake.record import RecordType

# A row group is held in memory whole, and a null in a text column still takes four bytes of it.
ROWS_PER_GROUP = 16_384
ROWS_PER_FILE = 64 * ROWS_PER_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """What every row of one increment says of itself."""

    number: int
    attempt: str
    feed: str
    kind: Kind
    captured: date


def write_changes(storage: LocalStorage, fold: Fold, increment: Increment) -> tuple[DataFile, ...]:
    """Write the increment's rows: what was reported in the order it came, then what follows from it. None, no file."""
    files: list[DataFile] = []
    record = fold.stage.record
    groups = _groups(_records(fold, increment))
    group = next(groups, None)
    while group is not None:
        part = len(files)
        staged = f"{staging_folder(increment.attempt)}/changes-{part:05d}.parquet"
        rows = 0
        with explained(storage.full_path(staged)), storage.open_new(staged) as file, _writer(file, record) as writer:
            while group is not None and rows < ROWS_PER_FILE:
                writer.write_table(group, row_group_size=ROWS_PER_GROUP)
                rows += group.num_rows
                group = next(groups, None)
        final = change_file(increment.captured, increment.number, part, increment.attempt)
        files.append(DataFile(staged=staged, final=final, rows=rows, size=storage.size(staged)))
    return tuple(files)


def _writer(file: BufferedWriter, record: RecordType) -> pq.ParquetWriter:
    return pq.ParquetWriter(file, record.change, compression="zstd", compression_level=1)


def _records(fold: Fold, increment: Increment) -> Iterator[pa.RecordBatch]:
    sequence, record = 0, fold.stage.record
    for told in told_rows(fold):
        yield _record(told, increment, sequence, record)
        sequence += told.items.num_rows


def _record(told: Told, increment: Increment, sequence: int, record: RecordType) -> pa.RecordBatch:
    rows = told.items.num_rows
    envelope: dict[str, pa.Array[Any]] = {
        "_op": told.ops,
        "_aspects": told.aspects,
        "_cause": told.causes,
        "_kind": pa.repeat(increment.kind, rows),
        "_feed": pa.repeat(increment.feed, rows),
        "_increment": pa.repeat(increment.number, rows),
        "_sequence": pa.array(range(sequence, sequence + rows), pa.int64()),
        "_captured_at": told.captured_at,
        "_missing_since": told.missing_since,
        "_previous": _previous(told, record),
    }
    item = [told.paths if field.name == record.path else _slim(told.items[field.name]) for field in record.item]
    return pa.RecordBatch.from_arrays(
        [*(envelope[name] for name in record.envelope.names), *item], schema=record.change
    )


def _previous(told: Told, record: RecordType) -> pa.Array[Any]:
    """The before-image; null where there was nothing before."""
    if told.before is None:
        return _nulls(told.items.num_rows, pa.struct(list(record.headline)))
    columns = [told.old_paths if field.name == record.path else told.before[field.name] for field in record.headline]
    return pa.StructArray.from_arrays(columns, fields=list(record.headline), mask=told.is_new)


def _slim(column: pa.Array[Any]) -> pa.Array[Any]:
    """The column, or where nothing is in it one that all empty columns share: most facets of most items are empty."""
    return column if column.null_count < len(column) else _nulls(len(column), column.type)


@lru_cache(maxsize=256)
def _nulls(rows: int, kind: pa.DataType) -> pa.Array[Any]:
    empty: pa.Array[Any] = pa.nulls(rows, kind)  # type: ignore[call-overload]
    return empty


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches gathered into row groups, so that a file of small pages is as quick to read as any."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROWS_PER_GROUP:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROWS_PER_GROUP)
            left = table.slice(ROWS_PER_GROUP)
            waiting, rows = left.to_batches(), left.num_rows
    if rows:
        yield pa.Table.from_batches(waiting)
