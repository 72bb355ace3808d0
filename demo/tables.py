"""What was captured, for the eye: read back from Parquet with DuckDB, as any reader of the lake would."""

from __future__ import annotations

from pathlib import Path

import duckdb

_FILES = "read_parquet('{folder}/changes/**/*.parquet', hive_partitioning = true)"


def last_increment(folder: Path) -> int:
    return int(_query(folder, "SELECT max(_increment) FROM {files}").fetchall()[0][0])


def living(folder: Path) -> int:
    """How many items there are by the change records alone: the last word on each of them is no delete."""
    last = "SELECT _op FROM {files} QUALIFY row_number() OVER (PARTITION BY id ORDER BY _increment DESC) = 1"
    return int(_query(folder, f"SELECT count(*) FROM ({last}) WHERE _op <> 'delete'").fetchall()[0][0])


def show(folder: Path, increment: int) -> None:
    """How many of what, and the first few rows."""
    counts = f"""SELECT _increment, _kind, _op, _cause, count(*) AS rows
        FROM {{files}} WHERE _increment = {increment} GROUP BY ALL ORDER BY _op, _cause"""
    rows = f"""SELECT _op, array_to_string(_aspects, '+') AS aspects, path, _previous.path AS was, size
        FROM {{files}} WHERE _increment = {increment} ORDER BY _sequence LIMIT 12"""
    for sql in (counts, rows):
        print(_query(folder, sql).fetchdf().to_string(index=False))
        print()


def _query(folder: Path, sql: str) -> duckdb.DuckDBPyRelation:
    files = _FILES.format(folder=str(folder).replace("'", "''"))
    return duckdb.sql(sql.format(files=files))
