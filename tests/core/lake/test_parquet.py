"""What was published is read by any engine, types and all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from tests.core.played import Follower
from tests.graph_service import file_item, folder_item, root_item

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
PICTURE = file_item(
    "p",
    "Ünïcode 日 😀.jpg",
    parent="f",
    size=5_000_000_000,
    createdDateTime="2026-01-02T03:04:05.6789012Z",
    createdBy={"user": {"displayName": "Ann", "email": "ann@contoso.example"}},
    image={"width": 640},
    photo={"fNumber": 2.8, "orientation": 1},
    shared={},
    isAuthoritative=False,
)


@pytest.fixture
def changes(follower: Follower) -> Path:
    """The change files of one read."""
    follower.read_fully(root_item(), folder_item("f", folder={"childCount": 1}), PICTURE)
    return follower.folder / "changes"


def test_every_column_has_its_declared_type(changes: Path) -> None:
    (file,) = changes.rglob("*.parquet")
    assert pq.read_schema(file).equals(DRIVE.change)


def test_pyarrow_reads_what_the_service_said(changes: Path) -> None:
    table = ds.dataset(changes, partitioning="hive").to_table(filter=ds.field("id") == "p")
    (row,) = table.to_pylist()
    assert (row["_op"], row["_cause"], row["_kind"], row["_increment"]) == ("insert", "reported", "initial", 1)
    assert (row["name"], row["size"], row["created_at"]) == ("Ünïcode 日 😀.jpg", 5_000_000_000, MOMENT)
    assert (row["is_folder"], row["has_file"], row["created_by"]) == (False, True, "Ann")
    assert row["created_by_identities"]["user"] == {"id": None, "display_name": "Ann", "email": "ann@contoso.example"}
    assert (row["image"], row["photo"]["f_number"]) == ({"height": None, "width": 640}, 2.8)
    assert (row["has_shared"], row["has_video"], row["extra"]) == (True, False, '{"isAuthoritative":false}')
    assert row["captured_date"] == row["_captured_at"].date().isoformat()


def test_duckdb_reads_a_glob_with_types(changes: Path) -> None:
    with duckdb.connect() as database:
        found = database.execute(
            """SELECT name, size, epoch_us(created_at), image.width, is_folder, child_count, extra->>'isAuthoritative',
                captured_date, typeof(created_at), typeof(size), typeof(_previous.size)
            FROM read_parquet($glob, hive_partitioning = true) ORDER BY _sequence""",
            {"glob": f"{changes}/**/*.parquet"},
        ).fetchall()
    folder, picture = found
    assert folder[4:6] == (True, 1)
    assert picture[:2] == ("Ünïcode 日 😀.jpg", 5_000_000_000)
    assert (picture[2:4], picture[6]) == ((1_767_323_045_678_901, 640), "false")
    assert isinstance(picture[7], date)
    assert picture[8:] == ("TIMESTAMP WITH TIME ZONE", "BIGINT", "BIGINT")


def test_pandas_reads_a_folder_with_types(changes: Path) -> None:
    frame = pd.read_parquet(changes, dtype_backend="pyarrow").set_index("id")
    picture = frame.loc["p"]
    assert (picture["name"], picture["size"]) == ("Ünïcode 日 😀.jpg", 5_000_000_000)
    assert picture["created_at"] == pd.Timestamp(MOMENT)
    assert frame["size"].dtype == pd.ArrowDtype(pa.int64())
    assert pd.isna(frame.loc["f", "mime_type"])
