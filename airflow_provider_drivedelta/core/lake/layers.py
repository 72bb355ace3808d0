"""Writes what the state says from now on: one more layer, or, when there are too many, a new base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.lake.commits import DataFile, Layer
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.layout import staging_folder, state_file
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained
from airflow_provider_drivedelta.core.lake.spill import Spill
from airflow_provider_drivedelta.core.lake.state import KEYS

_TOMBSTONES_KEPT = timedelta(
    days=93
)  # longer than any token lives, so a late answer never brings back a deleted item as new

_LIVING = "deleted_at IS NULL"

# The whole state after this run.
_MERGED = f"""
    CREATE TABLE merged AS
    WITH latest AS (
        SELECT * FROM known WHERE NOT EXISTS (SELECT 1 FROM new_keys n WHERE n.item_key = known.item_key)
        UNION ALL SELECT * FROM new_keys
    )
    SELECT *, {_LIVING} AS is_living FROM latest WHERE {_LIVING} OR deleted_at > $forgotten
"""

# Where the rows of the new file lie now, in the order they will: `rowid` is the new place.
_CHOSEN_OF_STATE = "CREATE TABLE chosen AS SELECT layer, row FROM merged WHERE is_living ORDER BY layer, row"
_CHOSEN_OF_STAGE = "CREATE TABLE chosen AS SELECT layer, row FROM new_keys WHERE layer = increment ORDER BY row"

_MERGED_KEYS = """
    SELECT m.* EXCLUDE (is_living) REPLACE (if(is_living, $number, NULL) AS layer, c.rowid AS row)
    FROM merged m LEFT JOIN chosen c ON m.is_living AND c.layer = m.layer AND c.row = m.row
"""
_RENUMBERED_KEYS = """
    SELECT n.* REPLACE (coalesce(c.rowid, n.row) AS row)
    FROM new_keys n LEFT JOIN chosen c ON c.layer = n.layer AND c.row = n.row
"""


@dataclass(frozen=True, slots=True)
class NewState:
    """The layers after this run, and the files that were written for it."""

    layers: tuple[Layer, ...]
    files: tuple[DataFile, ...]


def write_layer(
    storage: LocalStorage,
    fold: Fold,
    attempt: str,
    compaction: Compaction = Compaction(),  # noqa: B008 - a frozen value
) -> NewState:
    """The next state; nothing new to it, nothing is written."""
    new = fold.number_of("new_keys")
    layers = fold.state.layers
    if not new and not fold.state.is_damaged:
        return NewState(layers, ())
    if fold.state.is_damaged or compaction.is_due(layers, new):
        return _compact(storage, fold, attempt)
    keys, rows = _Place(storage, fold, attempt, "keys.parquet"), _Place(storage, fold, attempt, "rows.arrow")
    from_stage = fold.number_of("new_keys WHERE layer = increment")
    if from_stage * 2 >= fold.stage.items:
        _write_keys(keys, fold, "SELECT * FROM new_keys")
        rows.staged = fold.stage.path  # what was staged is the layer: written once
    else:
        fold.database.run(_CHOSEN_OF_STAGE)
        _write_keys(keys, fold, _RENUMBERED_KEYS)
        _write_rows(rows, fold, _chosen(fold))
    return _added(layers, keys, rows, new, fold)


def _compact(storage: LocalStorage, fold: Fold, attempt: str) -> NewState:
    """A new base: every living row once, tombstones as long as they matter."""
    fold.database.run(_MERGED, forgotten=fold.question.now - _TOMBSTONES_KEPT)
    fold.database.run(_CHOSEN_OF_STATE)
    keys, rows = _Place(storage, fold, attempt, "keys.parquet"), _Place(storage, fold, attempt, "rows.arrow")
    _write_keys(keys, fold, _MERGED_KEYS, number=fold.question.number)
    _write_rows(rows, fold, _chosen(fold))
    return _added((), keys, rows, fold.number_of("merged"), fold)


def _chosen(fold: Fold) -> Iterator[pa.RecordBatch]:
    for layer in fold.layers_quoted("chosen"):
        for batch in fold.database.read(f"SELECT row FROM chosen WHERE layer = {layer:d} ORDER BY row"):
            yield from fold.rows_of(layer).take(batch["row"].to_numpy())


class _Place:
    """A state file to be: where it is staged, where it will lie."""

    def __init__(self, storage: LocalStorage, fold: Fold, attempt: str, what: str) -> None:
        self.storage = storage
        self.staged = f"{staging_folder(attempt)}/{what}"
        self.final = state_file(fold.question.number, what, attempt)

    def file(self, rows: int) -> DataFile:
        return DataFile(staged=self.staged, final=self.final, rows=rows, size=self.storage.size(self.staged))


def _added(layers: tuple[Layer, ...], keys: _Place, rows: _Place, count: int, fold: Fold) -> NewState:
    files = (keys.file(count), rows.file(count))
    layer = Layer(
        increment=fold.question.number,
        keys=keys.final,
        rows=rows.final,
        count=count,
        keys_size=files[0].size,
        rows_size=files[1].size,
    )
    return NewState((*layers, layer), files)


def _write_keys(place: _Place, fold: Fold, query: str, **values: int) -> None:
    with (
        explained(place.storage.full_path(place.staged)),
        place.storage.open_new(place.staged) as file,
        pq.ParquetWriter(file, KEYS, compression="zstd", compression_level=1) as writer,
    ):
        for batch in fold.database.read(query, **values):
            writer.write_table(pa.Table.from_batches([batch]).select(KEYS.names).cast(KEYS))


def _write_rows(place: _Place, fold: Fold, batches: Iterator[pa.RecordBatch]) -> None:
    with Spill(place.storage, place.staged, fold.stage.record.staged) as spill:
        for batch in batches:
            spill.write(batch)
