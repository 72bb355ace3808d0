"""The DuckDB that decides: bounded memory, spills to disk, answers as Arrow in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.lake.drive_schema import UTC_TIME
from airflow_provider_drivedelta.core.lake.state import KEYS

LEAST_MEMORY = 128_000_000  # bytes; enough for half a million rows
BYTES_A_ROW = 240  # DuckDB's joins over strings spill only in part: with less, ten million rows do not fit
_READ_AT_ONCE = 16_384


def connect(scratch: Path, rows: int = 0) -> duckdb.DuckDBPyConnection:
    """A database of its own in memory; `scratch` is a folder for what does not fit, made when it is needed.

    :param rows: how many rows, staged and known, the queries will go over.
    """
    limits: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{max(LEAST_MEMORY, rows * BYTES_A_ROW) // 1_000_000}MB",
        "threads": 2,
        "temp_directory": str(scratch),
        "preserve_insertion_order": False,  # what order matters is asked for; keeping it costs memory
        "autoinstall_known_extensions": False,  # a worker is no place to download code to
    }
    return duckdb.connect(config=limits)


def load_keys(database: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """The views `base` and `later` over a state's key files; what an older file does not know is null."""
    nothing = KEYS.empty_table()  # noqa: F841  (DuckDB reads it by name)
    database.execute("CREATE TABLE nobody AS SELECT * FROM nothing")
    for view, read in (("base", files[:1]), ("later", files[1:])):
        known = f" UNION ALL BY NAME SELECT * FROM read_parquet({_quoted(read)}, union_by_name = true)" if read else ""
        database.execute(f"CREATE VIEW {view} AS SELECT * FROM nobody{known}")


def read(database: duckdb.DuckDBPyConnection, query: str) -> pa.RecordBatchReader:
    """The answer to a query, batch by batch."""
    # On a cursor of its own: an answer that is still being read keeps its connection busy.
    reader: pa.RecordBatchReader = database.cursor().sql(query).to_arrow_reader(_READ_AT_ONCE)
    # DuckDB names the machine's own time zone on moments; ours are all told in UTC.
    return reader.cast(pa.schema([_in_utc(field) for field in reader.schema]))


def _in_utc(field: pa.Field[pa.DataType]) -> pa.Field[pa.DataType]:
    return field.with_type(UTC_TIME) if pa.types.is_timestamp(field.type) else field


def _quoted(paths: Sequence[str]) -> str:
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
