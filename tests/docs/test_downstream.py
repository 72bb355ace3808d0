"""What docs/downstream.md says besides its DAGs, which tests/dags/test_downstream.py plays."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import duckdb
import pytest

from airflow_provider_drivedelta.reading import read_changes
from tests.dags.lakes import loaded
from tests.docs.pages import DOCS, blocks
from tests.golden import unpacked

PAGE = "downstream.md"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def test_the_view_tells_what_an_item_was_at_any_time(lake: Path) -> None:
    """Before the folder was renamed, after it, and after it was gone."""
    (feed,), database = lake.iterdir(), str(lake.parent / "lake.duckdb")
    loaded("tables_in_duckdb").follow(feed, database)
    rows = read_changes(feed).read_all()
    moments = [max(row["_captured_at"] for row in rows.to_pylist() if row["_increment"] == n) for n in (1, 2, 4)]
    view, at = blocks(PAGE, "sql", lake)
    with duckdb.connect(database) as db:
        db.execute(view)
        paths = [{path for path, _ in db.execute(at, {"moment": moment}).fetchall()} for moment in moments]
    below = [sorted(path for path in found if "2026" in path) for found in paths]
    assert below == [
        ["/Reports/2026", "/Reports/2026/März.txt"],
        ["/Reports (old)/2026", "/Reports (old)/2026/März.txt"],
        [],
    ]


def test_the_feeds_of_a_store_are_found_as_it_is_written(lake: Path) -> None:
    *_, block = blocks(PAGE, "python", lake)
    played: dict[str, object] = {}
    local = block.replace('filesystem("s3")', 'filesystem("file")').replace("bucket/prefix", str(lake))
    exec(compile(local.replace("s3://", ""), PAGE, "exec"), played)
    assert played["feeds"] == [str(feed) for feed in lake.iterdir()]


def test_the_version_of_deltalake_is_the_one_that_is_tested() -> None:
    (told,) = re.findall(r"tested with ([\d.]+)\)", (DOCS / PAGE).read_text())
    assert importlib.metadata.version("deltalake").startswith(f"{told}.")
