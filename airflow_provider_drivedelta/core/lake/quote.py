"""The rows an increment tells of, whole: items from the stage or the state beside what the fold decided of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lake.aspects import ASPECTS
from airflow_provider_drivedelta.core.lake.drive_schema import HEADLINE, UTC_TIME
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.state import Rows

if TYPE_CHECKING:
    Column = pa.Array[Any]

_BEFORE = pa.schema([pa.field("before_of", pa.int64()), *(f for f in HEADLINE if f.name != "path")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Some rows of an increment: the items, what happened to each, and what each was before.

    `before` is None where none of them was known; `is_new` marks those that were not.
    """

    items: pa.RecordBatch
    ops: Column
    aspects: Column
    causes: Column
    paths: Column
    old_paths: Column
    missing_since: Column
    captured_at: Column
    before: pa.RecordBatch | None
    is_new: Column


def told_rows(fold: Fold) -> Iterator[Told]:
    """First what quotes the stage, in arrival order, then what quotes the state."""
    _collect_before_images(fold)
    yield from _from_stage(fold)
    for layer in fold.layers_quoted("from_state"):
        yield from _from_state(fold, layer)


def _from_stage(fold: Fold) -> Iterator[Told]:
    names = ", ".join(f"b.{name}" for name in _BEFORE.names)
    known = bool(fold.layers_quoted("from_stage"))
    joined = f"SELECT s.*, {names} FROM from_stage s LEFT JOIN before_images b ON b.before_of = s.position"
    reader = fold.read(f"{joined if known else 'SELECT * FROM from_stage s'} ORDER BY s.position")
    for decided, items in _beside(reader, fold.stage.rows):
        yield Told(
            items=items,
            ops=decided["op"],
            aspects=_names(decided["aspects"]),
            causes=decided["cause"],
            paths=decided["path"],
            old_paths=decided["old_path"],
            missing_since=pa.nulls(len(items), UTC_TIME),
            captured_at=items["_captured_at"],
            before=decided if known else None,
            is_new=pc.is_null(decided["layer"]),
        )


def _from_state(fold: Fold, layer: int) -> Iterator[Told]:
    reader = fold.read(f"SELECT *, row AS position FROM from_state WHERE layer = {layer:d} ORDER BY row")
    for decided, items in _beside(reader, fold.rows_of(layer)):
        rows = len(items)
        yield Told(
            items=items,
            ops=decided["op"],
            aspects=_names(decided["aspects"]),
            causes=decided["cause"],
            paths=decided["path"],
            old_paths=decided["old_path"],
            missing_since=decided["missing_since"],
            captured_at=pa.array([fold.question.now] * rows, UTC_TIME),
            before=items,
            is_new=pc.equal(decided["op"], pa.scalar("insert")),  # it came into the folder that is followed
        )


def _beside(decisions: pa.RecordBatchReader, rows: Rows) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Decisions in order of `position`, each batch beside the rows it speaks of."""
    for decided in decisions:
        start = 0
        for items in rows.take(decided["position"].to_numpy()):
            yield decided.slice(start, items.num_rows), items
            start += items.num_rows


def _collect_before_images(fold: Fold) -> None:
    """`before_images`: of every known item that was reported, its headline columns as the state had them.

    They lie in the state in another order than the stage's, so they are gathered first and joined after.
    """
    nothing = _BEFORE.empty_table()  # noqa: F841  (DuckDB reads it by name)
    fold.database.execute("CREATE TABLE before_images AS SELECT * FROM nothing")
    for layer in fold.layers_quoted("from_stage"):
        reader = fold.read(
            f"SELECT row AS position, position AS before_of FROM from_stage WHERE layer = {layer:d} ORDER BY row"
        )
        found = (
            pa.RecordBatch.from_arrays(
                [decided["before_of"], *(items[name] for name in _BEFORE.names[1:])], schema=_BEFORE
            )
            for decided, items in _beside(reader, fold.rows_of(layer))
        )
        images = pa.RecordBatchReader.from_batches(_BEFORE, found)
        fold.add_before_images(images)


def _names(masks: Column) -> Column:
    """Aspects as the lists of words readers see; an update has some, a delete or insert none."""
    known = [
        None if mask is None or not mask else [word for bit, word in ASPECTS if mask & bit]
        for mask in masks.to_pylist()
    ]
    return pa.array(known, pa.list_(pa.string()))
