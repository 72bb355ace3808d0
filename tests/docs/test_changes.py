"""docs/changes.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from airflow_provider_drivedelta.core.changes import Kind
from airflow_provider_drivedelta.core.lake.aspects import ASPECTS, GROUPS
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE, ITEM
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.docs.pages import blocks, tables
from tests.golden import unpacked

PAGE = "changes.md"
OF_FOLDERS = {"size", "child_count", "etag", "ctag", "modified_at", "modified_by", "modified_by_identities"}
OF_FOLDERS |= {"file_system_info"}
OF_PLACES = {"web_url", "web_dav_url", "parent_reference"}
NEVER_A_CHANGE = {"extra", "shared_changed"} | OF_PLACES


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def columns(cell: str) -> list[str]:
    """The columns that a cell of the page names."""
    return re.findall(r"`([a-z_0-9]+)`", cell)


def test_the_envelope_is_the_one_that_is_written() -> None:
    assert [name.strip("`") for name, *_ in tables(PAGE)["column"]] == DRIVE.envelope.names


def test_the_table_of_aspects_is_what_is_compared() -> None:
    told = {name.strip("`"): columns(cell) for name, cell in tables(PAGE)["`_aspects` has"]}
    assert list(told) == ["name", "parent", "path", "content", "sharing", "metadata", "missing"]
    assert set(told) == {word for _, word in ASPECTS}
    assert told["content"] == list(GROUPS["content_hash"])
    assert told["sharing"] == [*GROUPS["sharing_hash"], "shared_changed"]
    assert told["metadata"] == [*GROUPS["metadata_hash"], *GROUPS["trace_hash"]]
    known = {*ITEM.names, "_missing_since"}
    assert all(set(named) <= known for named in told.values())


def test_every_cause_of_a_row_is_told_of(lake: Path) -> None:
    told = {cause for cell, _ in tables(PAGE)["`_cause`"] for cause in columns(cell)}
    seen = read_changes(lake).read_all()["_cause"].unique().to_pylist()
    assert set(seen) <= told
    assert len(seen) == 4


def test_every_kind_of_run_is_told_of() -> None:
    (meaning,) = [meaning for name, _, meaning in tables(PAGE)["column"] if name == "`_kind`"]
    assert set(columns(meaning)) == set(get_args(Kind))


def test_what_is_said_never_to_be_a_change_is_in_no_aspect_of_a_folder() -> None:
    compared = {column for group in ("metadata_hash", "sharing_hash") for column in GROUPS[group]}
    assert not compared & (OF_FOLDERS | OF_PLACES)


@pytest.mark.parametrize(("which", "apart"), [("has_file", NEVER_A_CHANGE), ("is_folder", NEVER_A_CHANGE | OF_FOLDERS)])
def test_the_changes_folded_by_sql_are_the_current_items(lake: Path, which: str, apart: set[str]) -> None:
    query, _ = blocks(PAGE, "sql", lake)
    compared = [*(name for name in ITEM.names if name not in apart), "_missing_since"]
    folded = duckdb.sql(f"SELECT {', '.join(compared)} FROM ({query}) WHERE {which} ORDER BY path").to_arrow_table()
    current = read_current(lake).read_all().filter(pc.field(which)).select(compared).sort_by("path")
    assert in_utc(folded).to_pylist() == current.to_pylist()
    assert current.num_rows > 1


def in_utc(table: pa.Table) -> pa.Table:
    """DuckDB names the machine's own time zone; the moments are the same."""
    moments = {field.name for field in table.schema if pa.types.is_timestamp(field.type)}
    fields = [f.with_type(pa.timestamp("us", "UTC")) if f.name in moments else f for f in table.schema]
    return table.cast(pa.schema(fields))


def test_the_watermark_is_the_last_increment(lake: Path) -> None:
    _, query = blocks(PAGE, "sql", lake)
    assert duckdb.sql(query).fetchall() == [(4,)]
