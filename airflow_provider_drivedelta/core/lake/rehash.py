"""Items whose hashes another version of the provider made: compared by value, so that an upgrade is no change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from airflow_provider_drivedelta.core.lake.aspects import hashes
from airflow_provider_drivedelta.core.lake.record import GROUPS
from airflow_provider_drivedelta.core.lake.spill import Rows
from airflow_provider_drivedelta.core.lake.values import Typed

_SAME_FIELDS: list[pa.Field[Any]] = [
    pa.field("position", pa.int64()),
    *(pa.field(f"same_{group}", pa.bool_()) for group in GROUPS),
]
SAME = pa.schema(_SAME_FIELDS)
"""Of an item at this position of the stage: in which groups of columns it is what it was."""

# The table `same` says in which groups an item is what it was, where the hashes cannot.
TAKE_SAME = f"""
    UPDATE decided
    SET {", ".join(f"old_{group} = if(same_{group}, decided.{group}, decided.old_{group})" for group in GROUPS)}
    FROM same WHERE same.position = decided.position
"""

_AT_ONCE = 2048


def same_values(staged: Rows, known: Rows, stale: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What is the same in the columns that both versions know.

    :param stale: the items to compare, by `position` in the stage and ascending `row` in the state.
    """
    common = known.columns()
    for batch in stale:
        for start in range(0, batch.num_rows, _AT_ONCE):
            some = batch.slice(start, _AT_ONCE)
            positions, rows = (some[name].to_numpy().tolist() for name in ("position", "row"))
            yield _compare(staged, known, common, positions, rows)


def _compare(
    staged: Rows, known: Rows, common: frozenset[str], positions: Sequence[int], rows: Sequence[int]
) -> pa.RecordBatch:
    now, before = _fetch(staged, positions), _fetch(known, rows)
    pairs = [
        (_hashes(now[position], common), _hashes(before[row], common))
        for position, row in zip(positions, rows, strict=True)
    ]
    same = [[new[group] == old[group] for new, old in pairs] for group in GROUPS]
    return pa.RecordBatch.from_arrays([pa.array(positions, pa.int64()), *map(pa.array, same)], schema=SAME)


def _hashes(item: Mapping[str, Typed], common: frozenset[str]) -> Mapping[str, int]:
    return hashes({name: value for name, value in item.items() if name in common})


def _fetch(rows: Rows, wanted: Sequence[int]) -> dict[int, Mapping[str, Typed]]:
    ordered = sorted(wanted)
    found = (item for batch in rows.take(np.array(ordered, dtype=np.int64)) for item in batch.to_pylist())
    return dict(zip(ordered, found, strict=True))
