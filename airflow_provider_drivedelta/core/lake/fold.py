"""Staged items and the state in, decisions out: what is a change, of what kind, and what the state says from now on.

DuckDB decides, over narrow key columns and within bounded memory; the rows themselves are carried
by `publish`, once. The questions are in `fold_sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

import duckdb
import pyarrow as pa

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import fold_sql as sql
from airflow_provider_drivedelta.core.lake.aspects import HASH_VERSION
from airflow_provider_drivedelta.core.lake.database import connect, load_keys, read
from airflow_provider_drivedelta.core.lake.rehash import SAME, TAKE_SAME, same_values
from airflow_provider_drivedelta.core.lake.repair import add_stand_ins, blame, salvaged
from airflow_provider_drivedelta.core.lake.scope import keep_to_folder
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.lake.state import Rows, State

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

    def __init__(self, stage: Stage, state: State, question: Question, scratch: Path) -> None:
        self.stage, self.question, self._scratch = stage, question, scratch
        self.state = salvaged(state) if question.repairs else state
        self.database = connect(scratch, stage.items + sum(layer.count for layer in state.layers))
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

    def read(self, query: str) -> pa.RecordBatchReader:
        """The answer to a query over the fold's tables, batch by batch."""
        return read(self.database, query)

    def rows_of(self, layer: int) -> Rows:
        return self.stage.rows if layer == self.question.number else self.state.rows_of(layer)

    def layers_quoted(self, table: str) -> list[int]:
        """The layers of the state whose rows a table points at."""
        found = self.database.execute(f"SELECT DISTINCT layer FROM (FROM {table}) WHERE layer IS NOT NULL ORDER BY 1")
        return [layer for (layer,) in found.fetchall()]

    def number_of(self, table: str) -> int:
        return self._number(f"SELECT count(*) FROM {table}")

    def most_deletes(self, most: int) -> list[tuple[str, int]]:
        """The folders in which most is deleted, by path, with how much."""
        folders = "SELECT regexp_replace(path, '/[^/]*$', '') AS folder FROM from_state WHERE op = 'delete'"
        query = f"SELECT folder, count(*) FROM ({folders}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most:d}"
        return [(folder or "", count) for folder, count in self.database.execute(query).fetchall()]

    def add_before_images(self, images: pa.RecordBatchReader) -> None:
        self.database.execute("INSERT INTO before_images SELECT * FROM images")

    def _load(self) -> None:
        """`staged` and `known`."""
        reader = self.stage.deciding()  # noqa: F841  (DuckDB reads it by name)
        self.database.execute("CREATE TABLE staged AS SELECT * FROM reader")
        load_keys(self.database, self.state.key_files())
        self._run(sql.KNOWN)
        self.state = add_stand_ins(self.state, self.database, self.stage.drive_id, self._scratch)

    def _decide(self) -> None:
        """`decided`: what was reported, beside what was known."""
        found = self.database.execute(sql.ROOT).fetchall()
        self.root = found[0][0] if found else self.question.root
        if self.question.based_on is not None:
            self._run(sql.TOLD_SINCE, based_on=self.question.based_on)
        self._run(sql.DECIDED, root=self.root)
        self._compare_by_value()
        self._run(sql.CONTAINERS_BEFORE)
        if self.question.full:
            ask = self.question
            if ask.blind:
                self._run(sql.NONE_GONE)
            else:
                self._run(sql.ABSENT, based_on=ask.based_on, unreadable=list(ask.unreadable))
        else:
            self._run(sql.DOOMED if self._any("decided WHERE is_deleted") else sql.NONE_GONE)
        kept = self.question.full and self.question.on_absent == "keep"
        self._run(f"CREATE TABLE lost AS SELECT * FROM gone WHERE {not kept}")
        self._run(f"CREATE TABLE unsure AS SELECT * FROM gone WHERE {kept} AND missing_since IS NULL")

    def _compare_by_value(self) -> None:
        """Where another version made the hashes in the state, `decided` gets those that mean the same today."""
        stale = f"decided WHERE was_alive AND NOT is_deleted AND hash_version IS DISTINCT FROM {HASH_VERSION:d}"
        if not self._any(stale):
            return
        nothing = SAME.empty_table()  # noqa: F841  (DuckDB reads it by name)
        self.database.execute("CREATE TABLE same AS SELECT * FROM nothing")
        for layer in self.layers_quoted(stale):
            items = self.read(f"SELECT position, row FROM {stale} AND layer = {layer:d} ORDER BY row")
            compared = same_values(self.stage.rows, self.rows_of(layer), items)
            found = pa.RecordBatchReader.from_batches(SAME, compared)  # noqa: F841
            self.database.execute("INSERT INTO same SELECT * FROM found")
        self._run(TAKE_SAME)

    def _place(self) -> None:
        """`paths_before`, `paths_after`, and who was moved by what happened above."""
        self._run(sql.CONTAINERS_AFTER)
        self._run(sql.paths("paths_before", "containers_before"), root=self.question.root)
        self._run(sql.paths("paths_after", "containers_after"), root=self.root)
        self._run(sql.MOVED)
        self._run(sql.CASCADED if self._any("moved") else sql.NONE_CASCADED)

    def _conclude(self) -> None:
        """`from_stage` and `from_state`, the rows to publish; `new_keys`, the state's new layer; the counts."""
        ask = self.question
        self._run(sql.REPORTED, partial_since=ask.partial_since)
        self._run(sql.FROM_STAGE, full=ask.full)
        cause = "parent_deleted" if not ask.full else "absent"
        self._run(sql.FROM_STATE, gone_cause=cause, now=ask.now)
        takes_all = not ask.full or self.state.is_damaged
        self._run(sql.NEW_KEYS, number=ask.number, now=ask.now, takes_all=takes_all, hash_version=HASH_VERSION)
        told = self.number_of("from_stage") + self.number_of("decided WHERE is_deleted AND was_alive")
        self.learned = bool(self.number_of("from_stage") or self.number_of("from_state"))
        if ask.scope is not None:
            keep_to_folder(self.database, ask.scope)
        self.counts = self._count(told)
        for table in sql.DONE_WITH:
            self._run(f"DROP TABLE {table}")

    def _count(self, told: int) -> Counts:
        rows = self.database.execute(
            """SELECT count(*), count(*) FILTER (op = 'insert'), count(*) FILTER (op = 'update'),
                count(*) FILTER (op = 'delete'), count(*) FILTER (cause = 'absent_unsure'),
                count(*) FILTER (cause = 'cascade')
            FROM (SELECT op, cause FROM from_stage UNION ALL SELECT op, cause FROM from_state)"""
        ).fetchall()[0]
        adopted = self.number_of("reported WHERE is_older") if self.question.full else 0
        return Counts(
            rows=rows[0],
            inserted=rows[1],
            updated=rows[2],
            deleted=rows[3],
            missing=rows[4],
            cascaded=rows[5],
            suppressed=self.number_of("decided") - told - adopted,
            adopted=adopted,
            stranded=self._number(sql.STRANDED),
        )

    def _any(self, table: str) -> bool:
        return bool(self.database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())

    def _number(self, query: str) -> int:
        return int(self.database.execute(query).fetchall()[0][0])

    def _run(self, query: str, **values: str | int | bool | datetime | list[str] | None) -> None:
        self.database.execute(query, values or None)
