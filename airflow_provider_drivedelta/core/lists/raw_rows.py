"""The rows of one answer as columns of texts, turned over some hundred rows at a time while expat reads on.

A page holds some hundred thousand texts. None stays a Python object for longer than it takes to gather a batch that
fits the processor's cache; their names become numbers, and at the end every column takes what is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_drivedelta.core.errors import BrokenFeed

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]
    Places = NDArray[np.int64]

_PREFIX = "ows_"
_AT_ONCE = 1 << 14  # names and values of some three hundred rows
_MOST_NAMES = 20_000
_MOST_CELLS = 20_000_000
"""Rows times columns: 5,000 rows with 4,000 columns each. Nothing SharePoint holds comes near."""


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as they came: per internal name of a field the text of every row, null where a row leaves it out."""

    count: int = 0
    columns: Mapping[str, TextArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.count


class _Numbered(dict[str, str]):
    """A number for each name, in the order in which they are first asked for, as a character to join cheaply."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def __missing__(self, name: str) -> str:
        if len(self) == _MOST_NAMES:
            raise BrokenFeed(f"The rows have more than {_MOST_NAMES:,} different attributes", where=self._where)
        number = self[name] = chr(len(self))
        return number


class RowGatherer:
    """Takes rows one by one, gives them as columns at the end."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._numbers = _Numbered(where)
        self._cells: list[str] = []
        self._widths: list[int] = []
        self._columns: list[NDArray[np.uint16]] = []
        self._values: list[TextArray] = []

    def add(self, attributes: Sequence[str]) -> None:
        """A row as a flat list: name, value, name, value …"""
        self._cells += attributes
        self._widths.append(len(attributes))
        if len(self._cells) > _AT_ONCE:
            self._turn()

    def rows(self) -> RawRows:
        """All rows so far.

        :raises BrokenFeed: they have so many different attributes that their columns would not fit.
        """
        if self._cells:
            self._turn()
        count, names = len(self._widths), list(self._numbers)
        if count * len(names) > _MOST_CELLS:
            what = f"The answer has {count:,} rows with {len(names):,} different attributes"
            raise BrokenFeed(what, where=self._where)
        if not names:
            return RawRows(count)
        values = pa.concat_arrays(self._values)
        places = _places(np.concatenate(self._columns), np.array(self._widths) // 2, len(names))
        return RawRows(count, {_field_name(name): _picked(values, at) for name, at in zip(names, places, strict=True)})

    def _turn(self) -> None:
        cells = self._cells
        # The last name is named twice: of one alone itemgetter would make no tuple.
        numbers = itemgetter(*cells[::2], cells[-2])(self._numbers)[:-1]
        self._columns.append(np.frombuffer("".join(numbers).encode("utf-16-le"), "<u2"))
        self._values.append(pa.array(cells[1::2], pa.string()))
        cells.clear()


def _places(columns: NDArray[np.uint16], widths: Places, width: int) -> Places:
    """Where among the values each cell of the table is, column by column; -1 where there is none."""
    count = len(widths)
    rows = np.repeat(np.arange(count), widths)
    places = np.full(width * count, -1, np.int64)
    places[columns.astype(np.int64) * count + rows] = np.arange(len(columns))
    return places.reshape(width, count)


def _picked(values: TextArray, places: Places) -> TextArray:
    absent = places < 0
    return values.take(cast(Any, pa.array(places, mask=absent if absent.any() else None)))


def _field_name(attribute: str) -> str:
    return attribute.removeprefix(_PREFIX)


def together(answers: Sequence[RawRows]) -> RawRows:
    """The rows of several answers, one behind the other: typing has a price per call, large pages or small."""
    count = sum(rows.count for rows in answers)
    names = dict.fromkeys(name for rows in answers for name in rows.columns)
    if count * len(names) > _MOST_CELLS:
        raise BrokenFeed(f"The answers have {count:,} rows with {len(names):,} different attributes")
    return RawRows(count, {name: pa.concat_arrays([_column(rows, name) for rows in answers]) for name in names})


def _column(rows: RawRows, name: str) -> TextArray:
    return rows.columns[name] if name in rows.columns else pa.nulls(rows.count, pa.string())
