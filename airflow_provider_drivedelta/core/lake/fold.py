"""Staged items and the state in, decisions out: what is a change, of what kind, and what the state says from now on.

DuckDB decides, over narrow key columns and within bounded memory; the rows themselves are carried
by `publish`, once. The questions are in `fold_sql`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import counts_sql
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake import path_tree_sql as path_tree
from airflow_provider_drivedelta.core.lake.aspects import HASH_VERSION
from airflow_provider_drivedelta.core.lake.database import ROWS_AT_ONCE, Database
from airflow_provider_drivedelta.core.lake.paths import PIECE, find_paths, placed
from airflow_provider_drivedelta.core.lake.rehash import SAME, TAKE_SAME, same_values
from airflow_provider_drivedelta.core.lake.repair import add_stand_ins, blame, salvaged
from airflow_provider_drivedelta.core.lake.scope import keep_to_folder
from airflow_provider_drivedelta.core.lake.spill import Rows
from airflow_provider_drivedelta.core.lake.staging import Records, Stage, deciding, rows_of
from airflow_provider_drivedelta.core.lake.state import State

OnAbsent = Literal["delete", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the fold must know of the run.

    `full`: what is not staged does not exist; `on_absent` says what becomes of it. `number` is the
    increment to be. `root` is the root's key as far as it was known before. `partial_since`: items
    created earlier may exist without being known. `based_on`: the read began at this increment, and
    what later ones told of is theirs, whatever the read says of it. `unreadable` are keys that were
    there and could not be read; `blind`: some were there whose keys could not, so nothing is absent.
    `repairs`: of a damaged state what is left is used, and written anew. `scope` is the key of the
    folder to keep to.
    """

    full: bool
    number: int
    now: datetime
    root: str | None = None
    on_absent: OnAbsent = "delete"
    partial_since: datetime | None = None
    based_on: int | None = None
    unreadable: tuple[str, ...] = ()
    blind: bool = False
    repairs: bool = False
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    missing: int = 0
    cascaded: int = 0
    suppressed: int = 0
    adopted: int = 0
    stranded: int = 0


class Fold:
    """The decisions of one run, as tables of a DuckDB that lives as long as the block.

    :param scratch: a folder of the attempt's own, for what does not fit into memory.
    """

    def __init__(self, stage: Stage, state: State, question: Question, scratch: Path, records: Records) -> None:
        self.stage, self.question, self._scratch, self._records = stage, question, scratch, records
        self.state = salvaged(state) if question.repairs else state
        self.database = Database(scratch, rows=stage.items + sum(layer.count for layer in state.layers))
        self.root: str | None = question.root
        self.counts = Counts()
        self.learned = False

    def __enter__(self) -> Fold:
        try:
            self._load()
            self._decide()
            self._place()
            self._conclude()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()
        if isinstance(error, duckdb.OutOfMemoryException):
            then = "Give the worker more memory, or its disk more room; nothing is lost."
            raise FixSetup("The fold does not fit into memory and temporary space", then=then) from error
        if isinstance(error, duckdb.Error | pa.ArrowException | OSError | FixSetup):
            blame(self.state, error)

    @property
    def has_news(self) -> bool:
        """Whether the state knows something after this run that is worth a commit."""
        return self.learned or bool(self.counts.adopted) or self.root != self.question.root

    def placed(self, told: str, *, with_images: bool = False) -> Iterator[pa.RecordBatch]:
        """The rows of `from_stage` or `from_state`, in order, with their paths: a bounded number at a time."""
        for start in range(0, self.number_of(told), ROWS_AT_ONCE):
            self.database.run(PIECE.format(told=told), start=start, end=start + ROWS_AT_ONCE)
            self.database.run(f"CREATE TABLE placed AS {placed(self.stage.record.tree, with_images=with_images)}")
            yield from self.database.read("FROM placed ORDER BY nth")
            self.database.drop("piece", "placed")

    def rows_of(self, layer: int) -> Rows:
        return rows_of(self.stage) if layer == self.question.number else self.state.rows_of(layer)

    def layers_quoted(self, table: str) -> list[int]:
        """The layers of the state whose rows a table points at."""
        found = self.database.run(f"SELECT DISTINCT layer FROM (FROM {table}) WHERE layer IS NOT NULL ORDER BY 1")
        return [layer for (layer,) in found if isinstance(layer, int)]

    def number_of(self, table: str) -> int:
        return self.database.number(f"SELECT count(*) FROM {table}")

    def most_deletes(self, most: int) -> list[tuple[str, int]]:
        """The folders in which most is deleted, by path, with how much."""
        return self.database.run(counts_sql.MOST_DELETES[self.stage.record.tree], most=most)  # type: ignore[return-value]

    def _load(self) -> None:
        """`staged` and `known`."""
        self.database.write("CREATE TABLE staged AS SELECT * FROM rows", deciding(self.stage))
        self.database.load_keys(self.state.key_files())
        self.database.run(sql.KNOWN)
        self.state = add_stand_ins(self.state, self.database, self._records, self._scratch)

    def _decide(self) -> None:
        """`decided`: what was reported, beside what was known."""
        found = self.database.run(sql.ROOT)
        self.root = str(found[0][0]) if found else self.question.root
        if self.question.based_on is not None:
            self.database.run(sql.TOLD_SINCE, based_on=self.question.based_on)
        self.database.run(sql.LAST)
        self.database.run(sql.DECIDED, root=self.root)
        self.database.drop("staged", "last")
        self._compare_by_value()
        self.database.run(sql.CONTAINERS_BEFORE)
        if self.question.full:
            ask = self.question
            if ask.blind:
                self.database.run(sql.NONE_GONE)
            else:
                self.database.run(sql.ABSENT, based_on=ask.based_on, unreadable=list(ask.unreadable))
        else:
            self._doom() if self.database.any("decided WHERE is_deleted") else self.database.run(sql.NONE_GONE)
        kept = self.question.full and self.question.on_absent == "keep"
        self.database.run(f"CREATE TABLE lost AS SELECT * FROM gone WHERE {not kept}")
        self.database.run(f"CREATE TABLE unsure AS SELECT * FROM gone WHERE {kept} AND missing_since IS NULL")

    def _compare_by_value(self) -> None:
        """Where another version made the hashes in the state, `decided` gets those that mean the same today."""
        stale = f"decided WHERE was_alive AND NOT is_deleted AND hash_version IS DISTINCT FROM {HASH_VERSION:d}"
        if not self.database.any(stale):
            return
        self.database.write("CREATE TABLE same AS SELECT * FROM rows", SAME.empty_table().to_reader())
        for layer in self.layers_quoted(stale):
            items = self.database.read(f"SELECT position, row FROM {stale} AND layer = {layer:d} ORDER BY row")
            compared = same_values(rows_of(self.stage), self.rows_of(layer), items)
            self.database.write(
                "INSERT INTO same SELECT * FROM rows", pa.RecordBatchReader.from_batches(SAME, compared)
            )
        self.database.run(TAKE_SAME)

    def _place(self) -> None:
        """`paths_before`, `paths_after`, and who was moved by what happened above."""
        if self.stage.record.tree == "paths":
            self._place_by_path()
            return
        find_paths(self.database, "paths_before", "containers_before", self.question.root)
        if self.root == self.question.root and not self.database.any(sql.CONTAINERS_CHANGED):
            self.database.run(sql.SAME_PATHS)  # most increments: files changed, and the tree stands
            self.database.run(sql.NONE_MOVED)
        else:
            self.database.run(sql.CONTAINERS_AFTER)
            find_paths(self.database, "paths_after", "containers_after", self.root)
            self.database.drop("containers_after")
            self.database.run(sql.MOVED)
        self.database.run(sql.CASCADED if self.database.any("moved") else sql.NONE_CASCADED)

    def _place_by_path(self) -> None:
        for table in ("paths_before", "paths_after", "moved"):
            self.database.run(f"CREATE TABLE {table} AS SELECT NULL AS item_key, NULL AS path LIMIT 0")
        self.database.run(path_tree.RENAMED)
        if self.database.any("renamed"):
            self.database.run(path_tree.KEPT_PARENTS)
            self.database.run(path_tree.CASCADED)
        else:
            self.database.run(sql.NONE_CASCADED)

    def _doom(self) -> None:
        if self.stage.record.tree == "paths":
            self.database.run(path_tree.DOOMED)
            return
        self.database.run(sql.DOOMED_FIRST)
        self.database.level_by_level(sql.DOOMED_NEXT)
        self.database.run(sql.DOOMED_GONE)

    def _conclude(self) -> None:
        """`from_stage` and `from_state`, the rows to publish; `new_keys`, the state's new layer; the counts."""
        ask = self.question
        self.database.run(sql.told_of_stage(self.stage.record.tree), partial_since=ask.partial_since, full=ask.full)
        cause = "parent_deleted" if not ask.full else "absent"
        self.database.run(sql.TOLD_OF_STATE, gone_cause=cause, now=ask.now)
        self.database.run(sql.FROM_STAGE)
        self.database.run(sql.FROM_STATE)
        self.database.drop("told_of_stage", "told_of_state")
        takes_all = not ask.full or self.state.is_damaged
        self.database.run(sql.NEW_KEYS, number=ask.number, now=ask.now, takes_all=takes_all, hash_version=HASH_VERSION)
        told = self.number_of("from_stage") + self.number_of("decided WHERE is_deleted AND was_alive")
        self.learned = bool(self.number_of("from_stage") or self.number_of("from_state"))
        if ask.scope is not None:
            keep_to_folder(self.database, ask.scope)
        self.counts = self._count(told)
        self.database.drop(*sql.DONE_WITH)

    def _count(self, told: int) -> Counts:
        rows, inserted, updated, deleted, missing, cascaded = self.database.numbers(counts_sql.COUNTED)
        since = self.question.partial_since
        adopted = self.database.number(counts_sql.ADOPTED, partial_since=since) if self.question.full and since else 0
        return Counts(
            rows=rows,
            inserted=inserted,
            updated=updated,
            deleted=deleted,
            missing=missing,
            cascaded=cascaded,
            suppressed=self.number_of("decided") - told - adopted,
            adopted=adopted,
            stranded=self.database.number(counts_sql.STRANDED),
        )
