"""The latest known form of every item of a feed: narrow keys to decide by, and rows to quote from.

The state is a base and the layers that later commits put on it. A layer is two files: `keys`
(Parquet, one narrow row an item it says something new of) and `rows` (Arrow, the items themselves,
in batches of equal size so that one can be fetched alone). A key points at its row by the number of
the layer and the position in it, which may be an older layer's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.commits import Layer
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.layout import STATE
from airflow_provider_drivedelta.core.lake.record import GROUPS, UTC_TIME, RecordType
from airflow_provider_drivedelta.core.lake.spill import Rows
from airflow_provider_drivedelta.core.lake.storage import Storage

_HASH_FIELDS = [pa.field(name, pa.uint64()) for name in GROUPS]

_KEY_FIELDS: list[pa.Field[Any]] = [
    pa.field("item_key", pa.string()),
    pa.field("parent_key", pa.string()),
    pa.field("name", pa.string()),
    pa.field("is_container", pa.bool_()),
    pa.field("increment", pa.int64()),
    pa.field("layer", pa.int64()),
    pa.field("row", pa.int64()),
    *_HASH_FIELDS,
    pa.field("hash_version", pa.int16()),
    pa.field("deleted_at", UTC_TIME),
    pa.field("missing_since", UTC_TIME),
]
KEYS = pa.schema(_KEY_FIELDS)
"""What the state knows of an item. `increment` is the commit that said so; `deleted_at` makes it a tombstone."""


@dataclass(frozen=True, slots=True)
class State:
    """The layers of one commit, base first. `record`: the columns to read rows with, which only ever grow.

    Of a damaged state under repair: increments whose keys or rows are lost, and what stands in for
    the rows.
    """

    storage: Storage
    layers: tuple[Layer, ...] = ()
    record: RecordType = DRIVE
    lost_keys: frozenset[int] = frozenset()
    lost_rows: frozenset[int] = frozenset()
    stand_ins: Mapping[int, Rows] = field(default_factory=dict)

    @property
    def is_damaged(self) -> bool:
        return bool(self.lost_keys or self.lost_rows)

    def check(self) -> None:
        """:raises BrokenFeed: a file of the state is gone or cut."""
        for layer in self.layers:
            self.keys_of(layer.increment)
            self.rows_of(layer.increment)

    def key_files(self) -> list[str]:
        """Paths on this machine of the keys, base first.

        :raises BrokenFeed: one is gone or cut.
        """
        return [self.keys_of(layer.increment) for layer in self.layers if layer.increment not in self.lost_keys]

    def keys_of(self, layer: int) -> str:
        """:raises BrokenFeed: there is no such layer, or its file is gone or cut."""
        known = self.layer(layer)
        return str(self.storage.fetch(self._sound(known.keys, known.keys_size)))

    def absent(self) -> set[str]:
        """The keys of items that were deleted, of late, or are missed.

        :raises BrokenFeed: a file of the state is gone or cut.
        """
        told: set[str] = set()
        for path in self.key_files():
            for batch in _batches_of(path, ["item_key", "deleted_at", "missing_since"], self.storage):
                is_absent = pc.or_(batch.column("deleted_at").is_valid(), batch.column("missing_since").is_valid())
                keys = batch.column("item_key")
                told.difference_update(keys.filter(pc.invert(is_absent)).to_pylist() if told else ())
                told.update(key for key in keys.filter(is_absent).to_pylist() if key)
        return told

    def alive(self, keys: Collection[str]) -> set[str]:
        """Those of these keys whose items are there and not missed.

        :raises BrokenFeed: a file of the state is gone or cut.
        """
        wanted, there = pa.array(keys, pa.string()), set[str]()
        for path in self.key_files():
            for batch in _batches_of(path, ["item_key", "deleted_at", "missing_since"], self.storage):
                asked = batch.filter(pc.is_in(batch.column("item_key"), value_set=wanted))
                is_there = pc.and_(asked.column("deleted_at").is_null(), asked.column("missing_since").is_null())
                there.difference_update(asked.column("item_key").to_pylist())
                there.update(key for key in asked.column("item_key").filter(is_there).to_pylist() if key)
        return there

    def rows_of(self, layer: int) -> Rows:
        """:raises BrokenFeed: there is no such layer, or its file is gone or cut."""
        if layer in self.stand_ins:
            return self.stand_ins[layer]
        known = self.layer(layer)
        return Rows(self.storage, self._sound(known.rows, known.rows_size), self.record.staged)

    def layer(self, increment: int) -> Layer:
        for layer in self.layers:
            if layer.increment == increment:
                return layer
        raise damaged(f"{STATE}/{increment:08d}", self.storage)

    def _sound(self, path: str, size: int) -> str:
        if not self.storage.exists(path) or self.storage.size(path) != size:
            raise damaged(path, self.storage)
        return path


def _batches_of(path: str, columns: list[str], storage: Storage) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, storage) from error


def damaged(path: str, storage: Storage) -> BrokenFeed:
    then = "Restore the file from a copy, or run once with full_reload: it tells only of differences to what is left."
    return BrokenFeed("A file of the feed's state is gone or damaged", where=storage.full_path(path), then=then)
