"""Whatever typed rows are written as a rowset come back equal, in order, with what happened to them (G4)."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.rowset import read_rowset
from tests.core.rowset.rowsets import column, row, rowset


@dataclass(frozen=True)
class Kind:
    """A declared type, the values it may have and how they are written."""

    type: str
    arrow: pa.DataType
    values: st.SearchStrategy[object]
    write: Callable[[object], str]
    more: tuple[tuple[str, object], ...] = ()


def isoformat(value: object) -> str:
    assert isinstance(value, dt.datetime | dt.date | dt.time)
    return value.isoformat()


def without_leading_zero(value: object) -> str:
    return f"{value:f}".replace("0.", ".", 1) if isinstance(value, Decimal) and abs(value) < 1 else f"{value:f}"


# What XML can hold: no control characters but tab and line ends, no lone surrogates, no U+FFFE and U+FFFF.
TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
    )
)
NUMERIC = (("rs_dbtype", "numeric"), ("rs_precision", 28), ("rs_scale", 6))
KINDS = [
    Kind("string", pa.string(), TEXT, str),
    Kind("i1", pa.int8(), st.integers(-128, 127), str),
    Kind("int", pa.int32(), st.integers(-(2**31), 2**31 - 1), str),
    Kind("I8", pa.int64(), st.integers(-(2**63), 2**63 - 1), str),
    Kind("ui8", pa.uint64(), st.integers(0, 2**64 - 1), str),
    Kind("r4", pa.float32(), st.floats(allow_nan=False, width=32), str),
    Kind("float", pa.float64(), st.floats(allow_nan=False), str),
    Kind("Boolean", pa.bool_(), st.booleans(), lambda value: "-1" if value else "False"),
    Kind("fixed.14.4", pa.decimal128(19, 4), st.decimals(-(10**14), 10**14, places=4), without_leading_zero),
    Kind("number", pa.decimal128(28, 6), st.decimals(-(10**21), 10**21, places=6), without_leading_zero, NUMERIC),
    Kind("dateTime", pa.timestamp("us"), st.datetimes(), isoformat),
    Kind("dateTime.tz", pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(dt.UTC)), isoformat),
    Kind("date", pa.date32(), st.dates(), isoformat),
    Kind("time", pa.time64("us"), st.times(), isoformat),
    Kind("bin.hex", pa.binary(), st.binary(), lambda value: bytes(value).hex()),  # type: ignore[call-overload]
    Kind("bin.base64", pa.binary(), st.binary(), lambda value: base64.b64encode(value).decode()),  # type: ignore[arg-type]
]  # fmt: skip

Row = tuple[object, ...]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Kind], list[tuple[str, Row, Row]]]:
    """Column kinds, and rows: what happened, the row as it was, the row as it is."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    rows = st.tuples(*(st.none() | kind.values for kind in kinds))
    statuses = st.sampled_from(["unchanged", "inserted", "updated", "deleted"])
    return kinds, draw(st.lists(st.tuples(statuses, rows, rows), max_size=12))


def written(kinds: list[Kind], told: list[tuple[str, Row, Row]]) -> bytes:
    def texts(values: Row) -> dict[str, str | None]:
        return {
            f"c{at}": None if value is None else kind.write(value)
            for at, (kind, value) in enumerate(zip(kinds, values, strict=True))
        }

    rows = []
    for status, before, after in told:
        if status == "updated":
            was, now = texts(before), texts(after)
            changed = {name: text for name, text in now.items() if text != was[name]}
            nulled = " ".join(name for name, text in changed.items() if text is None)
            new = row(changed | {"rs:forcenull": nulled or None})
            rows.append(f"<rs:update><rs:original>{row(was)}</rs:original>{new}</rs:update>")
        else:
            element = {"inserted": "rs:insert", "deleted": "rs:delete"}.get(status)
            only = row(texts(after))
            rows.append(f"<{element}>{only}</{element}>" if element else only)
    return rowset([column(f"c{at}", kind.type, **dict(kind.more)) for at, kind in enumerate(kinds)], rows)


@given(tables())
def test_typed_rows_come_back_as_they_were_written(drawn: tuple[list[Kind], list[tuple[str, Row, Row]]]) -> None:
    kinds, told = drawn
    read = read_rowset(written(kinds, told))
    assert read.status.to_pylist() == [status for status, _, _ in told]
    assert not read.as_text
    assert not read.repairs
    for at, kind in enumerate(kinds):
        now = [after[at] for _, _, after in told]
        was = [before[at] for status, before, _ in told if status == "updated"]
        has_values = any(value is not None for value in now + was)
        assert read.table.schema.field(at).type == kind.arrow or not has_values
        assert read.table[at].to_pylist() == now
        assert read.originals[at].to_pylist() == was
