"""The items that exist, as the state knew them after one increment, each with its path."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.database import ROWS_AT_ONCE, Database
from airflow_provider_drivedelta.core.lake.feeds import Folder, one_feed
from airflow_provider_drivedelta.core.lake.layout import STATE
from airflow_provider_drivedelta.core.lake.paths import PIECE, find_paths
from airflow_provider_drivedelta.core.lake.record import RecordType
from airflow_provider_drivedelta.core.lake.records import record_of
from airflow_provider_drivedelta.core.lake.spill import beside, by_layer
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.lake.storage import Storage

# Who is alive, and where its row lies, in that order. The state knows the whole drive, readers the folder followed.
_LIVING = """
    CREATE TABLE living AS
    SELECT k.layer, k.row, k.missing_since, k.parent_key, k.name
    FROM known k
    WHERE k.deleted_at IS NULL AND ($include_missing OR k.missing_since IS NULL) AND (
        $scope IS NULL OR k.parent_key IN (
            SELECT item_key FROM paths_now
            WHERE starts_with(path || '/', (SELECT path || '/' FROM paths_now WHERE item_key = $scope))
        )
    )
    ORDER BY layer, row
"""

# A piece of them, each under its path.
_PLACED: Mapping[str, str] = {
    "ids": """
        CREATE TABLE placed AS
        SELECT s.*, p.path || '/' || s.name AS path
        FROM piece s LEFT JOIN paths_now p ON p.item_key = s.parent_key
    """,
    "paths": "CREATE TABLE placed AS SELECT *, parent_key || '/' || name AS path FROM piece",
}


def read_current(
    folder: Folder,
    *,
    at: int | None = None,
    include_missing: bool = True,
    storage_options: Mapping[str, object] | None = None,
) -> pa.RecordBatchReader:
    """The items alive after an increment: the state itself, so it does not need the change files.

    Rows come a few thousand at a time, in no promised order; `.read_all()` gives a table,
    `.read_pandas()` a DataFrame, `duckdb.from_arrow(...)` a relation. The columns are the item's, and
    `_feed`, `_increment` (after which this was so), `_missing_since`.

    :param folder: a feed's folder, or an output folder that holds one feed; a path or an address.
    :param at: the increment; None takes the last one.
    :param include_missing: also items that the service neither returns nor disowns (`_missing_since` is set).
    :param storage_options: what the client of an object store takes, where its environment does not say it.
    :raises FixSetup: there is no such feed or increment, or the increment's state is not held any more.
    :raises BrokenFeed: a commit or a file of the state is damaged.
    """
    return items_of(one_feed(folder, storage_options), at=at, include_missing=include_missing)


def items_of(storage: Storage, *, at: int | None, include_missing: bool) -> pa.RecordBatchReader:
    """The same, of a feed that was found before."""
    held = _Held(storage, _commit_at(storage, at))
    _check(held)
    return pa.RecordBatchReader.from_batches(held.record.current, _batches(held, include_missing))


def _commit_at(storage: Storage, at: int | None) -> Commit:
    known = log.readable(storage)
    if at is not None and at not in known:
        then = f"The first one is {known[0]}, the last one {known[-1]}."
        raise FixSetup(f"There is no increment {at}", where=storage.full_path(), then=then)
    return log.read(storage, known[-1] if at is None else at)


@dataclass(frozen=True, slots=True)
class _Held:
    """The state after one commit."""

    storage: Storage
    commit: Commit

    @property
    def rows(self) -> int:
        return sum(layer.count for layer in self.commit.state)

    @property
    def record(self) -> RecordType:
        return record_of(self.commit)

    @property
    def state(self) -> State:
        """Its layers where they lie now: of a commit that nobody has finished yet, where they were staged."""
        staged = {file.final: file.staged for file in self.commit.state_files}

        def place(final: str) -> str:
            first = staged.get(final, final)
            return final if self.storage.exists(final) or not self.storage.exists(first) else first

        layers = (replace(layer, keys=place(layer.keys), rows=place(layer.rows)) for layer in self.commit.state)
        return State(self.storage, tuple(layers), self.record)


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


def _oldest_held(storage: Storage, known: list[int]) -> int:
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
        Database(Path(scratch), rows=held.rows) as database,
    ):
        try:
            database.load_keys(held.state.key_files())
            database.run(sql.KNOWN)
            database.run(sql.CONTAINERS_BEFORE)
            find_paths(database, "paths_now", "containers_before", held.commit.root_key)
            database.run(_LIVING, include_missing=include_missing, scope=held.commit.scope_key)
            for start in range(0, database.number("SELECT count(*) FROM living"), ROWS_AT_ONCE):
                database.run(PIECE.format(told="living"), start=start, end=start + ROWS_AT_ONCE)
                database.run(_PLACED[held.record.tree])
                for decisions in database.read("FROM placed ORDER BY nth"):
                    yield from _items(decisions, held)
                database.drop("piece", "placed")
        except (pa.ArrowInvalid, duckdb.InvalidInputException) as error:
            then = "Restore the state's files from a copy, or run once with full_reload."
            where = held.storage.full_path(STATE)
            raise BrokenFeed("A file of the feed's state is damaged", where=where, then=then) from error


def _items(decisions: pa.RecordBatch, held: _Held) -> Iterator[pa.RecordBatch]:
    for layer, of_layer in by_layer(decisions):
        for decided, items in beside(of_layer, "row", held.state.rows_of(layer)):
            yield _item(items, decided, held)


def _item(items: pa.RecordBatch, decided: pa.RecordBatch, held: _Held) -> pa.RecordBatch:
    rows, record = items.num_rows, held.record
    said: list[pa.Array[Any]] = [
        pa.repeat(held.commit.feed, rows),
        pa.repeat(pa.scalar(held.commit.increment, pa.int64()), rows),
        decided["missing_since"],
    ]
    item = [decided["path"] if field.name == record.path else items[field.name] for field in record.item]
    return pa.RecordBatch.from_arrays([*said, *item], schema=record.current)
