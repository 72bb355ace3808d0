"""Folders that a query leaves out, though it lets in what lies in them: the feed knows them by nothing but a path.

When such a folder is deleted, SharePoint's change log may name it alone: an id that nobody here has heard of. And when
a folder leaves the query, what is in it need not. Where either may have happened, and the state has items in folders
that it does not know, everything has to be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import FeedProtocol
from airflow_provider_drivedelta.core.errors import StartOver
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake.database import Database
from airflow_provider_drivedelta.core.lake.staging import Stage, deciding
from airflow_provider_drivedelta.core.lake.state import State

_GONE = pa.schema([("item_key", pa.string())])

# Gone, and not for certain an item that has nothing below it.
_MAY_BE_FOLDERS = """
    SELECT count(*) FROM gone LEFT JOIN known k ON k.item_key = gone.item_key AND k.deleted_at IS NULL
    WHERE k.item_key IS NULL OR k.is_container
"""

# Items that are left, in folders that are none of those that are left, nor the list's own.
_STRANGERS = """
    WITH remaining AS (
        SELECT * FROM known WHERE deleted_at IS NULL AND item_key NOT IN (SELECT item_key FROM gone)
    )
    SELECT count(*) FROM remaining
    WHERE trim(parent_key, '/') <> $root AND parent_key NOT IN (
        SELECT parent_key || '/' || name FROM remaining
        WHERE is_container AND parent_key IS NOT NULL AND name IS NOT NULL
    )
"""


def check_left_out(stage: Stage, state: State, protocol: FeedProtocol, scratch: Path) -> None:
    """Look at what an increment says is gone, once its stage is closed.

    :raises StartOver: it may have been a folder with items that the feed knows.
    """
    if protocol.whole or not state.layers:
        return
    gone = pa.Table.from_batches(_gone(stage), schema=_GONE)
    if not gone.num_rows:
        return
    with Database(scratch / "left-out", rows=sum(layer.count for layer in state.layers)) as database:
        database.load_keys(state.key_files())
        database.run(sql.KNOWN)
        database.write("CREATE TABLE gone AS SELECT DISTINCT item_key FROM rows", gone.to_reader())
        may_be_folders = database.number(_MAY_BE_FOLDERS)
        if may_be_folders and database.number(_STRANGERS, root=_root_folder(stage)):
            raise StartOver("A folder is gone from sight, and items that are known may or may not be gone with it")


def _gone(stage: Stage) -> Iterator[pa.RecordBatch]:
    for batch in deciding(stage):
        yield batch.filter(batch["is_deleted"]).select(_GONE.names)


def _root_folder(stage: Stage) -> str:
    told = stage.fields.get("root_folder") if isinstance(stage.fields, Mapping) else None
    return str(told or "").strip("/")
