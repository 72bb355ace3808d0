"""Drive items on their way to disk: read, hashed, placed, or put into quarantine."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Items, Json, JsonObject
from airflow_provider_drivedelta.core.lake.aspects import hashes
from airflow_provider_drivedelta.core.lake.drive_items import ItemRow, read_item
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.quarantine import Quarantine, as_bad, recalled
from airflow_provider_drivedelta.core.lake.record import RecordType
from airflow_provider_drivedelta.core.lake.spill import Spill, up_to_date
from airflow_provider_drivedelta.core.lake.values import BadValue, Typed
from airflow_provider_drivedelta.core.lists.fields import ListSchema
from airflow_provider_drivedelta.core.sources import item_key, same_drive

log = logging.getLogger(__name__)

_STAGED = DRIVE.staged
_TELLING = ("_item_key", "id", "_is_container", "_is_deleted", "_is_root")
_ROWS_AT_ONCE = 512  # as objects; each takes some ten kilobytes until it is a row of columns


class DriveStage:
    """A `Stage` of one drive.

    :param drive_id: of the drive that is read; tells how its item ids are joined.
    """

    record: RecordType = DRIVE
    fields: Json = None
    schema_changed = False

    def __init__(self, storage: LocalStorage, path: str, drive_id: str, *, is_increment: bool = False) -> None:
        self.storage, self.path, self.drive_id = storage, path, drive_id
        self._spill = Spill(storage, path, _STAGED)
        self._waiting: list[dict[str, Typed]] = []
        self._is_increment = is_increment
        self.items = 0
        self.changes = 0
        self.root: str | None = None
        self.containers: dict[str, str] = {}
        self.quarantine = Quarantine()

    def __enter__(self) -> DriveStage:
        self._spill.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write(len(self._waiting))
        finally:
            self._spill.__exit__(kind, error, trace)
        if error is None:
            self.quarantine.check(self.items)

    def learn(self, schema: ListSchema) -> None:
        raise TypeError("A drive describes no columns")

    def add(
        self, items: Items, received_at: datetime | None, *, gone: Sequence[str] = (), restored: bool = False
    ) -> None:
        captured_at = received_at or datetime.now(UTC)
        for item in cast(Sequence[JsonObject], items):
            self._add(item, captured_at, restored)
        while len(self._waiting) >= _ROWS_AT_ONCE:
            self._write(_ROWS_AT_ONCE)

    def settled(self) -> Spill | None:
        self._write(len(self._waiting))
        return self._spill if self.items else None

    def remember(self) -> JsonObject:
        return {"quarantine": self.quarantine.remember()}

    def recall(self, kept: Json) -> None:
        self.quarantine = recalled(cast(Mapping[str, Json], kept)["quarantine"])

    def recall_rows(self, batch: pa.RecordBatch) -> None:
        self._spill.write(batch)
        said = zip(*(batch[name].to_pylist() for name in _TELLING), strict=True)
        for key, item_id, container, deleted, root in said:
            self._count(key, is_root=root)
            if self._is_increment:
                self._remember_container(key, item_id, alive=container and not deleted and not root)

    def _add(self, item: JsonObject, captured_at: datetime, restored: bool) -> None:
        try:
            row = read_item(item, self.drive_id)
        except BadValue as wrong:
            bad = as_bad(item, str(wrong))
            log.warning("An item cannot be read for its %r and goes to quarantine: %r", bad.property, bad.id)
            self.quarantine.put(item_key(bad.id, self.drive_id) if bad.id else None, bad, self.items)
            return
        key = item_key(str(row.columns["id"]), self.drive_id)
        self.quarantine.heal_if_open(key)
        self._waiting.append(self._staged(row, key, captured_at, restored))

    def _staged(self, row: ItemRow, key: str, captured_at: datetime, restored: bool) -> dict[str, Typed]:
        known: dict[str, Typed] = {
            "_position": self.items,
            "_item_key": key,
            "_parent_key": self._parent_key(row),
            "_is_container": not row.columns["has_file"],
            "_is_deleted": row.deleted,
            "_is_root": row.root,
            "_is_restored": restored,
            "_captured_at": captured_at,
        }
        self._count(key, is_root=row.root)
        if self._is_increment:
            alive = not row.columns["has_file"] and not row.deleted and not row.root
            self._remember_container(key, str(row.columns["id"]), alive=alive)
        return known | {f"_{group}": value for group, value in hashes(row.columns).items()} | dict(row.columns)

    def _count(self, key: str, *, is_root: bool) -> None:
        self.items += 1
        self.changes += not is_root
        self.root = key if is_root else self.root

    def _remember_container(self, key: str, item_id: str, *, alive: bool) -> None:
        """Which containers are alive at the end of the read, by key: they may have come back with all below them."""
        if alive:
            self.containers[key] = item_id
        else:
            self.containers.pop(key, None)

    def _parent_key(self, row: ItemRow) -> str | None:
        """The parent's key; a parent in another drive is no parent (odapi#561)."""
        parent, drive = row.columns["parent_id"], row.columns["drive_id"]
        if not parent or not same_drive(str(drive), self.drive_id):
            return None
        return item_key(str(parent), self.drive_id)

    def _write(self, rows: int) -> None:
        now, self._waiting = self._waiting[:rows], self._waiting[rows:]
        if now:
            columns = [pa.array([row.get(field.name) for row in now], field.type) for field in _STAGED]
            self._spill.write(pa.RecordBatch.from_arrays(columns, schema=_STAGED))


@dataclass(frozen=True, slots=True)
class DriveRecords:
    """The items of one drive."""

    drive_id: str

    def key(self, item_id: str) -> str:
        return item_key(item_id, self.drive_id)

    def stage(self, storage: LocalStorage, path: str, *, fields: Json = None, is_increment: bool = False) -> DriveStage:
        return DriveStage(storage, path, self.drive_id, is_increment=is_increment)

    def kept(self, storage: LocalStorage, path: str, *, fields: Json, items: int) -> DriveStage:
        stage = DriveStage(storage, path, self.drive_id)
        stage.items = items
        return stage

    def stand_in(self, keys: pa.RecordBatch) -> pa.RecordBatch:
        named: dict[str, pa.Array[Any]] = {
            "_item_key": keys["item_key"],
            "_parent_key": keys["parent_key"],
            "_is_container": keys["is_container"],
            "id": keys["item_key"],
            "parent_id": keys["parent_key"],
            "name": keys["name"],
            "is_folder": keys["is_container"],
            "drive_id": pa.repeat(self.drive_id, keys.num_rows),
        }
        return up_to_date(pa.RecordBatch.from_pydict(named), _STAGED)
