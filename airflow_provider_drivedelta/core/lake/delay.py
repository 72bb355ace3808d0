"""How long after it happened a change was captured, as the increment's own rows tell."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.storage import Storage

_MOST_ROWS = 100_000  # of an increment that is looked at; what is longer was not captured change by change
_COLUMNS = ("_op", "_aspects", "_cause", "_captured_at", "modified_at")


def newest_change_delay(storage: Storage, increment: int) -> timedelta | None:
    """From the newest change of content in an incremental run to its capture; never negative, None where there is none.

    Only new items and changed content count: a deleted, moved or renamed item keeps the time of a change before.

    :raises BrokenFeed: there is no such increment.
    """
    commit = log.read(storage, increment)
    if commit.kind != "incremental" or sum(file.rows for file in commit.files) > _MOST_ROWS:
        return None
    delays = [_delay(storage, file.final) for file in commit.files if storage.exists(file.final)]
    return min((delay for delay in delays if delay is not None), default=None)


def _delay(storage: Storage, path: str) -> timedelta | None:
    with storage.open(path) as file:
        rows = pq.read_table(file, columns=list(_COLUMNS))
    changed = pc.and_(_is(rows, "_op", "update"), _with_content(rows))
    told = pc.and_(_is(rows, "_cause", "reported"), pc.or_(_is(rows, "_op", "insert"), changed))
    rows = rows.filter(pc.and_(told, pc.is_valid(rows["modified_at"])))
    if not rows.num_rows:
        return None
    passed = pc.subtract(rows["_captured_at"], rows["modified_at"]).cast(pa.int64())  # Arrow orders no durations
    return max(timedelta(0), timedelta(microseconds=pc.min(passed).as_py()))


def _is(rows: pa.Table, column: str, word: str) -> pa.BooleanArray:
    return pc.equal(rows[column], pa.scalar(word))


def _with_content(rows: pa.Table) -> pa.BooleanArray:
    """Whether `content` is among each row's aspects."""
    return pa.array(["content" in (aspects or ()) for aspects in rows["_aspects"].to_pylist()], pa.bool_())
