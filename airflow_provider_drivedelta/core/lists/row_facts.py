"""What a protocol must see of rows that it hands on unread: whose they are, and which are folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lists.raw_rows import RawRows

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]

_FOLDER = "1"


def ids_of(rows: RawRows) -> list[int | None]:
    """The number of each row; None where it tells none."""
    return [_number(text) for text in _texts(rows, "ID")]


def folders_in(rows: RawRows) -> Mapping[int, str]:
    """Server-relative paths of the folders among the rows, by their numbers; empty where a row tells no path."""
    return {
        number: "/" + _after_id(path).strip("/") if path else ""
        for number, kind, path in zip(ids_of(rows), _texts(rows, "FSObjType"), _texts(rows, "FileRef"), strict=True)
        if number is not None and kind and _after_id(kind) == _FOLDER
    }


def only(rows: RawRows, ids: frozenset[int]) -> RawRows:
    """The rows with these numbers."""
    places = [place for place, number in enumerate(ids_of(rows)) if number in ids]
    if len(places) == rows.count:
        return rows
    taken: TextArray = pa.array(places, pa.int64())
    return RawRows(len(places), {name: pc.take(texts, taken) for name, texts in rows.columns.items()})


def _texts(rows: RawRows, name: str) -> Iterator[str | None]:
    yield from rows.columns[name].to_pylist() if name in rows.columns else [None] * rows.count


def _after_id(text: str) -> str:
    """Facts of the item itself come behind its number: `17;#sites/x/Lists/y/F`."""
    number, mark, value = text.partition(";#")
    return value if mark and number.isdigit() else text


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) < 19 else None
