"""The tables downstream are what there is now, each change in them once, whatever dies or is told again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.emulator import Field
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.conftest import Contoso
from tests.core.played import Follower
from tests.dags.lakes import DAGS, STORY, Lake, deleted, first, lake_of_contoso, loaded, moved
from tests.graph_service import GraphService, file_item, tombstone
from tests.play import Airflow

# What follows from the place and tells nobody, or has no column; and of folders, what their children move.
UNTOLD = {"_increment", "extra", "web_url", "web_dav_url", "parent_reference"}
UNTOLD_OF_FOLDERS = {"size", "child_count", "etag", "ctag", "modified_at", "modified_by", "modified_by_identities"}
UNTOLD_OF_FOLDERS |= {"file_system_info", "version"}

Row = dict[str, object]


class Downstream(Protocol):
    place: str

    def follow(self, feed: Path) -> None: ...
    def rows(self) -> list[Row]: ...
    def versions(self) -> int: ...


class InDuckDB:
    """The table `items` of dags/tables_in_duckdb.py."""

    def __init__(self, place: Path) -> None:
        self.place = str(place / "lake.duckdb")

    def follow(self, feed: Path) -> None:
        loaded("tables_in_duckdb").follow(feed, self.place)

    def rows(self) -> list[Row]:
        return self.ask("FROM items").to_pylist()

    def ask(self, query: str) -> pa.Table:
        with duckdb.connect(self.place) as db:
            return db.execute("SET TimeZone = 'UTC'").sql(query).to_arrow_table()

    def versions(self) -> int:
        """How often rows came in: the history holds them all."""
        return self.ask("FROM changes").num_rows


class InDelta:
    """The table of dags/merge_into_delta.py."""

    def __init__(self, place: Path) -> None:
        self.place = str(place / "items")

    def follow(self, feed: Path) -> None:
        loaded("merge_into_delta").follow(feed, self.place)

    def rows(self) -> list[Row]:
        return DeltaTable(self.place).to_pyarrow_table().to_pylist()

    def versions(self) -> int:
        return DeltaTable(self.place).version()


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with lake_of_contoso(tmp_path / "lake") as lake:
        yield lake


@pytest.fixture(params=[InDuckDB, InDelta])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Downstream:
    made: Downstream = request.param(tmp_path)
    return made


@pytest.fixture
def in_duckdb(tmp_path: Path) -> InDuckDB:
    return InDuckDB(tmp_path)


@pytest.fixture
def in_delta(tmp_path: Path) -> InDelta:
    return InDelta(tmp_path)


def compared(rows: list[Row], columns: list[str]) -> list[Row]:
    """The rows by feed and id, with those columns that every change of theirs is told of."""
    kept = [
        {
            name: row[name]
            for name in columns
            if name not in (UNTOLD | UNTOLD_OF_FOLDERS if row["is_folder"] else UNTOLD)
        }
        for row in rows
    ]
    return sorted(kept, key=lambda row: (row["_feed"], str(row["id"])))


def assert_is_what_there_is(table: Downstream, lake: Lake) -> None:
    known = [read_current(feed).read_all() for feed in lake.feeds]
    columns = list(dict.fromkeys(name for each in known for name in each.schema.names))
    now = [{name: row.get(name) for name in columns} for each in known for row in each.to_pylist()]
    assert compared(table.rows(), columns) == compared(now, columns)


def test_the_story_has_every_kind_of_row(lake: Lake) -> None:
    for chapter in STORY:
        chapter(lake)
        lake.pull_drive()
    rows = read_changes(lake.output).read_all()
    assert set(rows["_op"].to_pylist()) == {"insert", "update", "delete"}
    causes = {"reported", "cascade", "parent_deleted", "absent_unsure"}
    assert causes <= set(rows["_cause"].to_pylist())
    by_id = rows.filter(pa.compute.equal(rows["name"], "a.txt")).to_pylist()
    assert [row["_op"] for row in by_id] == ["insert", "update", "delete", "insert"]


@pytest.mark.parametrize("personal", [False, True])
def test_after_each_increment_the_table_is_what_there_is(table: Downstream, tmp_path: Path, personal: bool) -> None:
    """Moves of folders, deletes with what was below, what may be lost, and what came back."""
    with lake_of_contoso(tmp_path / "lake", personal=personal) as lake:
        for chapter in STORY:
            chapter(lake)
            lake.pull_drive()
            table.follow(*lake.feeds)
            assert_is_what_there_is(table, lake)


def test_increments_that_were_missed_are_caught_up_in_one_go(table: Downstream, lake: Lake) -> None:
    """Deleted and back again in between: the last word counts."""
    first(lake)
    lake.pull_drive()
    table.follow(*lake.feeds)
    for chapter in STORY[1:]:
        chapter(lake)
        lake.pull_drive()
    table.follow(*lake.feeds)
    assert_is_what_there_is(table, lake)


def test_an_item_of_a_personal_drive_is_the_same_in_either_case(table: Downstream, tmp_path: Path) -> None:
    """The service spells its ids now so, now so."""
    drive = "ABCDEF0123456789"
    with GraphService() as service:
        follower = Follower(service, tmp_path / "lake")
        (one, two), start = (f"{drive}!101", f"{drive}!102"), f"/v1.0/drives/{drive}/root/delta"
        service.on(start, service.page([file_item(one, "a.txt"), file_item(two, "b.txt")], delta="/d1"))
        service.on("/d1", service.page([file_item(one, "aa.txt"), file_item(two, "bb.txt")], delta="/d2"))
        service.on("/d2", service.page([file_item(one.lower(), "aaa.txt"), tombstone(two.lower())], delta="/d3"))
        for reads in (1, 2):
            for _ in range(reads):
                follower.pull(f"drives/{drive}")
            table.follow(follower.folder)
    assert [row["name"] for row in table.rows()] == ["aaa.txt"]


def test_what_may_be_lost_is_marked(table: Downstream, lake: Lake) -> None:
    for chapter in STORY[:3]:
        chapter(lake)
        lake.pull_drive()
        table.follow(*lake.feeds)
    assert [row["path"] for row in table.rows() if row["_missing_since"]] == ["/lost.txt"]


def test_a_run_again_and_an_event_told_again_move_nothing(table: Downstream, lake: Lake) -> None:
    """A retry, a cleared run, the events of a backfill that replays: none undoes what is newer."""
    for chapter in STORY[:2]:
        chapter(lake)
        lake.pull_drive()
        table.follow(*lake.feeds)
    rows, versions = table.rows(), table.versions()
    for _ in range(2):
        table.follow(*lake.feeds)
    assert (table.rows(), table.versions()) == (rows, versions)


def test_several_feeds_share_the_table_each_with_its_own_watermark(table: Downstream, lake: Lake) -> None:
    lake.emulator.drives[1].create_file("a.txt", b"of the archive")
    for chapter in (first, moved):
        chapter(lake)
        for number in (0, 1):
            lake.pull_drive(number)
        for feed in lake.feeds:
            table.follow(feed)
    assert len(lake.feeds) == 2
    assert_is_what_there_is(table, lake)


def test_a_list_keeps_its_table_also_when_it_gets_a_field(table: Downstream, lake: Lake) -> None:
    items = [lake.tasks.add({"Title": title}) for title in ("one", "two", "three")]
    lake.pull_list()
    table.follow(*lake.feeds)
    lake.tasks.edit(items[0].id, {"Title": "One"})
    lake.tasks.delete(items[1].id)
    lake.tasks.add_field(Field("Cost", "Number"))
    lake.tasks.add({"Title": "four", "Cost": 4.5})
    lake.pull_list()
    table.follow(*lake.feeds)
    assert_is_what_there_is(table, lake)
    assert sorted((row["title"], row["cost"]) for row in table.rows()) == [
        ("One", None),
        ("four", 4.5),
        ("three", None),
    ]


class TestDuckDB:
    def test_a_run_that_dies_between_the_rows_and_the_watermark_leaves_neither(
        self, in_duckdb: InDuckDB, lake: Lake
    ) -> None:
        with duckdb.connect(in_duckdb.place) as db:
            db.execute("CREATE TABLE watermarks (feed VARCHAR PRIMARY KEY, increment BIGINT CHECK (increment < 2))")
        first(lake)
        lake.pull_drive()
        in_duckdb.follow(*lake.feeds)
        before, rows = in_duckdb.rows(), in_duckdb.versions()
        moved(lake)
        lake.pull_drive()
        with pytest.raises(duckdb.ConstraintException):
            in_duckdb.follow(*lake.feeds)
        assert (in_duckdb.rows(), in_duckdb.versions()) == (before, rows)
        with duckdb.connect(in_duckdb.place) as db:
            db.execute("CREATE TABLE kept AS FROM watermarks")
            db.execute("DROP TABLE watermarks")
            db.execute("CREATE TABLE watermarks (feed VARCHAR PRIMARY KEY, increment BIGINT)")
            db.execute("INSERT INTO watermarks FROM kept")
        in_duckdb.follow(*lake.feeds)
        assert_is_what_there_is(in_duckdb, lake)
        assert in_duckdb.versions() == read_changes(*lake.feeds).read_all().num_rows

    def test_a_file_that_is_cut_half_way_leaves_everything_as_it_was(self, in_duckdb: InDuckDB, lake: Lake) -> None:
        for chapter in STORY[:3]:
            chapter(lake)
            lake.pull_drive()
        (newest,) = lake.output.glob("*/changes/*/00000003-*.parquet")
        whole = newest.read_bytes()
        newest.write_bytes(bytes(len(whole)))
        with pytest.raises((BrokenFeed, duckdb.Error)):
            in_duckdb.follow(*lake.feeds)
        assert in_duckdb.ask("FROM watermarks").num_rows == 0
        newest.write_bytes(whole)
        in_duckdb.follow(*lake.feeds)
        assert_is_what_there_is(in_duckdb, lake)

    def test_the_history_is_every_change_once_and_in_order(self, in_duckdb: InDuckDB, lake: Lake) -> None:
        for chapter in STORY:
            chapter(lake)
            lake.pull_drive()
            in_duckdb.follow(*lake.feeds)
        kept = in_duckdb.ask("FROM changes ORDER BY _increment, _sequence")
        told = read_changes(*lake.feeds).read_all()
        assert kept.select(told.schema.names).to_pylist() == told.to_pylist()

    def test_where_increments_were_vacuumed_it_says_where_to_begin(self, in_duckdb: InDuckDB, lake: Lake) -> None:
        vacuumed(lake)
        with pytest.raises(FixSetup, match="read_current"):
            in_duckdb.follow(*lake.feeds)


class TestDelta:
    def test_a_run_that_dies_before_the_commit_leaves_nothing(self, in_delta: InDelta, lake: Lake) -> None:
        """Files without a commit are what such a run leaves."""
        for chapter in STORY[:2]:
            chapter(lake)
            lake.pull_drive()
            in_delta.follow(*lake.feeds)
        Path(in_delta.place, "_delta_log", f"{2:020d}.json").unlink()
        assert in_delta.versions() == 1
        in_delta.follow(*lake.feeds)
        assert_is_what_there_is(in_delta, lake)
        assert in_delta.versions() == 2

    def test_the_watermark_is_in_the_commit_of_the_rows(self, in_delta: InDelta, lake: Lake) -> None:
        for number, chapter in enumerate(STORY[:3], start=1):
            chapter(lake)
            lake.pull_drive()
            in_delta.follow(*lake.feeds)
            log = Path(in_delta.place, "_delta_log", f"{number:020d}.json").read_text()
            actions = [json.loads(line) for line in log.splitlines()]
            assert [action["txn"]["version"] for action in actions if "txn" in action] == [number]
            assert any("add" in action for action in actions)

    @pytest.mark.parametrize("chapters", [1, 2])
    def test_of_two_runs_at_once_one_wins_and_the_other_may_try_again(
        self, in_delta: InDelta, lake: Lake, chapters: int
    ) -> None:
        """One has read its watermark when the other is done, and even ahead of it."""
        for chapter in STORY[:chapters]:
            in_delta.follow(*lake.feeds) if lake.feeds else None
            chapter(lake)
            lake.pull_drive()
        with pytest.raises(CommitFailedError):
            overtaken(in_delta, lake)
        in_delta.follow(*lake.feeds)
        assert_is_what_there_is(in_delta, lake)

    def test_it_begins_with_what_there_is_though_increments_were_vacuumed(self, in_delta: InDelta, lake: Lake) -> None:
        vacuumed(lake)
        in_delta.follow(*lake.feeds)
        deleted(lake)
        lake.pull_drive()
        in_delta.follow(*lake.feeds)
        assert_is_what_there_is(in_delta, lake)

    def test_a_drive_that_is_empty_gives_no_rows_yet(self, in_delta: InDelta, lake: Lake) -> None:
        lake.pull_drive()
        gone = lake.drive.create_file("gone.txt", b"g")
        lake.pull_drive()
        lake.drive.delete(gone.id)
        lake.pull_drive()
        in_delta.follow(*lake.feeds)
        assert in_delta.rows() == []
        first(lake)
        lake.pull_drive()
        in_delta.follow(*lake.feeds)
        assert_is_what_there_is(in_delta, lake)


def vacuumed(lake: Lake) -> None:
    """Three increments, of which the first two are gone."""
    for chapter in STORY[:3]:
        chapter(lake)
        lake.pull_drive()
    for log in lake.output.glob("*/_drivedelta/log/*.json"):
        log.write_text(re.sub(r'"committed_at": "\d{4}', '"committed_at": "2001', log.read_text()))
    assert main(["vacuum", str(lake.output), "--keep", "90d"]) == 0


def overtaken(table: InDelta, lake: Lake) -> None:
    """A run that has opened the table, when another run does the same and is first."""
    (feed,), dag = lake.feeds, loaded("merge_into_delta")
    if not DeltaTable.is_deltatable(table.place):
        DeltaTable.create(table.place, read_current(feed).schema)
    slow = DeltaTable(table.place)
    have = slow.transaction_version(feed.name)
    table.follow(feed)
    dag.begin(feed, slow) if have is None else dag.merge(feed, slow, have)


class TestInAirflow:
    @pytest.mark.parametrize(("name", "made"), [("tables_in_duckdb", InDuckDB), ("merge_into_delta", InDelta)])
    def test_what_was_captured_wakes_the_dag_which_brings_its_table_up_to_date(
        self, airflow: Airflow, contoso: Contoso, tmp_path: Path, name: str, made: type[InDuckDB | InDelta]
    ) -> None:
        table, lake = made(tmp_path), Lake(contoso.emulator, None, tmp_path / "lake")
        conf: dict[str, object] = {"lake": str(lake.output), "database": table.place, "table": table.place}
        follow_all = Path(shutil.copy(DAGS / f"{name}.py", airflow.home / "dags"))
        assert airflow.play_file(follow_all, conf=conf).state == "success"
        unpause(name)
        airflow.connect(**contoso.signing_in())
        captured = airflow.play(source=contoso.source, output=str(lake.output), asset_alias="lake")
        assert captured.state == "success", captured.log
        assert name in woken()
        assert airflow.play_file(follow_all, conf=conf).state == "success"
        follow_all.unlink()
        assert_is_what_there_is(table, lake)


def unpause(dag_id: str) -> None:
    """Let the DAG hear of events, of which none has reached it yet."""
    from airflow import settings
    from airflow.models.dag import DagModel
    from sqlalchemy import update

    assert dag_id not in woken()
    assert settings.Session is not None
    with settings.Session.session_factory() as session:
        session.execute(update(DagModel).where(DagModel.dag_id == dag_id).values(is_paused=False))
        session.commit()


def woken() -> set[str]:
    """The DAGs whose next run an asset event has asked for."""
    from airflow import settings
    from airflow.models.asset import AssetDagRunQueue
    from sqlalchemy import select

    assert settings.Session is not None
    with settings.Session.session_factory() as session:
        return set(session.scalars(select(AssetDagRunQueue.target_dag_id)))
