"""docs/delivery.md: its SQL keeps a table that has each row once, however little or much of an increment is met."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest

from airflow_provider_drivedelta.reading import read_changes
from tests.docs.pages import blocks
from tests.golden import unpacked

PAGE = "delivery.md"
WHO = "_feed, _increment, _sequence"

Keep = Callable[[duckdb.DuckDBPyConnection, Path], None]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """All that there will be; `lake` gets it bit by bit."""
    return unpacked(tmp_path / "whole")


def with_dbt(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """What dbt makes of the model: the table at first, then a merge by the unique key."""
    (model, *_) = blocks(PAGE, "sql", lake)
    given: dict[str, object] = {}
    is_there = "changes" in connection.execute("SELECT table_name FROM duckdb_tables()").fetchnumpy()["table_name"]
    query = jinja2.Template(model).render(
        config=lambda **said: given.update(said) or "", is_incremental=lambda: is_there, this="changes"
    )
    key = " AND ".join(f"changes.{name} = fresh.{name}" for name in given["unique_key"])
    if not is_there:
        connection.execute(f"CREATE TABLE changes AS {query}")
    else:
        connection.execute(f"CREATE TEMP TABLE fresh AS {query}")
        connection.execute(f"DELETE FROM changes USING fresh WHERE {key}")
        connection.execute("INSERT INTO changes BY NAME FROM fresh; DROP TABLE fresh")


def with_plain_sql(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    (_, made_once, each_time) = blocks(PAGE, "sql", lake)
    connection.execute(made_once)
    connection.execute(each_time)


def kept(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT {WHO}, id, _op FROM changes ORDER BY {WHO}").fetchall()


@pytest.mark.parametrize("keep", [with_dbt, with_plain_sql])
def test_each_row_is_kept_once_as_increments_come_in(whole: Path, tmp_path: Path, keep: Keep) -> None:
    (feed,) = whole.iterdir()
    files = sorted((feed / "changes").rglob("*.parquet"), key=lambda file: file.name)
    assert len(files) > 2
    connection = duckdb.connect()
    for file in files:
        target = tmp_path / "lake" / file.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
        keep(connection, tmp_path / "lake")
        keep(connection, tmp_path / "lake")
    rows = read_changes(whole).read_all().select([*WHO.split(", "), "id", "_op"]).to_pylist()
    assert kept(connection) == [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("keep", [with_dbt, with_plain_sql])
def test_the_rest_of_an_increment_that_was_met_in_part_is_not_missed(tmp_path: Path, keep: Keep) -> None:
    """And a feed that comes later begins at its own first increment, not at what others have come to."""
    connection = duckdb.connect()

    def appears(feed: str, increment: int, part: int, rows: range) -> None:
        folder = tmp_path / f"lake/{feed}/changes/captured_date=2026-11-21"
        folder.mkdir(parents=True, exist_ok=True)
        said = f"SELECT '{feed}' AS _feed, {increment} AS _increment, i AS _sequence, 'i' || i AS id, 'insert' AS _op"
        duckdb.sql(f"{said} FROM range({rows.start}, {rows.stop}) t(i)").write_parquet(
            f"{folder}/{increment:08d}-{part:05d}-{'a' * 16}.parquet"
        )

    appears("one", 1, 0, range(3))
    appears("one", 2, 0, range(2))
    keep(connection, tmp_path / "lake")
    appears("one", 2, 1, range(2, 4))
    appears("one", 3, 0, range(1))
    appears("two", 1, 0, range(2))
    keep(connection, tmp_path / "lake")
    numbers = [row[:3] for row in kept(connection)]
    of_one = [("one", 1, n) for n in range(3)] + [("one", 2, n) for n in range(4)] + [("one", 3, 0)]
    assert numbers == [*of_one, ("two", 1, 0), ("two", 1, 1)]
