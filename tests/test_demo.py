"""The demo, run as a user runs it, and its Parquet read back by the engines a user has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.emulator import sample_site

COLUMNS = ("title", "state", "tags", "budget", "due_date", "risk_score")


@dataclass(frozen=True)
class Demo:
    """A finished demo: what it printed, and its folder."""

    printed: str
    home: Path

    def feed(self, kind: str) -> Path:
        (feed,) = (self.home / "lake").glob(f"{kind}-*")
        return feed


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run on a part of the standard library."""
    part, home = tmp_path_factory.mktemp("part"), tmp_path_factory.mktemp("demo")
    library = Path(sysconfig.get_paths()["stdlib"])
    for name in ("json", "email", "xml", "urllib", "ast.py", "bdb.py", "cmd.py", "csv.py"):
        copy = shutil.copytree if (library / name).is_dir() else shutil.copy
        copy(library / name, part / name)
    command = [sys.executable, "-m", "demo", "--folder", str(part), "--home", str(home)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    return Demo(ended.stdout, home)


@pytest.fixture
def feed(demo: Demo) -> Path:
    return demo.feed("drive")


@pytest.fixture
def list_feed(demo: Demo) -> Path:
    return demo.feed("list")


def on_disk(demo: Demo) -> int:
    return sum(len(folders) + len(files) for _, folders, files in os.walk(demo.home / "drive"))


@pytest.mark.timeout(300)
def test_duckdb_folds_the_records_to_what_is_on_disk(demo: Demo, feed: Path) -> None:
    last = f"""SELECT * FROM read_parquet('{feed}/changes/**/*.parquet')
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY _increment DESC, _sequence DESC) = 1"""
    living = duckdb.sql(
        f"SELECT path, typeof(modified_at), typeof(size) FROM ({last}) WHERE _op <> 'delete'"
    ).fetchall()
    found = {"/" + str(path.relative_to(demo.home / "drive")) for path in (demo.home / "drive").rglob("*")}
    assert len(living) == on_disk(demo)
    assert {path for path, _, _ in living} == found
    assert {(time, size) for _, time, size in living} == {("TIMESTAMP WITH TIME ZONE", "BIGINT")}


@pytest.mark.timeout(300)
def test_pyarrow_reads_every_column_with_its_type(feed: Path) -> None:
    table = ds.dataset(feed / "changes", partitioning="hive").to_table()
    assert table.select(DRIVE.change.names).schema.equals(DRIVE.change)
    assert table["captured_date"].type in (pa.string(), pa.date32())


@pytest.mark.timeout(300)
def test_pandas_reads_three_increments_with_dates_as_dates(feed: Path) -> None:
    frame = pd.read_parquet(feed / "changes")
    assert sorted(set(frame["_increment"])) == [1, 2, 3]
    assert str(frame["modified_at"].dtype) == "datetime64[us, UTC]"
    assert frame.loc[frame["_op"] == "insert", "name"].notna().all()


def projects() -> dict[int, dict[str, object]]:
    """What the list must hold at the end, by its items' numbers: the sample, and what the demo did to it."""
    rows = {item.id: project(item.title, item.values) for item in sample_site().list("Projects").walk()}
    rows[3] |= {"state": "Done", "tags": ["export"], "budget": 9999.5, "due_date": date(2026, 12, 24)}
    rows[6] |= {"risk_score": 0.75}
    rows[7] |= {"title": "Renamed while the token was dead"}
    rows[40] = project("Bridge over the Öre", {"State": "Planned", "Budget": 120000})
    del rows[4], rows[8]
    return rows


def project(title: str, values: Mapping[str, object]) -> dict[str, object]:
    tags, budget = values.get("Tags"), values.get("Budget")
    told = (title, values.get("State"), None if tags is None else list(tags), budget and float(budget))
    return dict(zip(COLUMNS, (*told, values.get("Due_x0020_date"), None), strict=True))


@pytest.mark.timeout(300)
def test_duckdb_folds_the_lists_records_to_what_is_in_the_list(list_feed: Path) -> None:
    last = f"""SELECT * FROM read_parquet('{list_feed}/changes/**/*.parquet', union_by_name = true)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY _increment DESC, _sequence DESC) = 1"""
    living = duckdb.sql(f"SELECT id, {', '.join(COLUMNS)} FROM ({last}) WHERE _op <> 'delete'").fetchall()
    assert {number: dict(zip(COLUMNS, row, strict=True)) for number, *row in living} == projects()


@pytest.mark.timeout(300)
def test_pyarrow_reads_the_lists_columns_with_types_and_the_one_that_came_later(list_feed: Path) -> None:
    files = ds.dataset(list_feed / "changes", partitioning="hive")
    schema = pa.unify_schemas([file.physical_schema for file in files.get_fragments()])
    expected = {
        "id": pa.int64(),
        "state": pa.string(),
        "tags": pa.list_(pa.string()),
        "budget": pa.float64(),
        "rank": pa.int64(),
        "approved": pa.bool_(),
        "kick_off": pa.timestamp("us", "UTC"),
        "due_date": pa.date32(),
        "customer": pa.struct({"id": pa.int64(), "value": pa.string()}),
        "risk_score": pa.float64(),
    }
    assert {name: schema.field(name).type for name in expected} == expected
    assert schema.field("risk_score").metadata[b"sharepoint.display_name"] == b"Risk score"
    table = files.replace_schema(schema).to_table(filter=ds.field("_increment") == 3)
    assert table.select(["id", "risk_score", "customer"]).to_pylist() == [
        {"id": 6, "risk_score": 0.75, "customer": {"id": 3, "value": "Wingtip"}}
    ]


@pytest.mark.timeout(300)
def test_pandas_reads_what_happened_to_the_list_run_by_run(list_feed: Path) -> None:
    frame = pd.concat(pd.read_parquet(file) for file in sorted(list_feed.rglob("changes/**/*.parquet")))
    first, later = frame[frame["_increment"] == 1], frame[frame["_increment"] > 1]
    assert (len(first), set(first["_kind"]), set(first["_op"])) == (39, {"initial"}, {"insert"})
    assert str(frame["kick_off"].dtype) == "datetime64[us, UTC]"
    told = zip(later["_increment"], later["_kind"], later["_op"], later["_cause"], later["id"], strict=True)
    assert sorted(told) == [
        (2, "incremental", "delete", "reported", 4),
        (2, "incremental", "insert", "reported", 40),
        (2, "incremental", "update", "reported", 3),
        (3, "resync", "update", "reported", 6),
        (4, "resync", "delete", "absent", 8),
        (4, "resync", "update", "reported", 7),
    ]


@pytest.mark.timeout(300)
def test_it_says_what_the_runs_returned(demo: Demo) -> None:
    assert demo.printed.count("schema_changed") == 1
    assert "verdict: in_sync" in demo.printed
