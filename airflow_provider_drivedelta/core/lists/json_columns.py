"""Columns of values from a Graph list item's `fields` into typed arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lists.columns import Column
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.one_json import as_text, read_json
from airflow_provider_drivedelta.core.lists.one_text import Value
from airflow_provider_drivedelta.core.lists.texts import TypedColumn
from airflow_provider_drivedelta.core.lists.zone import SiteZone

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]


def values_of(column: Column, items: Sequence[JsonObject]) -> Sequence[Json]:
    """What each `fields` object says in this column's field.

    A single lookup or person is told by its id alone, under the field's name with `LookupId` behind it.
    """
    name, by_id = column.field.name, f"{column.field.name}LookupId"
    return [fields[name] if name in fields else fields.get(by_id) for fields in items]


def typed_graph(column: Column, values: Sequence[Json], *, zone: SiteZone | None) -> TypedColumn:
    """The values of one field, typed."""
    read: list[Value] = []
    bad: list[int] = []
    aside: list[int] = []
    for row, value in enumerate(values):
        typed = None
        try:
            typed = read_json(column.kind, value, zone)
        except Untold:
            aside.append(row)
        except Misfit:
            # As with texts: what a formula gives may be of any type, and is no fault of the row.
            (aside if column.prefix == "result" else bad).append(row)
        read.append(typed)
    return TypedColumn(pa.array(read, ARROW_TYPES[column.kind]), bad, aside)


def compared(values: Sequence[Json]) -> TextArray:
    """The values as the texts that `hash_rows` takes."""
    return pa.array([as_text(value) for value in values], pa.string())
