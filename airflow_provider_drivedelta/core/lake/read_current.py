"""The items that exist, as the state knew them after one increment, each with its path."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import database as duck
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.drive_schema import ENVELOPE, ITEM
from airflow_provider_drivedelta.core.lake.feeds import one_feed
from airflow_provider_drivedelta.core.lake.layout import STATE
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.lake.storage import LocalStorage

_SAID_OF_ALL = [ENVELOPE.field(name) for name in ("_feed", "_increment", "_missing_since")]
CURRENT_ITEM = pa.schema([*_SAID_OF_ALL, *ITEM])
"""One row of `read_current`; `_increment` is the one after which this was so: where `read_changes` goes on."""

# Who is alive, where its row lies, and under which path. The state knows the whole drive, readers the folder followed.
_LIVING = """
    CREATE TABLE living AS
    SELECT k.layer, k.row, p.path || '/' || k.name AS path, k.missing_since
    FROM known k LEFT JOIN paths_now p ON p.item_key = k.parent_key
    WHERE k.deleted_at IS NULL AND ($include_missing OR k.missing_since IS NULL) AND (
        $scope IS NULL
        OR starts_with(p.path || '/' || k.name, (SELECT path || '/' FROM paths_now WHERE item_key = $scope))
    )
"""


def read_current(
    folder: str | os.PathLike[str], *, at: int | None = None, include_missing: bool = True
) -> pa.RecordBatchReader:
    """The items alive after an increment: the state itself, so it does not need the change files.

    Rows come a few thousand at a time, in no promised order; `.read_all()` gives a table,
    `.read_pandas()` a DataFrame, `duckdb.from_arrow(...)` a relation. The columns are the item's, and
    `_feed`, `_increment` (after which this was so), `_missing_since`.

    :param folder: a feed's folder, or an output folder that holds one feed; a path or a file:// address.
    :param at: the increment; None takes the last one.
    :param include_missing: also items that the service neither returns nor disowns (`_missing_since` is set).
    :raises FixSetup: there is no such feed or increment, or the increment's state is not held any more.
    :raises BrokenFeed: a commit or a file of the state is damaged.
    """
    storage = one_feed(folder)
    held = _Held(storage, _commit_at(storage, at))
    _check(held)
    return pa.RecordBatchReader.from_batches(CURRENT_ITEM, _batches(held, include_missing))


def _commit_at(storage: LocalStorage, at: int | None) -> Commit:
    known = log.readable(storage)
    if at is not None and at not in known:
        then = f"The first one is {known[0]}, the last one {known[-1]}."
        raise FixSetup(f"There is no increment {at}", where=storage.full_path(), then=then)
    return log.read(storage, known[-1] if at is None else at)


@dataclass(frozen=True, slots=True)
class _Held:
    """The state after one commit."""

    storage: LocalStorage
    commit: Commit

    @property
    def rows(self) -> int:
        return sum(layer.count for layer in self.commit.state)

    @property
    def state(self) -> State:
        """Its layers where they lie now: of a commit that nobody has finished yet, where they were staged."""
        staged = {file.final: file.staged for file in self.commit.state_files}

        def place(final: str) -> str:
            first = staged.get(final, final)
            return final if self.storage.exists(final) or not self.storage.exists(first) else first

        layers = (replace(layer, keys=place(layer.keys), rows=place(layer.rows)) for layer in self.commit.state)
        return State(self.storage, tuple(layers))


def _check(held: _Held) -> None:
    """What is missing is better told now than half way through."""
    try:
        held.state.check()
    except BrokenFeed:
        known = log.readable(held.storage)
        if held.commit.increment == known[-1]:
            raise
        raise FixSetup(
            f"The state after increment {held.commit.increment} is not held any more",
            where=held.storage.full_path(),
            then=f"It still is from increment {_oldest_held(held.storage, known)} on, up to {known[-1]}.",
        ) from None


def _oldest_held(storage: LocalStorage, known: list[int]) -> int:
    oldest = known[-1]
    for number in reversed(known):
        try:
            _Held(storage, log.read(storage, number)).state.check()
        except BrokenFeed:
            break
        oldest = number
    return oldest


def _batches(held: _Held, include_missing: bool) -> Iterator[pa.RecordBatch]:
    with (
        tempfile.TemporaryDirectory(prefix="drivedelta-") as scratch,
        duck.connect(Path(scratch), held.rows) as database,
    ):
        try:
            duck.load_keys(database, held.state.key_files())
            database.execute(sql.KNOWN)
            database.execute(sql.CONTAINERS_BEFORE)
            database.execute(sql.paths("paths_now", "containers_before"), {"root": held.commit.root_key})
            database.execute(_LIVING, {"include_missing": include_missing, "scope": held.commit.scope_key})
            for layer in held.state.layers:
                decisions = duck.read(database, f"FROM living WHERE layer = {layer.increment:d} ORDER BY row")
                yield from _items(decisions, held, layer.increment)
        except (pa.ArrowInvalid, duckdb.InvalidInputException) as error:
            then = "Restore the state's files from a copy, or run once with full_reload."
            where = held.storage.full_path(STATE)
            raise BrokenFeed("A file of the feed's state is damaged", where=where, then=then) from error


def _items(decisions: pa.RecordBatchReader, held: _Held, layer: int) -> Iterator[pa.RecordBatch]:
    """Rows of one layer; each batch is what lies in one batch of the file."""
    for decided in decisions:
        start = 0
        for items in held.state.rows_of(layer).take(decided["row"].to_numpy()):
            yield _item(items, decided.slice(start, items.num_rows), held.commit)
            start += items.num_rows


def _item(items: pa.RecordBatch, decided: pa.RecordBatch, commit: Commit) -> pa.RecordBatch:
    rows = items.num_rows
    feed: pa.Array[Any] = pa.array([commit.feed] * rows, pa.string())
    increment: pa.Array[Any] = pa.array([commit.increment] * rows, pa.int64())
    columns = [decided["path"] if field.name == "path" else items[field.name] for field in ITEM]
    return pa.RecordBatch.from_arrays([feed, increment, decided["missing_since"], *columns], schema=CURRENT_ITEM)
