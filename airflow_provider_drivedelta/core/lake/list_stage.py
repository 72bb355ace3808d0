"""List items on their way to disk: typed page by page, a column at a time."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Items, Json, JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed, StartOver
from airflow_provider_drivedelta.core.lake.list_record import list_record
from airflow_provider_drivedelta.core.lake.list_rows import as_it_came, columns_of, decidable, tombstones
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.quarantine import Bad, Quarantine, recalled
from airflow_provider_drivedelta.core.lake.record import UTC_TIME, RecordType
from airflow_provider_drivedelta.core.lake.spill import Spill, up_to_date
from airflow_provider_drivedelta.core.lake.waiting_rows import WaitingRows
from airflow_provider_drivedelta.core.lists.columns import FieldMap, field_map
from airflow_provider_drivedelta.core.lists.fields import ListSchema
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_items import type_items
from airflow_provider_drivedelta.core.lists.typed_rows import TypedRows, type_rows

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lake.list_records import ListRecords

log = logging.getLogger(__name__)

_TELLING = ("_item_key", "_is_container", "_is_deleted")


class ListStage:
    """A `Stage` of one list. Its columns are settled with the first row; the schema comes before."""

    def __init__(
        self,
        storage: LocalStorage,
        path: str,
        records: ListRecords,
        known: FieldMap,
        *,
        root_folder: str = "",
        is_increment: bool = False,
    ) -> None:
        self.storage, self.path = storage, path
        self.root: str | None = None
        self.root_folder = root_folder
        self._is_increment = is_increment
        self.containers: dict[str, str] = {}
        self._records, self._known, self._fields = records, known, known
        self._spill: Spill | None = None
        self._waiting = WaitingRows()
        self._staged = 0
        self.quarantine = Quarantine()

    @property
    def record(self) -> RecordType:
        return list_record(self._fields)

    @property
    def items(self) -> int:
        return self._staged + self._waiting.count

    @items.setter
    def items(self, items: int) -> None:
        self._staged = items

    @property
    def changes(self) -> int:
        return self.items

    @property
    def fields(self) -> Json:
        about = {"site_id": self._records.site_id, "root_folder": self.root_folder}
        return {**self._fields.to_json(), **about}

    @property
    def schema_changed(self) -> bool:
        return bool(self._known.columns) and self._fields.columns != self._known.columns

    def __enter__(self) -> ListStage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._open().__exit__(kind, error, trace)
            return
        with ExitStack() as closing:
            closing.push(self._open())
            self._type_waiting()
        self.quarantine.check(self.items)

    def learn(self, schema: ListSchema) -> None:
        """Take in the columns as they are now.

        :raises StartOver: an increment alone would leave items without a value that they have.
        :raises BrokenFeed: rows by the columns before were staged already.
        """
        self.root_folder = schema.root_folder or self.root_folder
        wanted, zone = self._records.wanted, self._records.zone or schema.zone
        fields, changed = evolve(self._fields, schema.fields, zone=zone, wanted=wanted)
        if not changed:
            return
        if self._spill is not None or self._waiting.count:
            then = "The token was kept; the next run reads the list by its new columns."
            raise BrokenFeed("The list changed its columns while it was read", where=schema.title, then=then)
        if self._is_increment and _went_or_came_back(self._fields, fields):
            raise StartOver("Fields of the list changed their type, went or came back", where=schema.title)
        self._fields = fields

    def add(
        self, items: Items, received_at: datetime | None, *, gone: Sequence[str] = (), restored: bool = False
    ) -> None:
        captured_at = received_at or datetime.now(UTC)
        if gone:
            self._type_waiting()
            self._forget(gone)
            self._write(tombstones(gone), _all_at(captured_at, len(gone)), restored=False)
        if not len(items):
            return
        if restored or self._is_increment or not isinstance(items, RawRows):
            self._type_waiting()
            self._stage(items, _all_at(captured_at, len(items)), restored=restored)
            return
        self._waiting.put(items, captured_at)
        if self._waiting.enough:
            self._type_waiting()

    def _type_waiting(self) -> None:
        if self._waiting.count:
            self._stage(*self._waiting.take(), restored=False)

    def _stage(self, items: Items, captured_at: pa.Array[Any], *, restored: bool) -> None:
        read = self._typed(items)
        self._set_aside(read, items)
        good = np.delete(np.arange(read.batch.num_rows), sorted(read.bad))
        for item in good.tolist() if self.quarantine.open else ():
            self.quarantine.heal_if_open(str(read.batch["id"][item].as_py()))
        decided = decidable(read.batch, read.hashes)
        if read.bad:
            decided, captured_at = decided.take(good), captured_at.take(cast(Any, good))
        self._write(decided, captured_at, restored=restored)
        if self._is_increment:
            self._remember_containers(decided)

    def settled(self) -> Spill | None:
        self._type_waiting()
        return self._spill

    def remember(self) -> JsonObject:
        self._type_waiting()
        return {"quarantine": self.quarantine.remember(), "fields": self.fields}

    def recall(self, kept: Json) -> None:
        told = cast(Mapping[str, Json], kept)
        self.quarantine, self._fields = recalled(told["quarantine"]), field_map(told["fields"])
        self.root_folder = beside_columns(told["fields"], "root_folder")

    def recall_rows(self, batch: pa.RecordBatch) -> None:
        self._open().write(batch)
        self._staged += batch.num_rows
        if self._is_increment:
            self._remember_containers(batch)

    def _remember_containers(self, rows: pa.RecordBatch) -> None:
        """Which folders are alive at the end of the read, by key; what is told gone is none."""
        for key, folder, gone in zip(*(rows[name].to_pylist() for name in _TELLING), strict=True):
            if gone:
                self.containers.pop(key, None)
            elif folder:
                self.containers[key] = key

    def _typed(self, items: Items) -> TypedRows:
        about = {"site_id": self._records.site_id, "list_id": self._records.list_id}
        if isinstance(items, RawRows):
            return type_rows(items, self._fields, **about)
        return type_items(cast(Sequence[JsonObject], items), self._fields, **about)

    def _forget(self, gone: Sequence[str]) -> None:
        for key in gone:
            self.quarantine.heal_if_open(key)
            self.containers.pop(key, None)

    def _set_aside(self, read: TypedRows, items: Items) -> None:
        """Rows that cannot be read go to quarantine, as they came."""
        for row, fields in sorted(read.bad.items()):
            item = read.batch["id"][row].as_py()
            bad = Bad(None if item is None else str(item), ", ".join(fields), as_it_came(items, row))
            log.warning("An item cannot be read for its %r and goes to quarantine: %r", bad.property, bad.id)
            self.quarantine.put(bad.id, bad, self.items)

    def _write(self, batch: pa.RecordBatch, captured_at: pa.Array[Any], *, restored: bool) -> None:
        rows = batch.num_rows
        said: dict[str, pa.Array[Any]] = {
            "_position": pa.array(np.arange(self._staged, self._staged + rows)),
            "_is_root": pa.repeat(False, rows),
            "_is_restored": pa.repeat(restored, rows),
            "_captured_at": captured_at,
        }
        self._staged += rows
        whole = pa.RecordBatch.from_pydict({**said, **columns_of(batch)})
        self._open().write(up_to_date(whole, self.record.staged))

    def _open(self) -> Spill:
        if self._spill is None:
            self._spill = Spill(self.storage, self.path, self.record.staged).__enter__()
        return self._spill


def beside_columns(fields: Json, name: str) -> str:
    """What the last commit kept beside the columns; empty where it is older than that."""
    told = fields.get(name) if isinstance(fields, Mapping) else None
    return told if isinstance(told, str) else ""


def _went_or_came_back(before: FieldMap, after: FieldMap) -> bool:
    """Whether other columns hold the values now: an increment, of items that changed, would not move the rest."""
    return any(old.live != new.live for old, new in zip(before.columns, after.columns, strict=False))


def _all_at(moment: datetime, rows: int) -> pa.Array[Any]:
    at: pa.Array[Any] = pa.repeat(pa.scalar(moment, UTC_TIME), rows)
    return at
