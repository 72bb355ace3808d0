"""The current items as one Parquet file, for engines that know no more than to open files."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.feeds import Folder, one_feed, storage_at
from airflow_provider_drivedelta.core.lake.layout import CHANGES, INTERNALS
from airflow_provider_drivedelta.core.lake.local_storage import explained, local_path
from airflow_provider_drivedelta.core.lake.output import parse_address
from airflow_provider_drivedelta.core.lake.publish import ROWS_PER_GROUP
from airflow_provider_drivedelta.core.lake.read_current import items_of
from airflow_provider_drivedelta.core.lake.storage import Storage


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was written."""

    path: str
    increment: int
    rows: int


def write_snapshot(
    folder: Folder,
    to: str | os.PathLike[str],
    *,
    at: int | None = None,
    include_missing: bool = True,
    storage_options: Mapping[str, object] | None = None,
) -> Snapshot:
    """Write the items alive after increment `at` (the last one by default) into the file `to`.

    An older file is replaced whole: readers see the old or the new, never a part. `storage_options`
    are for the place the snapshot goes to as well. Raises as `read_current` does, and `FixSetup`
    when `to` cannot be written or lies where only increments belong.
    """
    storage, to = one_feed(folder, storage_options), os.fspath(to)
    increment = log.readable(storage)[-1] if at is None else at
    items = items_of(storage, at=increment, include_missing=include_missing)
    if parse_address(to) is None:
        target = local_path(to)
        _check(storage, str(target))
        with explained(str(target)):
            return Snapshot(str(target), increment, _replace(target, items))
    above, _, name = to.rpartition("/")
    place = storage_at(above, storage_options)
    _check(storage, place.full_path(name))
    return Snapshot(place.full_path(name), increment, _upload(place, name, items))


def _check(storage: Storage, target: str) -> None:
    if any(target.startswith(f"{storage.full_path(ours)}/") for ours in (CHANGES, INTERNALS)):
        raise FixSetup("A snapshot must not lie among the feed's own files", where=target)


def _upload(place: Storage, name: str, items: pa.RecordBatchReader) -> int:
    with tempfile.TemporaryDirectory(prefix="drivedelta-") as folder:
        made = Path(folder) / "snapshot.parquet"
        rows = _replace(made, items)
        place.put(made, name)
    return rows


def _replace(target: Path, items: pa.RecordBatchReader) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with open(draft, "xb") as file:
            with pq.ParquetWriter(file, items.schema, compression="zstd", compression_level=1) as writer:
                rows = sum(_write(writer, group) for group in _groups(items))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def _write(writer: pq.ParquetWriter, group: pa.Table) -> int:
    writer.write_table(group)
    return group.num_rows


def _groups(batches: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Batches gathered into row groups."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= ROWS_PER_GROUP:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)
