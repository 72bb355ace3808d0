"""docs/in-other-words.md works as it is written, and Delta's own change data feed agrees."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.dags.lakes import STORY, lake_of_contoso, loaded
from tests.docs.pages import blocks, tables
from tests.golden import unpacked

PAGE = "in-other-words.md"

Row = dict[str, Any]


def played(lake: Path) -> Row:
    """What the page's code leaves behind."""
    names: Row = {}
    for block in blocks(PAGE, "python", lake):
        exec(compile(block, PAGE, "exec"), names)
    return names


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def test_every_column_of_the_envelope_is_mapped(lake: Path) -> None:
    told = {name for here, *_ in tables(PAGE)["here"] for name in re.findall(r"`(_\w+)`", here)}
    assert told == {name for name in read_changes(lake).schema.names if name.startswith("_")}


def test_the_operations_are_those_of_the_table(lake: Path) -> None:
    names = played(lake)
    rows = read_changes(lake).read_all().to_pylist()
    events = [names["debezium"](row) for row in rows]
    seen = {(row["_op"], row["_kind"] == "initial", event["op"]) for row, event in zip(rows, events, strict=True)}
    assert seen == {("insert", True, "r"), ("update", False, "u"), ("delete", False, "d")}
    assert names["debezium"](rows[0] | {"_kind": "incremental"})["op"] == "c"
    told = {op for _, debezium, _ in tables(PAGE)["here"] for op in re.findall(r"`op` = `(\w)`", debezium)}
    assert told == {"r", "c", "u", "d"}


def test_an_event_has_the_item_before_and_after(lake: Path) -> None:
    moved, deleted = played(lake)["events"][3], played(lake)["events"][5]
    assert (moved["source"]["cause"], moved["source"]["aspects"]) == ("cascade", ["path"])
    assert (moved["before"]["path"], moved["after"]["path"]) == ("/Reports/2026", "/Reports (old)/2026")
    assert json.loads(moved["source"]["sequence"]) == ["2", "3"]
    assert (deleted["op"], deleted["before"]["name"], deleted["after"]) == ("d", "gone.txt", None)


def test_an_update_is_two_rows_of_a_change_data_feed_and_one_where_nothing_was_known(lake: Path) -> None:
    change_data_feed = played(lake)["change_data_feed"]
    (row, *_) = read_changes(lake, after=1).read_all().to_pylist()
    both = list(change_data_feed(row))
    assert [each["_change_type"] for each in both] == ["update_preimage", "update_postimage"]
    assert [each["path"] for each in both] == ["/Reports/q1.csv", "/Reports (old)/q1.csv"]
    assert both[0].keys() == both[1].keys()
    (alone,) = change_data_feed(row | {"_previous": None})
    assert alone == both[1]


def test_deltas_own_feed_tells_the_same_changes(tmp_path: Path) -> None:
    """After each increment a MERGE by the DAG of docs/downstream.md, into a table that tells of changes."""
    table = str(tmp_path / "items")
    with lake_of_contoso(tmp_path / "lake") as lake:
        for chapter in STORY:
            chapter(lake)
            lake.pull_drive()
            if not DeltaTable.is_deltatable(table):
                schema = read_current(*lake.feeds).schema
                DeltaTable.create(table, schema, configuration={"delta.enableChangeDataFeed": "true"})
            loaded("merge_into_delta").follow(*lake.feeds, table)
        ours = played(lake.output)["feed"]
    theirs = pa.table(DeltaTable(table).load_cdf(starting_version=1)).to_pylist()
    assert said(theirs) == said(ours)
    assert {row["_change_type"] for row in ours} == {"insert", "update_preimage", "update_postimage", "delete"}


def said(changes: list[Row]) -> list[tuple[object, ...]]:
    columns = ("_commit_version", "_change_type", "id", "path", "quick_xor_hash", "created_at")
    return sorted((tuple(row[name] for name in columns) for row in changes), key=repr)
