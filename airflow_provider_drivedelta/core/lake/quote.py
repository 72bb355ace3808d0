"""The rows an increment tells of, whole: items from the stage or the state beside what the fold decided of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lake.aspects import ASPECTS
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.record import UTC_TIME
from airflow_provider_drivedelta.core.lake.spill import beside, by_layer
from airflow_provider_drivedelta.core.lake.staging import rows_of

if TYPE_CHECKING:
    Column = pa.Array[Any]


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
    yield from _from_stage(fold)
    yield from _from_state(fold)


def _from_stage(fold: Fold) -> Iterator[Told]:
    known = _collect_before_images(fold)
    for decisions in fold.placed("from_stage", with_images=known):
        for decided, items in beside(decisions, "position", rows_of(fold.stage)):
            yield _told(
                items,
                decided,
                missing_since=pa.nulls(len(items), UTC_TIME),
                captured_at=items["_captured_at"],
                before=decided if known else None,
                is_new=pc.is_null(decided["layer"]),
            )


def _from_state(fold: Fold) -> Iterator[Told]:
    for decisions in fold.placed("from_state"):
        for layer, of_layer in by_layer(decisions):
            for decided, items in beside(of_layer, "row", fold.rows_of(layer)):
                yield _told(
                    items,
                    decided,
                    missing_since=decided["missing_since"],
                    captured_at=pa.array([fold.question.now] * len(items), UTC_TIME),
                    before=items,
                    is_new=pc.equal(decided["op"], pa.scalar("insert")),  # it came into the folder that is followed
                )


def _told(
    items: pa.RecordBatch,
    decided: pa.RecordBatch,
    *,
    missing_since: Column,
    captured_at: Column,
    before: pa.RecordBatch | None,
    is_new: Column,
) -> Told:
    return Told(
        items=items,
        ops=decided["op"],
        aspects=_names(decided["aspects"]),
        causes=decided["cause"],
        paths=decided["path"],
        old_paths=decided["old_path"],
        missing_since=missing_since,
        captured_at=captured_at,
        before=before,
        is_new=is_new,
    )


def _collect_before_images(fold: Fold) -> bool:
    """`before_images`: of every known item that was reported, its headline columns as the state had them.

    They lie in the state in another order than the stage's, so they are gathered first and joined after.
    """
    layers = fold.layers_quoted("from_stage")
    headline = [field for field in fold.stage.record.headline if field.name != fold.stage.record.path]
    schema = pa.schema([pa.field("before_of", pa.int64()), *headline])
    fold.database.write("CREATE TABLE before_images AS SELECT * FROM rows", schema.empty_table().to_reader())
    for layer in layers:
        reader = fold.database.read(
            f"SELECT row, position AS before_of FROM from_stage WHERE layer = {layer:d} ORDER BY row"
        )
        found = (
            pa.RecordBatch.from_arrays(
                [decided["before_of"], *(items[name] for name in schema.names[1:])], schema=schema
            )
            for decisions in reader
            for decided, items in beside(decisions, "row", fold.rows_of(layer))
        )
        images = pa.RecordBatchReader.from_batches(schema, found)
        fold.database.write("INSERT INTO before_images SELECT * FROM rows", images)
    return bool(layers)


def _names(masks: Column) -> Column:
    """Aspects as the lists of words readers see; an update has some, a delete or insert none."""
    known = [
        None if mask is None or not mask else [word for bit, word in ASPECTS if mask & bit]
        for mask in masks.to_pylist()
    ]
    return pa.array(known, pa.list_(pa.string()))
