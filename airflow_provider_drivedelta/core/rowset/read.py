"""`read_rowset`: ADO rowset XML to an Arrow table, with what happened to each row."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.rowset.declared import SchemaReader
from airflow_provider_drivedelta.core.rowset.gather import Budget, Gathered
from airflow_provider_drivedelta.core.rowset.kinds import RowKind
from airflow_provider_drivedelta.core.rowset.names import local, pairs, short
from airflow_provider_drivedelta.core.rowset.xml import LIMITS, Limits, Repairs, parse

STATUSES: Final = ("unchanged", "inserted", "updated", "deleted")
_STATUS_IN: Final = {"rs:data": 0, "rs:insert": 1, "rs:update": 2, "rs:delete": 3, "rs:original": 4}
_UPDATED: Final = 2
_ORIGINAL: Final = 4
_FORCENULL: Final = "rs:forcenull"


@dataclass(frozen=True, slots=True)
class Rowset:
    """The rows of a rowset, in the order of the body."""

    table: pa.Table
    """One row each: of an update the row as it became, of a delete the row as it was. The schema's declarations
    (`attribute`, `dt:type`, `rs:dbtype`, `dt:lookup`, `nullable`) are in the metadata of its fields."""
    status: pa.Array[Any]
    """What happened to each row: `unchanged`, `inserted`, `updated` or `deleted`."""
    originals: pa.Table
    """The updated rows as they were: as many and in the order of the rows whose status is `updated`."""
    as_text: Mapping[str, str]
    """Columns that are text although declared otherwise, and why; `Chapter.Column` for those of chapters."""
    repairs: Repairs
    """What had to be mended before the body could be read."""


def read_rowset(body: bytes, *, where: str = "", limits: Limits = LIMITS, cells: int = 100_000_000) -> Rowset:
    """The rowset in `body`: with an inline s:Schema typed by it, without one all text.

    :param where: what error texts call the place the body came from.
    :param cells: the most rows times columns; an empty cell costs memory, too.
    :raises RetryLater: the body is empty, no XML, an HTML page, or cut off.
    :raises BrokenFeed: there is no rowset in it or more than one, it contradicts itself, or it is beyond a limit.
    """
    events, repairs = parse(body, lambda: _Events({}, where, limits, cells), where=where, limits=limits)
    refused = events.to_read_as_text()
    if refused:  # a late value refused its column's type, and the texts of the earlier ones are gone
        events, repairs = parse(body, lambda: _Events(refused, where, limits, cells), where=where, limits=limits)
        events.to_read_as_text()
    return events.rowset(repairs)


class _Events:
    """Takes the events of one rowset: first its schema, then its rows."""

    text = None

    def __init__(self, as_text: Mapping[str, str], where: str, limits: Limits, cells: int) -> None:
        self._where, self._as_text = where, as_text
        self._budget = Budget(cells, limits.attributes, where)
        self._schema: SchemaReader | None = None
        self._schema_depth = 0
        self._rows: Gathered | None = None
        self._originals: Gathered | None = None
        self._row_name = "row"
        self._containers: list[int] = []
        self._open: list[Gathered | None] = []
        """The row we are in, and the chapters' rows in it; None for elements that are no rows."""
        self._status = bytearray()
        self._waiting: deque[list[str]] = deque()
        """Originals of the open rs:update whose new rows are still to come."""

    def start(self, name: str, attributes: list[str]) -> None:
        if self._open:
            self._start_in_row(name, attributes)
        elif self._containers:
            self._start_in_data(name, attributes)
        else:
            self._start_outside(name, attributes)

    def end(self, name: str) -> None:
        if self._open:
            gathered = self._open.pop()
            if gathered is not None:
                gathered.close_row()
        elif self._containers:
            if self._containers.pop() == _UPDATED and self._waiting:
                raise self._broken("an rs:original is not followed by its new row")
        elif self._schema_depth:
            self._end_in_schema(name)

    def _start_outside(self, name: str, attributes: list[str]) -> None:
        if self._schema_depth:
            self._schema_depth += 1
            if self._schema:
                self._schema.start(name, attributes)
        elif short(name) == "s:Schema":
            if self._schema or self._rows:
                raise self._broken("it holds more than one rowset, or rows before their schema")
            self._schema, self._schema_depth = SchemaReader(), 1
        elif short(name) == "rs:data":
            self._begin_rows()
            self._containers.append(0)

    def _end_in_schema(self, name: str) -> None:
        self._schema_depth -= 1
        if self._schema and self._schema_depth:
            self._schema.end(name)

    def _begin_rows(self) -> None:
        if self._rows is not None:
            return
        row_type = self._schema.row_type() if self._schema else None
        if row_type is None or not row_type.width():
            kind = RowKind.undeclared()
        else:
            self._budget.allow(row_type.width())
            self._row_name, kind = row_type.element, RowKind.of(row_type, self._as_text)
        self._rows, self._originals = Gathered(kind, self._budget), Gathered(kind, self._budget)

    def _start_in_data(self, name: str, attributes: list[str]) -> None:
        if local(name) == self._row_name and short(name)[:3] != "rs:":
            self._start_row(attributes)
        elif (status := _STATUS_IN.get(short(name))) is not None:
            if status == _ORIGINAL and self._containers[-1] != _UPDATED:
                raise self._broken("an rs:original stands outside of rs:update")
            self._containers.append(status)
        else:
            self._open.append(None)

    def _start_row(self, attributes: list[str]) -> None:
        status = self._containers[-1]
        if status == _ORIGINAL:
            self._waiting.append(attributes)
            self._open.append(None)
            return
        if status == _UPDATED:
            attributes = self._updated(attributes)
        rows = self._rows
        assert rows is not None  # made by the rs:data around it
        rows.add(attributes)
        self._status.append(status)
        self._open.append(rows)

    def _updated(self, changes: list[str]) -> list[str]:
        """The new row whole: what it does not name is as it was, what it forces to null is absent."""
        if not self._waiting:
            raise self._broken("an updated row has no rs:original")
        original = self._waiting.popleft()
        assert self._originals is not None
        self._originals.add(original)
        row = dict(pairs(original)) | dict(pairs(changes))
        for key, value in pairs(changes):
            if short(key) == _FORCENULL:
                for nulled in value.split():
                    row.pop(nulled, None)
        return [part for pair in row.items() for part in pair]

    def _start_in_row(self, name: str, attributes: list[str]) -> None:
        if short(name) in _STATUS_IN:
            raise self._broken("a row holds changes of its own")
        around = self._open[-1]
        chapter = around.chapters.get(local(name)) if around is not None else None
        if chapter is not None:
            if self._containers[-1] == _UPDATED:
                raise self._broken("an updated row has chapters, which ADO does not write")
            chapter.add(attributes)
        self._open.append(chapter)

    def _broken(self, what: str) -> BrokenFeed:
        then = "Keep the answer's body, and ask who made it."
        return BrokenFeed(f"The rowset cannot be understood: {what}", where=self._where, then=then)

    def to_read_as_text(self) -> dict[str, str]:
        """Columns for which the body must be read once more; to be asked when it is read."""
        if self._rows is None and self._schema is not None:
            self._begin_rows()
        if self._rows is None or self._originals is None:
            then = "Look at what answers at this address."
            raise BrokenFeed("The XML holds no rowset", where=self._where, then=then)
        self._rows.flush()
        self._originals.flush()
        columns = list(self._rows.kind.all_columns())
        if not any(column.must_be_read_again for column in columns):
            return {}
        return {column.path: column.as_text for column in columns if column.as_text}

    def rowset(self, repairs: Repairs) -> Rowset:
        assert self._rows is not None
        assert self._originals is not None
        as_text = {column.path: column.as_text for column in self._rows.kind.all_columns() if column.as_text}
        status = pa.DictionaryArray.from_arrays(pa.array(self._status, pa.int8()), pa.array(STATUSES)).cast(pa.string())
        return Rowset(self._rows.table(), status, self._originals.table(), as_text, repairs)
