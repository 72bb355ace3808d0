"""One way to read a folder of change files with each engine, and the rows it gives in words that can be compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.dataset as ds

Rows = list[dict[str, object]]


def with_pyarrow(changes: str) -> Rows:
    return ds.dataset(changes, schema=whole_schema(changes)).to_table().to_pylist()


def with_duckdb(changes: str) -> Rows:
    import duckdb

    with duckdb.connect() as database:
        sql = "SELECT * FROM read_parquet(?, union_by_name = true, hive_partitioning = false)"
        return database.sql(sql, params=[f"{changes}/**/*.parquet"]).to_arrow_table().to_pylist()


def with_polars(changes: str) -> Rows:
    import polars as pl

    files = sorted(ds.dataset(changes).files)
    frames = [pl.read_parquet(file, hive_partitioning=False) for file in files]
    return pl.concat(frames, how="diagonal").to_dicts()


def with_pandas(changes: str) -> Rows:
    import pandas as pd

    frame = pd.read_parquet(
        changes, engine="pyarrow", dtype_backend="pyarrow", schema=whole_schema(changes), partitioning=None
    )
    return [
        {name: None if value is pd.NA else value for name, value in row.items()} for row in frame.to_dict("records")
    ]


ENGINES: Mapping[str, Callable[[str], Rows]] = {
    "duckdb": with_duckdb,
    "polars": with_polars,
    "pandas": with_pandas,
}


def whole_schema(changes: str) -> pa.Schema:
    """Every column that any of the files has."""
    found = ds.dataset(changes)
    return pa.unify_schemas([fragment.physical_schema for fragment in found.get_fragments()])  # type: ignore[attr-defined]


def comparable(rows: Iterable[Mapping[str, object]]) -> Rows:
    """In the order of the records, each value in one spelling, whatever types the engine has for it."""
    plain = [{name: spelled(value) for name, value in sorted(row.items())} for row in rows]
    return sorted(plain, key=lambda row: (row["_increment"], row["_sequence"]))  # type: ignore[arg-type, return-value]


def spelled(value: object) -> object:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, Mapping):
        return {name: spelled(inner) for name, inner in sorted(value.items())}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [spelled(inner) for inner in value]
    return value
