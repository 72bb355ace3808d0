"""The pages of one read, spilled to disk in the order they came, so that memory does not grow with them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import JsonObject
from airflow_provider_drivedelta.core.lake.aspects import hashes
from airflow_provider_drivedelta.core.lake.drive_items import ItemRow, read_item
from airflow_provider_drivedelta.core.lake.quarantine import Quarantine, as_bad
from airflow_provider_drivedelta.core.lake.state import BATCH_ROWS, DECIDING, LZ4, STAGED, Rows
from airflow_provider_drivedelta.core.lake.storage import LocalStorage, explained
from airflow_provider_drivedelta.core.lake.values import BadValue, Typed
from airflow_provider_drivedelta.core.sources import item_key, same_drive

log = logging.getLogger(__name__)


class Stage:
    """One spill file of one read. Leaving the block closes it; reading back comes after.

    :param path: of the spill file, in the attempt's own folder, relative to the storage.
    :param drive_id: of the drive that is read; tells how its item ids are joined.
    :param remember: keep in `containers` which were alive at the end; for increments, which are small.
    """

    def __init__(self, storage: LocalStorage, path: str, drive_id: str, *, remember: bool = False) -> None:
        self.storage, self.path, self.drive_id = storage, path, drive_id
        self._waiting: list[dict[str, Typed]] = []
        self._remember = remember
        self.items = 0
        self.changes = 0
        self.root: str | None = None
        self.containers: dict[str, str] = {}
        self.quarantine = Quarantine()

    @classmethod
    def kept(cls, storage: LocalStorage, path: str, drive_id: str, items: int) -> Stage:
        """The spill file of an earlier read, to be read back."""
        stage = cls(storage, path, drive_id)
        stage.items = items
        return stage

    def __enter__(self) -> Stage:
        self._file = self.storage.open_new(self.path)
        try:
            self._writer = pa.ipc.new_file(pa.PythonFile(self._file, mode="w"), STAGED, options=LZ4)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with explained(self.storage.full_path(self.path)), self._file:
            if error is None and self._waiting:
                self._spill(len(self._waiting))
            self._writer.close()
        if error is None:
            self.quarantine.check(self.items)

    def add(self, items: Sequence[JsonObject], received_at: datetime | None, *, restored: bool = False) -> None:
        """Stage one page.

        :param restored: the items were asked for because their folder came back, not reported.
        :raises BrokenFeed: so many items cannot be read that it is not the items.
        """
        captured_at = received_at or datetime.now(UTC)
        for item in items:
            self._add(item, captured_at, restored)
        while len(self._waiting) >= BATCH_ROWS:
            with explained(self.storage.full_path(self.path)):
                self._spill(BATCH_ROWS)

    @property
    def rows(self) -> Rows:
        """The staged rows, once the block is left."""
        return Rows(self.storage.full_path(self.path))

    def deciding(self) -> pa.RecordBatchReader:
        """The staged rows, of which only the columns the fold decides by are read."""
        numbers = [STAGED.get_field_index(name) for name in DECIDING]
        schema = pa.schema([STAGED.field(number) for number in sorted(numbers)])
        return pa.RecordBatchReader.from_batches(schema, self._projected(sorted(numbers)))

    def _projected(self, numbers: list[int]):  # type: ignore[no-untyped-def]  # noqa: ANN202
        options = pa.ipc.IpcReadOptions(included_fields=numbers)
        with (
            pa.OSFile(self.storage.full_path(self.path), "r") as file,
            pa.ipc.open_file(file, options=options) as reader,
        ):
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

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
            "position": self.items,
            "item_key": key,
            "parent_key": self._parent_key(row),
            "is_container": not row.columns["has_file"],
            "is_deleted": row.deleted,
            "is_root": row.root,
            "is_restored": restored,
            "_captured_at": captured_at,
        }
        self.items += 1
        self.changes += not row.root
        self.root = key if row.root else self.root
        if self._remember:
            self._remember_container(key, row)
        return known | hashes(row.columns) | dict(row.columns)

    def _remember_container(self, key: str, row: ItemRow) -> None:
        """Which containers are alive at the end of the read, by key: they may have come back with all below them."""
        if not row.columns["has_file"] and not row.deleted and not row.root:
            self.containers[key] = str(row.columns["id"])
        else:
            self.containers.pop(key, None)

    def _parent_key(self, row: ItemRow) -> str | None:
        """The parent's key; a parent in another drive is no parent (odapi#561)."""
        parent, drive = row.columns["parent_id"], row.columns["drive_id"]
        if not parent or not same_drive(str(drive), self.drive_id):
            return None
        return item_key(str(parent), self.drive_id)

    def _spill(self, rows: int) -> None:
        now, self._waiting = self._waiting[:rows], self._waiting[rows:]
        columns = [pa.array([row.get(field.name) for row in now], field.type) for field in STAGED]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=STAGED))
