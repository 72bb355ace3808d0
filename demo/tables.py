"""What was captured, for the eye: read back from Parquet with DuckDB, as any reader of the lake would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

# By name, since a list's later files may have columns that its first ones lack.
_FILES = "read_parquet('{folder}/changes/**/*.parquet', hive_partitioning = true, union_by_name = true)"
# Of the sample list's columns those that show a type each.
_SHOWN = ("title", "state", "tags", "budget", "approved", "kick_off", "due_date", "customer", "home_page", "region")


def living(folder: Path) -> int:
    """How many items there are by the change records alone: the last word on each of them is no delete."""
    last = "SELECT _op FROM {files} QUALIFY row_number() OVER (PARTITION BY id ORDER BY _increment DESC) = 1"
    return int(_query(folder, f"SELECT count(*) FROM ({last}) WHERE _op <> 'delete'").fetchall()[0][0])


def show_drive(folder: Path, increment: int) -> None:
    """How many of what, and the first few rows."""
    _show_counts(folder, increment)
    _show_rows(folder, increment, "path, _previous.path AS was, size", rows=12)


def show_list(folder: Path, increment: int) -> None:
    """How many of what, and the first few rows."""
    _show_counts(folder, increment)
    columns = """id, title, _previous.title AS was,
        state, array_to_string(tags, '+') AS tags, budget, due_date::VARCHAR AS due_date"""
    _show_rows(folder, increment, columns, rows=6)


def show_columns(folder: Path, *, item: int, names: Sequence[str] = _SHOWN) -> None:
    """Of which type columns are, and what they last held of one item."""
    print(f"\n  Columns and their types, and what item {item} has there:")
    last = _query(folder, f"SELECT * FROM {{files}} WHERE id = {item} ORDER BY _increment DESC LIMIT 1")
    types = dict(zip(last.columns, last.types, strict=True))
    row = dict(zip(last.columns, last.fetchall()[0], strict=True))
    for name in names:
        print(f"  {name:<11} {types[name]!s:<53} {row[name]}")


def _show_counts(folder: Path, increment: int) -> None:
    counts = f"""SELECT _increment, _kind, _op, _cause, count(*) AS rows
        FROM {{files}} WHERE _increment = {increment} GROUP BY ALL ORDER BY _op, _cause"""
    print(_text(_query(folder, counts).fetchdf()))


def _show_rows(folder: Path, increment: int, columns: str, *, rows: int) -> None:
    sql = f"""SELECT _op, array_to_string(_aspects, '+') AS aspects, {columns}
        FROM {{files}} WHERE _increment = {increment} ORDER BY _sequence LIMIT {rows}"""
    print(_text(_query(folder, sql).fetchdf()))


def _text(frame: pd.DataFrame) -> str:
    return frame.astype(object).where(frame.notna(), "").to_string(index=False) + "\n"


def _query(folder: Path, sql: str) -> duckdb.DuckDBPyRelation:
    files = _FILES.format(folder=str(folder).replace("'", "''"))
    return duckdb.sql(sql.format(files=files))
