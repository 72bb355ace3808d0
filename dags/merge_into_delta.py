"""The items there are now, in a Delta table: one MERGE for each feed that has something new. Needs `deltalake`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import DAG, AssetAlias, task

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

# Ids of personal OneDrives come in either case.
NEWEST = """
    SELECT * EXCLUDE (_aspects, _cause, _kind, _sequence, _captured_at, _previous) FROM told
    QUALIFY row_number() OVER (PARTITION BY lower(id::VARCHAR) ORDER BY _increment DESC, _sequence DESC) = 1
"""
SAME = "old._feed = new._feed AND lower(cast(old.id AS string)) = lower(cast(new.id AS string))"


def follow(feed: Path, place: str) -> None:
    """Bring one feed up to date. Its watermark is in the table's own log, in the commit of the rows."""
    from deltalake import DeltaTable

    from airflow_provider_drivedelta.reading import read_current

    if not DeltaTable.is_deltatable(place):
        DeltaTable.create(place, read_current(feed).schema, mode="ignore")
    table = DeltaTable(place)  # as it is now: a commit fails if another run brought the feed further meanwhile
    have = table.transaction_version(feed.name)
    if have is None:
        begin(feed, table)
    else:
        merge(feed, table, have)


def begin(feed: Path, table: DeltaTable) -> None:
    """The items as they are: older increments may be vacuumed by now."""
    import pyarrow as pa
    from deltalake import write_deltalake

    from airflow_provider_drivedelta.reading import read_current

    items = read_current(feed)
    for first in items:  # and with it all that come after; an empty drive has none
        told = pa.RecordBatchReader.from_batches(items.schema, chain([first], items))
        commit = marked(feed, first["_increment"][0].as_py())
        write_deltalake(table, told, mode="append", schema_mode="merge", commit_properties=commit)


def merge(feed: Path, table: DeltaTable, have: int) -> None:
    """The last change of each item since increment `have`."""
    import duckdb
    import pyarrow.compute as pc

    from airflow_provider_drivedelta.reading import read_changes

    with duckdb.connect() as db:
        newest = db.register("told", read_changes(feed, after=have)).sql(NEWEST).to_arrow_table()
    if newest.num_rows:
        commit = marked(feed, pc.max(newest["_increment"]).as_py())
        merger = table.merge(newest, SAME, "new", "old", merge_schema=True, commit_properties=commit)
        merger.when_matched_delete("new._op = 'delete'")
        merger.when_matched_update_all(except_cols=["_op"])
        merger.when_not_matched_insert_all("new._op <> 'delete'", except_cols=["_op"])
        merger.execute()


def marked(feed: Path, increment: int) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(app_transactions=[Transaction(feed.name, increment)])


with DAG(
    "merge_into_delta",
    schedule=AssetAlias("lake"),
    max_active_runs=1,
    params={"lake": "/data/lake", "table": "/data/items"},
):

    @task(retries=3)
    def follow_all(lake: str, table: str) -> None:
        for changes in sorted(Path(lake).glob("*/changes")):
            follow(changes.parent, table)

    follow_all("{{ params.lake }}", "{{ params.table }}")
