"""The DuckDB that decides: flat memory, spills to disk, answers as Arrow in UTC."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.lake.record import UTC_TIME
from airflow_provider_drivedelta.core.lake.state import KEYS

log = logging.getLogger(__name__)

MEMORY_MB = 64  # to begin with; see benchmarks/README.md
ROWS_A_MB = 125_000  # what even spilled rows take
MOST_MEMORY_MB = 16 * MEMORY_MB
ROWS_IN_MEMORY = 50_000  # more rows than that are kept in a file: only a file's tables leave memory whole
ROWS_AT_ONCE = 32_768  # of a large answer that has to be in order
_READ_AT_ONCE = 16_384

Value = str | int | bool | datetime | list[str] | None


class Database:
    """A database of its own. `scratch` is a folder for what does not stay in memory, made when it is needed.

    Its memory hardly grows with its rows. Where a query cannot do with it after all, it gets more,
    step by step, up to a limit.

    :param rows: how many rows, staged and known, the queries will go over.
    """

    def __init__(self, scratch: Path, *, rows: int) -> None:
        file = ":memory:"
        if rows > ROWS_IN_MEMORY:
            scratch.mkdir(parents=True, exist_ok=True)
            file = str(scratch / "fold.duckdb")
        self._memory_mb = MEMORY_MB + rows // ROWS_A_MB
        limits: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._memory_mb}MB",
            "threads": 2,
            "temp_directory": str(scratch),
            "preserve_insertion_order": False,  # what order matters is asked for; keeping it costs memory
            "autoinstall_known_extensions": False,  # a worker is no place to download code to
        }
        self._connection = duckdb.connect(file, config=limits)
        # Everything is read a few times and thrown away: packing it costs more than it saves.
        self._connection.execute("PRAGMA force_compression = 'uncompressed'")

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def run(self, query: str, **values: Value) -> list[tuple[Value, ...]]:
        """The query's rows, few; of a statement the number of rows it changed."""
        while True:
            try:
                return self._connection.execute(query, values or None).fetchall()
            except duckdb.OutOfMemoryException:
                if self._memory_mb >= MOST_MEMORY_MB:
                    raise
                self._take_more_memory(query)

    def numbers(self, query: str, **values: Value) -> list[int]:
        """The one row of numbers that the query answers."""
        (found,) = self.run(query, **values)
        return [number for number in found if isinstance(number, int)]

    def number(self, query: str, **values: Value) -> int:
        """The one number that the query answers, or of how many rows the statement changed."""
        (found,) = self.numbers(query, **values)
        return found

    def any(self, table: str) -> bool:
        return bool(self.run(f"SELECT 1 FROM {table} LIMIT 1"))

    def drop(self, *tables: str) -> None:
        """Forget tables and give their room on disk to the next."""
        for table in tables:
            self.run(f"DROP TABLE {table}")
        self.run("CHECKPOINT")

    def read(self, query: str, **values: Value) -> pa.RecordBatchReader:
        """The answer to a query, batch by batch. Bounded in memory only if it asks for no order, or of few rows."""
        # On a cursor of its own: an answer that is still being read keeps its connection busy.
        reader: pa.RecordBatchReader = (
            self._connection.cursor().sql(query, params=values or None).to_arrow_reader(_READ_AT_ONCE)
        )
        # DuckDB names the machine's own time zone on moments; ours are all told in UTC.
        return reader.cast(pa.schema([_in_utc(field) for field in reader.schema]))

    def write(self, statement: str, rows: pa.RecordBatchReader) -> None:
        """A statement that takes the table `rows`, streamed."""
        self._connection.execute(statement)

    def level_by_level(self, step: str, **values: Value) -> None:
        """Repeat a statement down a tree, `$level` by level, until it changes nothing more.

        DuckDB's own recursive queries do not spill to disk; single joins do.
        """
        for level in itertools.count(1):
            if not self.number(step, level=level, **values):
                return

    def load_keys(self, files: Sequence[str]) -> None:
        """The views `base` and `later` over a state's key files; what an older file does not know is null."""
        self.write("CREATE TABLE nobody AS SELECT * FROM rows", KEYS.empty_table().to_reader())
        for view, read in (("base", files[:1]), ("later", files[1:])):
            known = f" UNION ALL BY NAME SELECT * FROM read_parquet({_quoted(read)}, union_by_name = true)"
            self.run(f"CREATE VIEW {view} AS SELECT * FROM nobody{known if read else ''}")

    def _take_more_memory(self, query: str) -> None:
        self._memory_mb *= 2
        what = " ".join(query.split()[:3])
        log.info("The fold goes on with %d MB: %r did not fit into %d", self._memory_mb, what, self._memory_mb // 2)
        self._connection.execute(f"SET memory_limit = '{self._memory_mb}MB'")


def _in_utc(field: pa.Field[pa.DataType]) -> pa.Field[pa.DataType]:
    return field.with_type(UTC_TIME) if pa.types.is_timestamp(field.type) else field


def _quoted(paths: Sequence[str]) -> str:
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
