"""The demo, run as a user runs it, and its Parquet read back by the engines a user has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a finished demo on a part of the standard library."""
    part, home = tmp_path_factory.mktemp("part"), tmp_path_factory.mktemp("demo")
    library = Path(sysconfig.get_paths()["stdlib"])
    for name in ("json", "email", "xml", "urllib", "ast.py", "bdb.py", "cmd.py", "csv.py"):
        copy = shutil.copytree if (library / name).is_dir() else shutil.copy
        copy(library / name, part / name)
    command = [sys.executable, "-m", "demo", "--folder", str(part), "--home", str(home)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
    return home


@pytest.fixture
def feed(demo: Path) -> Path:
    (feed,) = (demo / "lake").iterdir()
    return feed


def on_disk(demo: Path) -> int:
    return sum(len(folders) + len(files) for _, folders, files in os.walk(demo / "drive"))


@pytest.mark.timeout(300)
def test_duckdb_folds_the_records_to_what_is_on_disk(demo: Path, feed: Path) -> None:
    last = f"""SELECT * FROM read_parquet('{feed}/changes/**/*.parquet')
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY _increment DESC, _sequence DESC) = 1"""
    living = duckdb.sql(
        f"SELECT path, typeof(modified_at), typeof(size) FROM ({last}) WHERE _op <> 'delete'"
    ).fetchall()
    found = {"/" + str(path.relative_to(demo / "drive")) for path in (demo / "drive").rglob("*")}
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
