"""What an earlier version wrote is read, and followed on, as if this one had written it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.feeds import one_feed
from airflow_provider_drivedelta.core.lake.layout import commit_path
from airflow_provider_drivedelta.core.lake.record import GROUPS
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.core.played import Follower, resync
from tests.golden import EXPECTED, HOST, ITEMS, LAKE, said, unpacked
from tests.graph_service import GraphService

TOLD = [json.loads(line) for line in ITEMS.read_text().splitlines()]
CHANGES, CURRENT = (
    [json.loads(line) for line in part.splitlines()] for part in EXPECTED.read_text().split("\n\n") if part
)
DRIVE = next(item["parentReference"]["driveId"] for item in TOLD)
MISSING = "/lost.txt"

Upgrade = Callable[[Path], None]


def as_written(output: Path) -> None:
    """As the earlier version left it."""


def with_other_hashes(output: Path) -> None:
    """As a version left it whose hashes were made otherwise."""
    _rewrite(output, lambda rows: rows)


def with_fewer_columns(output: Path) -> None:
    """As a version left it that did not know some columns of today's, and so hashed without them."""
    _rewrite(output, lambda rows: rows.drop_columns(["description", "has_photo", "photo", "sha256_hash", "shared"]))


LEFT = pytest.mark.parametrize("left", [as_written, with_other_hashes, with_fewer_columns])


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in (LAKE, ITEMS, EXPECTED)) < 300_000
    assert zipfile.ZipFile(LAKE).testzip() is None


def test_its_log_is_read(output: Path) -> None:
    kinds = [(commit.increment, commit.kind) for commit in log.committed(one_feed(output))]
    assert kinds == [(1, "initial"), (2, "incremental"), (3, "resync"), (4, "incremental")]


def test_its_changes_are_read_as_they_were_written(output: Path) -> None:
    assert [said(row) for row in read_changes(output).read_all().to_pylist()] == CHANGES


def test_its_items_are_read_as_they_were_known(output: Path) -> None:
    rows = [said(row) for row in read_current(output).read_all().to_pylist()]
    assert by_id(rows) == by_id(CURRENT)


def by_id(rows: list[object]) -> list[Mapping[str, object]]:
    return sorted(rows, key=lambda row: row["id"])  # type: ignore[index]


@LEFT
def test_an_old_token_played_again_publishes_nothing(output: Path, service: GraphService, left: Upgrade) -> None:
    left(output)
    summary = follow(output, service)
    assert (summary.kind, summary.rows, summary.suppressed) == ("quiet", 0, len(TOLD) - 1)


@LEFT
def test_a_resync_that_is_unsure_publishes_nothing(output: Path, service: GraphService, left: Upgrade) -> None:
    left(output)
    service.then(resync("Upload"))
    summary = follow(output, service)
    assert (summary.kind, summary.rows, summary.increment) == ("resync", 0, 5)
    assert [said(row) for row in read_changes(output).read_all().to_pylist()] == CHANGES


@LEFT
def test_a_reload_tells_of_the_missing_item_alone(output: Path, service: GraphService, left: Upgrade) -> None:
    left(output)
    assert follow(output, service, full_reload=True).rows == 1
    (row,) = read_changes(output, after=4).read_all().to_pylist()
    assert (row["_op"], row["_cause"], row["path"]) == ("delete", "absent", MISSING)


@LEFT
def test_a_change_is_told_with_what_it_was_before(output: Path, service: GraphService, left: Upgrade) -> None:
    left(output)
    photo = next(item for item in TOLD if "photo" in item)
    follow(output, service, photo | {"name": "🙂.jpg", "size": 4, "eTag": '"x,9"'})
    (row,) = read_changes(output, after=4).read_all().to_pylist()
    assert (row["_aspects"], row["path"]) == (["name", "path", "content"], "/Fotos – Übersicht/🙂.jpg")
    assert (row["_previous"]["path"], row["_previous"]["size"]) == ("/Fotos – Übersicht/😀.jpg", 3)


def follow(output: Path, service: GraphService, *items: object, full_reload: bool = False) -> Summary:
    """One pull from the lake's own token, of a service that has all the lake's items, or just these."""
    for file in output.glob("*/_drivedelta/log/*.json"):
        file.write_text(file.read_text().replace(HOST, service.host))
    service.always(service.page(items or TOLD, delta=f"/v1.0/drives/{DRIVE}/root/delta?token=next"))
    return Follower(service, output).pull(f"drives/{DRIVE}", full_reload=full_reload)


def _rewrite(output: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """The state anew, rows changed and each hash another one, under the names it has."""
    storage = one_feed(output)
    for commit in list(log.committed(storage)):
        for file in commit.state_files:
            path = storage.root / file.final
            _rewrite_keys(path) if path.suffix == ".parquet" else _rewrite_rows(path, change)
    for commit in list(log.committed(storage)):
        (storage.root / commit_path(commit.increment)).write_bytes(_resized(commit, storage.root).to_json())


def _rewrite_keys(path: Path) -> None:
    keys = pq.read_table(path)
    for name in GROUPS:
        other = pa.array(keys[name].to_numpy() ^ np.uint64(0xFFFF), pa.uint64())
        keys = keys.set_column(keys.schema.get_field_index(name), name, other)
    older = pa.array([0] * keys.num_rows, pa.int16())
    pq.write_table(keys.set_column(keys.schema.get_field_index("hash_version"), "hash_version", older), path)


def _rewrite_rows(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    with pa.ipc.open_file(pa.py_buffer(path.read_bytes())) as reader:
        rows = change(reader.read_all())
    with pa.ipc.new_file(str(path), rows.schema) as writer:
        writer.write_table(rows)


def _resized(commit: Commit, root: Path) -> Commit:
    layers = [
        replace(each, keys_size=(root / each.keys).stat().st_size, rows_size=(root / each.rows).stat().st_size)
        for each in commit.state
    ]
    files = [replace(each, size=(root / each.final).stat().st_size) for each in commit.state_files]
    return replace(commit, state=tuple(layers), state_files=tuple(files))
