"""Rows as flat attribute lists, gathered by the chunk and turned into Arrow columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final

import pyarrow as pa

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.rowset.declared import Column
from airflow_provider_drivedelta.core.rowset.kinds import RowKind, TypedColumn

# Measured: few enough that the strings of a chunk stay in the processor's cache until Arrow has them.
_CELLS_AT_ONCE: Final = 1 << 14
_CHUNKS_A_PIECE: Final = 64
_ROWS_AT_ONCE: Final = (1 << 8, 1 << 12)


@dataclass(slots=True)
class Budget:
    """How many cells a rowset may still have; an empty cell costs memory, too."""

    cells: int
    columns: int
    where: str

    def spend(self, cells: int) -> None:
        self.cells -= cells
        if self.cells < 0:
            raise BrokenFeed("The rowset has more cells than may be read at once", where=self.where)

    def allow(self, columns: int) -> None:
        if columns > self.columns:
            raise BrokenFeed(f"The rowset has more than {self.columns:,} columns", where=self.where)


@dataclass(slots=True)
class Gathered:
    """The rows of one kind, most of them in Arrow already."""

    kind: RowKind
    budget: Budget
    count: int = 0
    chapters: dict[str, Gathered] = field(default_factory=dict)
    _rows: list[list[str]] = field(default_factory=list)
    _most: int = 1
    _flushes: int = 0
    _chunks: dict[str, list[pa.Array[Any]]] = field(default_factory=dict)
    _pieces: dict[str, list[pa.Array[Any]]] = field(default_factory=dict)
    _in_arrow: int = 0
    _ends: dict[str, list[int]] = field(default_factory=dict)
    """For each chapter: how many of its rows there are up to the end of each row of ours."""

    def __post_init__(self) -> None:
        self.chapters = {name: Gathered(kind, self.budget) for name, kind in self.kind.chapters.items()}
        self._ends = {name: [] for name in self.chapters}
        self._set_pace()

    def _set_pace(self) -> None:
        fewest, most = _ROWS_AT_ONCE
        self._most = max(fewest, min(_CELLS_AT_ONCE // max(1, len(self.kind.columns)), most))

    def add(self, attributes: list[str]) -> None:
        rows = self._rows
        rows.append(attributes)
        if len(rows) >= self._most:
            self._flush()

    def close_row(self) -> None:
        """The row's chapters are complete."""
        for name, chapter in self.chapters.items():
            self._ends[name].append(len(chapter))

    def __len__(self) -> int:
        return self._in_arrow + len(self._rows)

    def flush(self) -> None:
        """Everything into Arrow: only then have all values been heard about the types of the columns."""
        self._flush()
        self._make_pieces()
        for chapter in self.chapters.values():
            chapter.flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        if self.kind.open_ended:
            self._welcome()
        rows = len(self._rows)
        self.budget.spend(rows * (len(self.kind.columns) + 1))
        given = _by_column(self._rows, list(self.kind.columns))
        for attribute, column in self.kind.columns.items():
            values = given.get(attribute)
            texts = pa.nulls(rows, pa.string()) if values is None else pa.array(values, pa.string())
            self._keep(attribute, column.cast(texts, self._in_arrow))
        self._in_arrow += rows
        self._rows = []
        self._flushes += 1
        if self._flushes % _CHUNKS_A_PIECE == 0:
            self._make_pieces()
        self._set_pace()

    def _welcome(self) -> None:
        """Columns for attributes that no row before had; those of other namespaces say how to read the row."""
        for attribute in chain.from_iterable(row[::2] for row in self._rows):
            if attribute not in self.kind.columns and " " not in attribute:
                self.budget.allow(len(self.kind.columns) + 1)
                self.kind.columns[attribute] = TypedColumn.of(Column(attribute, attribute), attribute, "")

    def _keep(self, attribute: str, values: pa.Array[Any]) -> None:
        if attribute not in self._chunks:  # a column that came late is null before
            self._chunks[attribute] = []
            self._pieces[attribute] = [pa.nulls(self._in_arrow, pa.string())]
        self._chunks[attribute].append(values)

    def _make_pieces(self) -> None:
        """Chunks joined as they come: a join of all of them at the end would take the memory twice."""
        for attribute, chunks in self._chunks.items():
            column = self.kind.columns[attribute]
            if chunks and not column.must_be_read_again:
                piece = pa.concat_arrays([_typed(chunk, column.type) for chunk in chunks])
                self._pieces[attribute].append(piece)
            chunks.clear()

    def table(self) -> pa.Table:
        """All rows, in columns of the types that were found out; to be asked once, when all is flushed."""
        columns, fields = self._columns()
        if not columns:  # rows they are all the same
            return pa.Table.from_struct_array(pa.chunked_array([self._empty()]))
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))

    def _empty(self) -> pa.Array[Any]:
        return pa.array([{}] * self._in_arrow, pa.struct([]))

    def _columns(self) -> tuple[list[pa.Array[Any] | pa.ChunkedArray[Any]], list[pa.Field[Any]]]:
        columns: list[pa.Array[Any] | pa.ChunkedArray[Any]] = []
        fields: list[pa.Field[Any]] = []
        for attribute, typed in self.kind.columns.items():
            # Without a schema, rows and originals may each know a column that the other never had.
            pieces = self._pieces.pop(attribute, None) or [pa.nulls(self._in_arrow, pa.string())]
            columns.append(pa.chunked_array([_typed(piece, typed.type) for piece in pieces]))
            fields.append(_field(typed))
        for name, chapter in self.chapters.items():
            lists = chapter.lists(self._ends[name])
            columns.append(lists)
            fields.append(pa.field(chapter.kind.type.name, lists.type, metadata={"chapter": name}))
        return columns, fields

    def lists(self, ends: list[int]) -> pa.ListArray[Any]:
        """Our rows as one list of structs for each row above."""
        columns, fields = self._columns()
        whole = [column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column for column in columns]
        values = pa.StructArray.from_arrays(whole, fields=fields) if columns else self._empty()
        return pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), values)


def _field(typed: TypedColumn) -> pa.Field[Any]:
    metadata = typed.column.metadata()
    if typed.as_text:
        metadata["as_text"] = typed.as_text
    return pa.field(typed.column.name, typed.type, metadata=metadata)


def _typed(values: pa.Array[Any], type_: pa.DataType) -> pa.Array[Any]:
    """The values, which have that type, or are nothing but nulls, which had none of their own."""
    if values.type == type_:
        return values
    if values.null_count < len(values):
        raise TypeError(f"{values.type} beside {type_}")  # a null in its place would be a lost value
    return pa.nulls(len(values)).cast(type_)


def _by_column(rows: list[list[str]], wanted: list[str]) -> dict[str, list[str] | list[str | None]]:
    """The values of each column; a wanted one may be left out where no row has it."""
    names, step = rows[0][::2], len(rows[0])
    if all(len(row) == step for row in rows):
        flat = list(chain.from_iterable(rows))
        if all(flat[2 * at :: step].count(name) == len(rows) for at, name in enumerate(names)):
            return {name: flat[2 * at + 1 :: step] for at, name in enumerate(names)}
    return _spread(rows, wanted)


def _spread(rows: list[list[str]], wanted: list[str]) -> dict[str, list[str] | list[str | None]]:
    """The same for rows that differ in what they have: each is laid over an empty one."""
    empty: dict[str, str | None] = dict.fromkeys(wanted)
    flat: list[str | None] = []
    for row in rows:
        whole = empty.copy()
        items = iter(row)
        whole.update(zip(items, items, strict=True))
        flat.extend(islice(whole.values(), len(wanted)) if len(whole) > len(wanted) else whole.values())
    return {name: flat[at :: len(wanted)] for at, name in enumerate(wanted)}
