"""The same lake, read by engines nobody here wrote, gives the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.engines import ENGINES, Rows, comparable, whole_schema, with_pyarrow
from tests.readers.lakes import SHAPES, make_lake


@pytest.fixture(scope="module", params=SHAPES)
def lake(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Rows]:
    """The folder of the change files, and its rows as pyarrow reads them."""
    changes = make_lake(request.param, tmp_path_factory.mktemp("lake") / "out")
    return changes, comparable(with_pyarrow(changes))


def test_the_lake_has_what_readers_trip_over(lake: tuple[str, Rows]) -> None:
    """Or all that is compared here would be compared for nothing."""
    changes, rows = lake
    schema = whole_schema(changes)
    assert {row["_increment"] for row in rows} == {1, 2, 3, 4}
    assert {row["_op"] for row in rows} == {"insert", "update", "delete"}
    assert any(isinstance(value, dict) for row in rows for value in row.values())
    assert any(isinstance(value, list) and value for row in rows for value in row.values())
    assert any(all(row[name] is None for row in rows) for name in schema.names)
    if "list_id" in schema.names:
        assert len({len(names) for names in _columns_by_file(changes)}) > 1


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_reads_what_pyarrow_reads(lake: tuple[str, Rows], engine: str) -> None:
    changes, rows = lake
    assert comparable(ENGINES[engine](changes)) == rows


def _columns_by_file(changes: str) -> list[list[str]]:
    import pyarrow.parquet as pq

    return [pq.read_schema(file).names for file in Path(changes).rglob("*.parquet")]
