"""Kinds of rows while they are read: which type each column turns out to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.rowset.declared import Column, RowType
from airflow_provider_drivedelta.core.rowset.values import Reading, is_known, readings

_SHOWN: Final = 60


@dataclass(slots=True)
class TypedColumn:
    """One column's type while it is being found out; shared by all that gather rows of the same kind."""

    column: Column
    path: str
    options: tuple[Reading, ...]
    chosen: Reading | None = None
    as_text: str = ""
    """Why the column is text although it was declared as something else."""
    cast_before: bool = False
    """Values were cast before one refused: their text is gone, the body must be read again."""

    @classmethod
    def of(cls, column: Column, path: str, as_text: str) -> TypedColumn:
        if not as_text and not is_known(column):
            as_text = f"dt:type {column.type[:_SHOWN]!r} is not known"
        return cls(column, path, readings(column), as_text=as_text)

    @property
    def type(self) -> pa.DataType:
        if self.as_text or not self.options:
            return pa.string()
        return (self.chosen or self.options[0]).type

    @property
    def must_be_read_again(self) -> bool:
        return bool(self.as_text) and self.cast_before

    def cast(self, texts: pa.Array[Any], before: int) -> pa.Array[Any]:
        """The texts as values, or as they are if one of them refuses; `before` is the number of rows before them."""
        if texts.null_count == len(texts):
            return texts
        if self.column.lookup:
            texts = pc.replace_substring_regex(texts, r"^-?\d+;#", "")
        if self.as_text or not self.options:
            return texts
        for option in (self.chosen,) if self.chosen else self.options:
            values = _cast(option, texts)
            if values is not None:
                self.chosen, self.cast_before = option, True
                return values
        self._refuse(texts, before)
        return texts

    def _refuse(self, texts: pa.Array[Any], before: int) -> None:
        option = self.chosen or self.options[0]
        row = _first_refused(option, texts)
        text = str(texts[row])[:_SHOWN]
        self.as_text = f"declared {self.column.type[:_SHOWN]}, but row {before + row + 1} holds {text!r}"


def _cast(option: Reading, texts: pa.Array[Any]) -> pa.Array[Any] | None:
    try:
        return option.cast(texts)
    except ValueError:  # Arrow's ArrowInvalid is one
        return None


def _first_refused(option: Reading, texts: pa.Array[Any]) -> int:
    """By halves: the first row that does not obey."""
    begin, end = 0, len(texts)
    while end - begin > 1:
        middle = (begin + end) // 2
        # Made anew: a slice still shows the characters of the whole.
        refused = _cast(option, pa.array(texts[begin:middle].to_pylist(), pa.string())) is None
        begin, end = (begin, middle) if refused else (middle, end)
    return begin


@dataclass(slots=True)
class RowKind:
    """A row type with the types of its columns so far; `open_ended` if rows may bring columns of their own."""

    type: RowType
    columns: dict[str, TypedColumn]
    chapters: dict[str, RowKind]
    open_ended: bool = False

    @classmethod
    def of(cls, type_: RowType, as_text: Mapping[str, str], prefix: str = "") -> RowKind:
        columns = {
            column.attribute: TypedColumn.of(column, prefix + column.name, as_text.get(prefix + column.name, ""))
            for column in type_.columns
        }
        chapters = {chapter.element: cls.of(chapter, as_text, f"{prefix}{chapter.name}.") for chapter in type_.chapters}
        return cls(type_, columns, chapters)

    @classmethod
    def undeclared(cls) -> RowKind:
        """Rows without a schema: every attribute a column of text, in the order they are first met."""
        return cls(RowType("row", "row", ()), {}, {}, open_ended=True)

    def all_columns(self) -> Iterator[TypedColumn]:
        yield from self.columns.values()
        for chapter in self.chapters.values():
            yield from chapter.all_columns()
