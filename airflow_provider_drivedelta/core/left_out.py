"""Folders that a query leaves out, though it lets in what lies in them: the feed knows them by nothing but a path.

When such a folder is deleted, SharePoint's change log may name it alone: an id that nobody here has heard of, as is
every item that the query leaves out. And when a folder leaves the query, what is in it need not. Where either may have
happened, one item of each folder that is not known is asked for: where it is gone, everything has to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.changes import FeedProtocol, PartProtocol
from airflow_provider_drivedelta.core.errors import StartOver
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake.database import Database
from airflow_provider_drivedelta.core.lake.staging import Stage, deciding
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.transport import Transport

MOST_WITNESSES = 5000
"""Beyond as many items to be asked for, reading everything is the shorter way."""
_TOLD = ("item_key", "parent_key", "name", "is_container", "is_deleted", "position")

# Gone, and not for certain an item that has nothing below it.
_MAY_BE_FOLDERS = """
    SELECT count(*) FROM told LEFT JOIN known k ON k.item_key = told.item_key AND k.deleted_at IS NULL
    WHERE told.is_deleted AND (k.item_key IS NULL OR k.is_container)
"""

# Items that are left, in folders that are none of those that are left, nor the list's own.
_STRANGERS = """
    CREATE TABLE strangers AS
    WITH last AS (SELECT * FROM told QUALIFY row_number() OVER (PARTITION BY item_key ORDER BY position DESC) = 1),
    remaining AS (
        SELECT item_key, parent_key, name, is_container, TRUE AS is_told FROM last WHERE NOT is_deleted
        UNION ALL
        SELECT item_key, parent_key, name, is_container, FALSE FROM known
        WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM last WHERE last.item_key = known.item_key)
    )
    SELECT item_key, parent_key, is_told FROM remaining
    WHERE trim(parent_key, '/') <> $root AND parent_key NOT IN (
        SELECT parent_key || '/' || name FROM remaining
        WHERE is_container AND parent_key IS NOT NULL AND name IS NOT NULL
    )
"""

# Left in a folder that was known: whether that was deleted or left the query, they must not go by its word.
_ORPHANS = """
    WITH went AS MATERIALIZED (
        SELECT k.parent_key || '/' || k.name AS path FROM known k
        WHERE k.is_container AND k.deleted_at IS NULL AND k.item_key IN (SELECT item_key FROM told WHERE is_deleted)
    ),
    held AS MATERIALIZED (SELECT DISTINCT parent_key AS path FROM strangers)
    SELECT count(*) FROM held JOIN went ON starts_with(held.path || '/', went.path || '/')
"""

# One of each folder. But all that were told just now: two of one path need not lie in one folder, if that was deleted
# and made anew.
_WITNESSES = "SELECT min(item_key) FROM strangers GROUP BY parent_key, if(is_told, item_key, '') LIMIT $most"


def check_left_out(stage: Stage, state: State, protocol: FeedProtocol, transport: Transport, scratch: Path) -> None:
    """Look at what an increment says is gone, once its stage is closed.

    :raises StartOver: it may have been a folder with items that the feed knows.
    """
    if protocol.whole or not state.layers or not _tells_of_gone(stage):
        return
    rows = sum(layer.count for layer in state.layers) + stage.items
    with Database(scratch / "left-out", rows=rows) as database:
        _load(database, stage, state)
        if not database.number(_MAY_BE_FOLDERS):
            return
        database.run(_STRANGERS, root=_root_folder(stage))
        orphans = database.number(_ORPHANS)
        witnesses = [str(key) for (key,) in database.run(_WITNESSES, most=MOST_WITNESSES + 1)]
    if orphans or len(witnesses) > MOST_WITNESSES or not _all_there(witnesses, protocol, transport):
        raise StartOver("A folder is gone from sight, and items that are known may or may not be gone with it")


def _load(database: Database, stage: Stage, state: State) -> None:
    """What was known (`known`) and what the increment tells (`told`)."""
    database.load_keys(state.key_files())
    database.run(sql.KNOWN)
    told = deciding(stage)
    schema = pa.schema([told.schema.field(name) for name in _TOLD])
    rows = pa.RecordBatchReader.from_batches(schema, (batch.select(_TOLD) for batch in told))
    database.write("CREATE TABLE told AS SELECT * FROM rows", rows)


def _all_there(keys: Sequence[str], protocol: FeedProtocol, transport: Transport) -> bool:
    if not isinstance(protocol, PartProtocol):
        return not keys
    there: set[str] = set()
    for request in protocol.present(keys):
        there.update(transport.fetch(request, protocol.read_present))
    return there.issuperset(keys)


def _tells_of_gone(stage: Stage) -> bool:
    return any(pc.any(batch["is_deleted"]).as_py() for batch in deciding(stage))


def _root_folder(stage: Stage) -> str:
    told = stage.fields.get("root_folder") if isinstance(stage.fields, Mapping) else None
    return str(told or "").strip("/")
