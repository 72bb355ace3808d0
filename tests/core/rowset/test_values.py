"""Every dt:type becomes its Arrow type, and no text becomes a value that it is not (G4)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from math import inf, isnan

import pyarrow as pa
import pytest

from airflow_provider_drivedelta.core.rowset import read_rowset
from tests.core.rowset.rowsets import column, one_column, row, rowset

D = Decimal
DECIMAL = {"rs_dbtype": "decimal", "rs_precision": 18, "rs_scale": 6}
UTC = dt.UTC
NAIVE, IN_UTC = pa.timestamp("us"), pa.timestamp("us", "UTC")


def at(microsecond: int = 0, zone: dt.tzinfo | None = None) -> dt.datetime:
    return dt.datetime(2001, 2, 3, 4, 5, 6, microsecond, zone)


def read(type_: str, *texts: str | None, **more: object) -> tuple[pa.DataType, list[object]]:
    table = read_rowset(one_column(type_, *texts, **more)).table
    return table.schema.field(0).type, table["Value"].to_pylist()


@pytest.mark.parametrize(
    ("type_", "texts", "arrow", "values"),
    [
        ("i1", ["-128", "127"], pa.int8(), [-128, 127]),
        ("i2", ["-32768"], pa.int16(), [-32768]),
        ("i4", ["-2147483648"], pa.int32(), [-2147483648]),
        ("int", ["007", "+5", " 6 ", "10.0000000000000"], pa.int32(), [7, 5, 6, 10]),
        ("i8", ["9223372036854775807"], pa.int64(), [9223372036854775807]),
        ("ui1", ["255"], pa.uint8(), [255]),
        ("ui2", ["65535"], pa.uint16(), [65535]),
        ("ui4", ["4294967295"], pa.uint32(), [4294967295]),
        ("ui8", ["18446744073709551615"], pa.uint64(), [18446744073709551615]),
        ("r4", ["1.5", "-0.25"], pa.float32(), [1.5, -0.25]),
        ("r8", ["3.1415899999999999", " 1e3"], pa.float64(), [3.1415899999999999, 1000.0]),
        ("float", ["0", "0.0", "-0e5", "INF"], pa.float64(), [0.0, 0.0, 0.0, inf]),
        ("fixed.14.4", ["-922337203685477.5808"], pa.decimal128(19, 4), [D("-922337203685477.5808")]),
        ("boolean", ["True", "1", "-1", "TRUE"], pa.bool_(), [True] * 4),
        ("boolean", ["False", "0", "false", " 0 "], pa.bool_(), [False] * 4),
        ("dateTime", ["2001-02-03T04:05:06", "2001-02-03 04:05:06"], NAIVE, [at()] * 2),
        ("dateTime", ["1899-12-30T00:00:00"], NAIVE, [dt.datetime(1899, 12, 30)]),
        ("dateTime", ["0001-01-01T00:00:00"], NAIVE, [dt.datetime.min]),
        ("dateTime", ["2001-02-03T04:05:06.1230000", " 2001-02-03T04:05:06.5"], NAIVE, [at(123_000), at(500_000)]),
        ("dateTime", ["2001-02-03T04:05:06Z", "2001-02-03T06:05:06+02:00"], IN_UTC, [at(zone=UTC)] * 2),
        ("dateTime.tz", ["2001-02-03T04:05:06.1230000Z"], IN_UTC, [at(123_000, UTC)]),
        ("date", ["1999-12-31", "1999-12-31T00:00:00"], pa.date32(), [dt.date(1999, 12, 31)] * 2),
        ("time", ["23:59:58", "00:00:00.5"], pa.time64("us"), [dt.time(23, 59, 58), dt.time(0, 0, 0, 500000)]),
        ("uuid", ["{8AC68D3D-8A09-4403-8860-D0E494BBE894}"], pa.string(), ["{8AC68D3D-8A09-4403-8860-D0E494BBE894}"]),
        ("bin.hex", ["00ff", "00FF", ""], pa.binary(), [b"\0\xff", b"\0\xff", b""]),
        ("bin.base64", ["AP8="], pa.binary(), [b"\0\xff"]),
        ("string", ["", " x\t"], pa.string(), ["", " x\t"]),
        ("char", ["x"], pa.string(), ["x"]),
    ],
)  # fmt: skip
def test_a_type_in_any_case_becomes_its_arrow_type(
    type_: str, texts: list[str], arrow: pa.DataType, values: list[object]
) -> None:
    """G4: dt:type in any case, booleans True/1/-1; an attribute that is not there is null."""
    for spelled in (type_, type_.lower(), type_.upper()):
        assert read(spelled, None, *texts) == (arrow, [None, *values])


@pytest.mark.parametrize(
    ("more", "texts", "arrow", "values"),
    [
        ({"rs_dbtype": "currency"}, ["-7.89", "1234.5600"], pa.decimal128(19, 4), [D("-7.89"), D("1234.56")]),
        (DECIMAL, [".0100", "-1.2345"], pa.decimal128(18, 6), [D(".01"), D("-1.2345")]),
        ({"rs_dbtype": "numeric", "rs_precision": 28, "rs_scale": 0}, ["9" * 28], pa.decimal128(28, 0), [D("9" * 28)]),
        ({"rs_dbtype": "numeric", "rs_precision": 50, "rs_scale": 2}, ["1.50"], pa.decimal256(50, 2), [D("1.5")]),
        ({"rs_precision": 0, "rs_scale": 3}, [" 1.5 "], pa.decimal128(38, 3), [D("1.5")]),
        ({"rs_precision": 9}, ["15"], pa.decimal128(9, 0), [D("15")]),
        ({}, ["1.5"], pa.string(), ["1.5"]),
        ({"rs_precision": 2, "rs_scale": 4}, ["1.5"], pa.string(), ["1.5"]),
    ],
)  # fmt: skip
def test_a_number_becomes_a_decimal_of_its_precision_and_scale(
    more: dict[str, object], texts: list[str], arrow: pa.DataType, values: list[object]
) -> None:
    """G4: decimals `.0100`."""
    assert read("number", *texts, **more) == (arrow, values)


@pytest.mark.parametrize(
    ("type_", "texts"),
    [
        ("int", ["1", "0x0100442459C9B5"]),
        ("int", ["0x01"]),
        ("int", ["1", "2147483648"]),
        ("int", ["1", ""]),
        ("int", ["1", "1.5"]),
        ("ui1", ["-1"]),
        ("i1", ["1e2"]),
        ("r8", ["1", "1e400"]),
        ("r8", ["1", "1e-400"]),
        ("r4", ["1", "1e39"]),
        ("r8", ["1.#INF"]),
        ("float", ["1,5"]),
        ("fixed.14.4", ["1", "1.23456"]),
        ("fixed.14.4", ["1e30"]),
        ("boolean", ["1", "yes"]),
        ("boolean", [""]),
        ("dateTime", ["2001-02-30T00:00:00"]),
        ("dateTime", ["2001-02-03T04:05:06.1234567"]),
        ("dateTime", ["12001-02-03T04:05:06"]),
        ("dateTime", ["2001-02-03T04:05:06", "2001-02-03T04:05:06Z"]),
        ("dateTime.tz", ["2001-02-03T04:05:06Z", "2001-02-03T04:05:06"]),
        ("date", ["1999-12-31", "1999-12-31T10:00:00"]),
        ("time", ["23:59:58", "24:00:00"]),
        ("time", [""]),
        ("bin.hex", ["00", "0"]),
        ("bin.base64", ["AP8=", "A"]),
    ],
)
def test_a_column_whose_values_disobey_is_text_and_says_which_and_why(type_: str, texts: list[str]) -> None:
    """G4: a declared type its values do not obey; what is out of range never becomes null or something else."""
    read_ = read_rowset(one_column(type_, *texts))
    assert read_.table["Value"].to_pylist() == texts
    assert read_.as_text == {"Value": f"declared {type_}, but row {len(texts)} holds {texts[-1]!r}"}
    assert read_.table.schema.field(0).metadata[b"as_text"] == read_.as_text["Value"].encode()


def test_not_a_number_is_read_where_it_says_so() -> None:
    _, (value,) = read("r8", "NaN")
    assert isinstance(value, float)
    assert isnan(value)


def test_an_unknown_type_is_text_and_says_so() -> None:
    read_ = read_rowset(one_column("money", "1"))
    assert read_.table["Value"].to_pylist() == ["1"]
    assert read_.as_text == {"Value": "dt:type 'money' is not known"}


def test_a_lookup_loses_its_prefix_before_it_is_typed() -> None:
    columns = [
        column("Who", "string", dt_lookup="true"),
        column("Size", "i4", dt_lookup="True"),
        column("Text", "string"),
    ]
    rows = [row({"Who": "7;#Ann;#Lee", "Size": "7;#12", "Text": "7;#x"}), row({"Who": "Bob", "Size": "13"})]
    read_ = read_rowset(rowset(columns, rows))
    assert read_.table.to_pylist() == [
        {"Who": "Ann;#Lee", "Size": 12, "Text": "7;#x"},
        {"Who": "Bob", "Size": 13, "Text": None},
    ]


def test_a_value_that_disobeys_late_gives_back_the_texts_of_the_earlier_ones() -> None:
    """G4: what was already cast is read again, letter by letter."""
    texts = ["007"] * 50_000 + ["x"]
    read_ = read_rowset(one_column("int", *texts))
    assert read_.table["Value"].to_pylist() == texts
    assert read_.as_text == {"Value": "declared int, but row 50001 holds 'x'"}


def test_a_type_is_found_though_most_of_the_values_are_null() -> None:
    texts = [None] * 20_000 + ["2001-02-03T04:05:06Z"] + [None] * 20_000
    type_, values = read("dateTime", *texts)
    assert type_ == pa.timestamp("us", "UTC")
    assert values == [None] * 20_000 + [dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)] + [None] * 20_000
