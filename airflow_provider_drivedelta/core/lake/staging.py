"""The pages of one read, spilled to disk in the order they came, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Items, Json, JsonObject
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.quarantine import Quarantine
from airflow_provider_drivedelta.core.lake.record import RecordType, asked_for
from airflow_provider_drivedelta.core.lake.spill import Rows, Spill
from airflow_provider_drivedelta.core.lists.fields import ListSchema


class Stage(Protocol):
    """One spill file of one read. Leaving the block closes it; reading back comes after.

    `items` counts the rows staged, `changes` those of them that are no root; `root` is the root's
    key, if it came; `containers` are ids, by key, of those alive at the end of an
    increment; `fields` are a list's columns as they are now, for the commit.
    """

    storage: LocalStorage
    path: str
    items: int
    root: str | None
    quarantine: Quarantine

    @property
    def changes(self) -> int: ...
    @property
    def record(self) -> RecordType: ...
    @property
    def containers(self) -> Mapping[str, str]: ...
    @property
    def fields(self) -> Json: ...
    @property
    def schema_changed(self) -> bool: ...

    def __enter__(self) -> Stage: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def learn(self, schema: ListSchema) -> None:
        """Take in how the list describes itself, before any of its items."""

    def add(
        self, items: Items, received_at: datetime | None, *, gone: Sequence[str] = (), restored: bool = False
    ) -> None:
        """Stage one page.

        :param gone: ids that are said to be gone; the items of the page come after.
        :param restored: the items were asked for because their folder came back, not reported.
        :raises BrokenFeed: so many items cannot be read that it is not the items.
        """

    def settled(self) -> Spill | None:
        """The file that grows, with every row so far written or waiting in it; None before the first row."""

    def remember(self) -> JsonObject:
        """What is to be kept besides the rows, for a checkpoint between two pages."""

    def recall(self, kept: Json) -> None:
        """Take in what `remember` gave, before anything else. Raises KeyError, TypeError or ValueError if it did not.

        :raises BrokenFeed: a list's columns cannot be read.
        """

    def recall_rows(self, batch: pa.RecordBatch) -> None:
        """Take in rows as they were staged, in their order; what they say of the read is known again."""


class Records(Protocol):
    """What the items of one source are. `key` is the form of an item's id that joins."""

    def key(self, item_id: str) -> str: ...

    def stage(self, storage: LocalStorage, path: str, *, fields: Json = None, is_increment: bool = False) -> Stage:
        """A new spill file at `path`.

        :param fields: a list's columns, as the last commit kept them.
        :param is_increment: what is read are changes, which are few: `containers` are kept.
        """

    def kept(self, storage: LocalStorage, path: str, *, fields: Json, items: int) -> Stage:
        """The spill file of an earlier read, to be read back."""

    def stand_in(self, keys: pa.RecordBatch) -> pa.RecordBatch:
        """Rows made of no more than the state's keys: who an item was and where, and nothing else of it."""


def rows_of(stage: Stage) -> Rows:
    """The staged rows, once the block is left."""
    return Rows(stage.storage, stage.path, stage.record.staged)


def deciding(stage: Stage) -> pa.RecordBatchReader:
    """The staged rows, of which only the columns the fold decides by are read."""
    wanted = stage.record.deciding()
    schema = pa.schema([(name, asked_for(name)) for name in wanted])
    return pa.RecordBatchReader.from_batches(schema, _projected(rows_of(stage), wanted, schema))


def _projected(rows: Rows, wanted: Mapping[str, str | None], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows.only(name for name in wanted.values() if name):
        columns: list[pa.Array[Any]] = [
            batch[held] if held else pa.nulls(batch.num_rows, schema.field(name).type) for name, held in wanted.items()
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
