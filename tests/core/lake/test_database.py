"""The database that decides stays small, and grows only when a query cannot do without."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from airflow_provider_drivedelta.core.lake import database as duck
from airflow_provider_drivedelta.core.lake.database import MEMORY_MB, MOST_MEMORY_MB, Database
from airflow_provider_drivedelta.core.lake.paths import find_paths

# One list of 60 million numbers is one value, and takes 480 MB whole: no spilling helps.
TOO_LARGE_TO_SPILL = "CREATE TABLE large AS SELECT list(i) AS numbers FROM range({}) r(i)"


def memory_mb(database: Database) -> float:
    """As DuckDB shows it: in MiB."""
    ((said,),) = database.run("SELECT current_setting('memory_limit')")
    return float(str(said).removesuffix(" MiB"))


def test_a_query_that_cannot_spill_gets_more_memory_step_by_step(tmp_path: Path) -> None:
    with Database(tmp_path, rows=1) as database:
        assert memory_mb(database) < MEMORY_MB
        database.run(TOO_LARGE_TO_SPILL.format(20_000_000))
        assert database.number("SELECT len(numbers) FROM large") == 20_000_000
        assert MEMORY_MB < memory_mb(database) < MOST_MEMORY_MB


def test_there_is_an_end_to_it(tmp_path: Path) -> None:
    with Database(tmp_path, rows=1) as database, pytest.raises(duckdb.OutOfMemoryException):
        database.run(TOO_LARGE_TO_SPILL.format(400_000_000))


@pytest.mark.parametrize("rows", [1, duck.ROWS_IN_MEMORY + 1], ids=["in memory", "in a file"])
def test_few_rows_stay_in_memory_and_many_go_to_the_scratch_folder(tmp_path: Path, rows: int) -> None:
    with Database(tmp_path / "scratch", rows=rows) as database:
        database.run("CREATE TABLE numbers AS SELECT 1")
        assert (tmp_path / "scratch" / "fold.duckdb").exists() == (rows > duck.ROWS_IN_MEMORY)


@pytest.mark.parametrize("rows", [1, duck.ROWS_IN_MEMORY + 1], ids=["in memory", "in a file"])
def test_an_ordered_table_can_be_read_back_in_order_piece_by_piece(tmp_path: Path, rows: int) -> None:
    """What is written depends on it: the row number of an ordered table is its order."""
    with Database(tmp_path, rows=rows) as database:
        database.run("CREATE TABLE mixed AS SELECT hash(i) AS number FROM range(700_000) r(i)")
        database.run("CREATE TABLE sorted AS SELECT * FROM mixed ORDER BY number")
        found: list[int] = []
        for start in range(0, 700_000, 100_000):
            piece = database.read(
                "SELECT number FROM sorted WHERE rowid >= $start AND rowid < $end", start=start, end=start + 100_000
            )
            numbers = piece.read_all()["number"].to_pylist()
            assert len(numbers) == 100_000
            assert not found or min(numbers) >= found[-1]
            found = sorted(numbers)


def test_dropped_tables_give_their_room_to_the_next(tmp_path: Path) -> None:
    with Database(tmp_path, rows=duck.ROWS_IN_MEMORY + 1) as database:
        for _ in range(2):
            database.run("CREATE TABLE large AS SELECT i, hash(i)::VARCHAR AS text FROM range(500_000) r(i)")
            database.drop("large")
        once = (tmp_path / "fold.duckdb").stat().st_size
        for _ in range(5):
            database.run("CREATE TABLE large AS SELECT i, hash(i)::VARCHAR AS text FROM range(500_000) r(i)")
            database.drop("large")
        assert (tmp_path / "fold.duckdb").stat().st_size < 2 * once


def test_paths_end_where_a_circle_or_an_orphan_begins(tmp_path: Path) -> None:
    tree = pa.table(
        {
            "item_key": ["a", "b", "circle", "other half", "orphan", "root"],
            "parent_key": ["root", "a", "other half", "circle", "nobody", "a"],
            "name": ["A", "B", "C", "D", "E", "the root below itself"],
        }
    )
    with Database(tmp_path, rows=1) as database:
        database.write("CREATE TABLE containers AS SELECT * FROM rows", tree.to_reader())
        find_paths(database, "paths", "containers", "root")
        assert dict(database.run("SELECT item_key, path FROM paths")) == {"root": "", "a": "/A", "b": "/A/B"}


def test_moments_are_told_in_utc_whatever_the_machine_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    with Database(tmp_path, rows=1) as database:
        schema = database.read("SELECT '2026-01-01 00:00:00+00'::TIMESTAMPTZ AS at").schema
    assert schema.field("at").type == pa.timestamp("us", tz="UTC")
