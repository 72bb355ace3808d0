"""The rows of one answer as columns of texts, turned over some hundred rows at a time where expat reads them.

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

    @property
    def nbytes(self) -> int:
        """Memory that the texts take up."""
        return sum(texts.nbytes for texts in self.columns.values())

    def begins_with(self, sample: RawRows) -> bool:
        """Whether the sample is the first row."""
        first = {name: texts[0].as_py() for name, texts in self.columns.items() if texts[0].is_valid}
        return sample.count == 1 and first == {name: texts[0].as_py() for name, texts in sample.columns.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The values of many rows, one behind the other, and which of them belongs where."""

    texts: TextArray
    at: Places
    """Where among the texts each value is."""
    columns: Places
    """Of each value, the number of its name."""
    rows: Places
    count: int
    """How many rows there are."""
    names: Sequence[str]

    def laid_out(self, where: str = "") -> RawRows:
        """Each value in its place, null where a row has none.

        :raises BrokenFeed: there are so many different names that their columns would not fit.
        """
        if self.count * len(self.names) > _MOST_CELLS:
            what = f"The answer has {self.count:,} rows with {len(self.names):,} different attributes"
            raise BrokenFeed(what, where=where)
        places = np.full(len(self.names) * self.count, -1, np.int64)
        places[self.columns * self.count + self.rows] = self.at
        absent = places < 0
        taken = self.texts.take(cast(Any, pa.array(places, mask=absent if absent.any() else None)))
        starts = range(0, len(taken), self.count)
        columns = zip(self.names, starts, strict=True)
        return RawRows(self.count, {_field_name(name): taken.slice(start, self.count) for name, start in columns})


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
        count = len(self._widths)
        if not self._numbers:
            return RawRows(count)
        texts = pa.concat_arrays(self._values)
        cells = Cells(
            texts=texts,
            at=np.arange(len(texts)),
            columns=np.concatenate(self._columns).astype(np.int64),
            rows=np.repeat(np.arange(count), np.array(self._widths) // 2),
            count=count,
            names=list(self._numbers),
        )
        return cells.laid_out(self._where)

    def _turn(self) -> None:
        cells = self._cells
        # The last name is named twice: of one alone itemgetter would make no tuple.
        numbers = itemgetter(*cells[::2], cells[-2])(self._numbers)[:-1]
        self._columns.append(np.frombuffer("".join(numbers).encode("utf-16-le"), "<u2"))
        self._values.append(pa.array(cells[1::2], pa.string()))
        cells.clear()


def _field_name(attribute: str) -> str:
    return attribute.removeprefix(_PREFIX)


def together(answers: Sequence[RawRows]) -> RawRows:
    """The rows of several answers, one behind the other: typing has a price per call, large pages or small."""
    if len(answers) == 1:
        return answers[0]
    count = sum(rows.count for rows in answers)
    names = dict.fromkeys(name for rows in answers for name in rows.columns)
    if count * len(names) > _MOST_CELLS:
        raise BrokenFeed(f"The answers have {count:,} rows with {len(names):,} different attributes")
    return RawRows(count, {name: pa.concat_arrays([_column(rows, name) for rows in answers]) for name in names})


def _column(rows: RawRows, name: str) -> TextArray:
    return rows.columns[name] if name in rows.columns else pa.nulls(rows.count, pa.string())
