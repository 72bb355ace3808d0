"""A file of rows in batches of equal size, written in one go and read back a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained
from airflow_provider_drivedelta.core.lake.storage import Storage

BATCH_ROWS = 2048
# Arrow's threads cost more than they gain, by half for full batches and four times over for the few rows of most runs.
LZ4 = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """One file of rows, in batches of `BATCH_ROWS`; what a column of `schema` did not hold then is null."""

    storage: Storage
    path: str
    schema: pa.Schema

    def columns(self) -> frozenset[str]:
        """What the version that wrote the file knew."""
        with self.storage.open(self.path) as file, pa.ipc.open_file(file) as reader:
            return frozenset(reader.schema.names)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All rows, in order, a bounded number at a time."""
        with self.storage.open(self.path) as file, pa.ipc.open_file(file) as reader:
            for number in range(reader.num_record_batches):
                yield up_to_date(reader.get_batch(number), self.schema)

    def only(self, names: Iterable[str]) -> Iterator[pa.RecordBatch]:
        """The same, reading no other columns than these; those the file does not have are left out."""
        with self.storage.open(self.path) as file, pa.ipc.open_file(file) as reader:
            schema = reader.schema
        numbers = sorted(schema.get_field_index(name) for name in names if name in schema.names)
        options = pa.ipc.IpcReadOptions(included_fields=numbers)
        with self.storage.open(self.path) as file, pa.ipc.open_file(file, options=options) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def take(self, rows: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
        """The rows at these positions, which ascend; reads only the batches they lie in."""
        with self.storage.open(self.path) as file, pa.ipc.open_file(file) as reader:
            for number, chosen in by_batch(rows):
                yield up_to_date(reader.get_batch(number).take(chosen), self.schema)


class Spill:
    """Writes such a file. Leaving the block closes it; reading back comes after.

    :param path: relative to the storage.
    """

    def __init__(self, storage: LocalStorage, path: str, schema: pa.Schema) -> None:
        self._storage, self._path, self._schema = storage, path, schema
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def __enter__(self) -> Spill:
        self._file = self._storage.open_new(self._path)
        try:
            self._writer = pa.ipc.new_file(pa.PythonFile(self._file, mode="w"), self._schema, options=LZ4)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with explained(self._storage.full_path(self._path)), self._file:
            if error is None and self._rows:
                self._writer.write_batch(self._together())
            self._writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Take in rows; they are written as soon as they fill a batch."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows < BATCH_ROWS:
            return
        whole = self._together()
        with explained(self._storage.full_path(self._path)):
            while whole.num_rows >= BATCH_ROWS:
                self._writer.write_batch(whole.slice(0, BATCH_ROWS))
                whole = whole.slice(BATCH_ROWS)
        self._waiting, self._rows = [whole], whole.num_rows

    @property
    def file(self) -> Path:
        """Where it grows."""
        return self._storage.root / self._path

    @property
    def waiting(self) -> pa.RecordBatch | None:
        """The rows that do not fill a batch yet, and so are not in the file."""
        return self._together() if self._rows else None

    def grown_to(self) -> int:
        """How many bytes of the file are there for others to see: whole batches, and no index yet."""
        with explained(str(self.file)):
            self._file.flush()
            return self._file.tell()

    def _together(self) -> pa.RecordBatch:
        if len(self._waiting) == 1:
            return self._waiting[0]
        return pa.Table.from_batches(self._waiting).combine_chunks().to_batches()[0]


def by_layer(decisions: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Decisions in order of the layers they quote, taken apart by them."""
    layers = decisions["layer"].to_numpy()
    starts = np.flatnonzero(np.diff(layers, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(layers)], strict=True):
        yield int(layers[start]), decisions.slice(int(start), int(end - start))


def beside(decided: pa.RecordBatch, where: str, rows: Rows) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Decisions in order of the column `where`, beside the rows they speak of."""
    start = 0
    for items in rows.take(decided[where].to_numpy()):
        yield decided.slice(start, items.num_rows), items
        start += items.num_rows


def by_batch(rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Ascending positions as (number of the batch, positions inside it)."""
    numbers = rows // BATCH_ROWS
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        number = int(numbers[start])
        yield number, rows[start:end] - number * BATCH_ROWS


def up_to_date(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch of an older version in today's schema: what it did not know is null."""
    if batch.schema.equals(schema):
        return batch
    known = set(batch.schema.names)
    columns: list[pa.Array[Any]] = [
        batch[field.name].cast(field.type) if field.name in known else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
