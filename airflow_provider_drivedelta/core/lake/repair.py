"""A damaged state, as far as it can still be used: for the one kind of run that reads everything again.

Without a layer's keys the items it told of are as the layers below it say, or unknown. Without its
rows a stand-in made from the keys is quoted: who an item was and where, and nothing else of it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.database import Database
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.spill import Rows, Spill
from airflow_provider_drivedelta.core.lake.staging import Records
from airflow_provider_drivedelta.core.lake.state import State, damaged

log = logging.getLogger(__name__)


def salvaged(state: State) -> State:
    """What is sound of the state; every file is read for that."""
    lost_keys = frozenset(layer.increment for layer in state.layers if not _keys_are_sound(state, layer.increment))
    lost_rows = frozenset(layer.increment for layer in state.layers if not _rows_are_sound(state, layer.increment))
    for number in sorted(lost_keys | lost_rows):
        log.warning("The state of increment %d is damaged: going on with what is left of it", number)
    return replace(state, lost_keys=lost_keys, lost_rows=lost_rows)


def blame(state: State, error: Exception) -> None:
    """:raises BrokenFeed: a file of the state cannot be read, which explains the error."""
    left = salvaged(state)
    for increment in sorted(left.lost_keys):
        raise damaged(state.layer(increment).keys, state.storage) from error
    for increment in sorted(left.lost_rows):
        raise damaged(state.layer(increment).rows, state.storage) from error


def add_stand_ins(state: State, database: Database, records: Records, scratch: Path) -> State:
    """The state with a stand-in for each file of rows that is lost. The keys are in the table `known`."""
    stand_ins: dict[int, Rows] = {}
    place = LocalStorage(scratch)
    for layer in sorted(state.lost_rows):
        scratch.mkdir(parents=True, exist_ok=True)
        rows = Rows(place, f"rows-{layer}.arrow", state.record.staged)
        with Spill(place, rows.path, rows.schema) as spill:
            for keys in database.read(_BY_ROW.format(layer=layer)):
                spill.write(records.stand_in(keys))
        stand_ins[layer] = rows
    return replace(state, stand_ins=stand_ins)


# Every position of the lost file, so that the keys still point right.
_BY_ROW = """
    SELECT p.position, k.item_key, k.parent_key, k.name, k.is_container
    FROM range((SELECT coalesce(max(row), -1) + 1 FROM known WHERE layer = {layer:d})) p(position)
    LEFT JOIN known k ON k.layer = {layer:d} AND k.row = p.position
    ORDER BY p.position
"""


def _keys_are_sound(state: State, increment: int) -> bool:
    try:
        pq.read_table(state.keys_of(increment))
    except (BrokenFeed, OSError, pa.ArrowException):
        return False
    return True


def _rows_are_sound(state: State, increment: int) -> bool:
    try:
        for batch in state.rows_of(increment).batches():
            batch.validate()
    except (BrokenFeed, OSError, pa.ArrowException):
        return False
    return True
