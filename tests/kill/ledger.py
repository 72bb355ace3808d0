"""What a drive was at each run, held against what its readers were told in the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.tokens import decode
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.model.checks import check_rows, check_tree
from tests.model.reader import Reader, Row
from tests.model.shadow import Reported, Tree, expect, look

WHO = ("_feed", "_increment", "_sequence", "id", "_op")


@dataclass(frozen=True)
class Seen:
    """The drive when a run read it."""

    tree: Tree
    head: int


class Heads:
    """The drive at each head of its log that a reader may have met: it must be noted after every change."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._trees: dict[int, Tree] = {}
        self.note()

    def note(self) -> None:
        self._trees[self._drive.head] = look(self._drive)

    def seen_by(self, commit: Commit) -> Seen:
        """The drive when the run of this commit began to read: its token says when that was."""
        text = unquote(commit.token).partition("token=")[2].strip("')")
        head = decode(text).since
        return Seen(self._trees[head], head)


@dataclass
class Ledger:
    """Runs one after the other. `flavour` is how the service refuses the token that it refuses."""

    drive: Drive
    flavour: str = ""
    numbers: list[int] = field(default_factory=list)
    announced: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.heads = Heads(self.drive)

    def note(self, last: int, summary: Summary | None) -> None:
        """A run has ended: with a summary, or killed; and this is the last increment of the log."""
        self.numbers.append(last)
        if summary and summary.from_increment and summary.to_increment:
            self.announced.update(range(summary.from_increment, summary.to_increment + 1))

    def check(self, folder: Path) -> None:
        """Every change was told once, in the increment of the run that read it, and the tree is the drive's."""
        steps = zip([0, *self.numbers], self.numbers, strict=False)
        assert all(later - earlier in (0, 1) for earlier, later in steps), self.numbers
        check_lake(folder, self.drive, self.heads.seen_by, flavour=self.flavour)

    def check_announced(self) -> None:
        """Each increment was in the summary of some run, so that whoever is woken by events reads it."""
        assert self.announced == set(range(1, self.numbers[-1] + 1)), f"nobody was told of all: {self.announced}"


def check_lake(folder: Path, drive: Drive, seen_by: Callable[[Commit], Seen], *, flavour: str = "") -> Sequence[Commit]:
    """Nothing is missing, nothing is told twice, and whichever way one reads the lake one reads the same.

    :param seen_by: the drive when the run of a commit read it.
    """
    reader, told, token_at = Reader(folder), {}, 0
    commits = reader.new_commits()
    for commit in commits:
        seen = seen_by(commit)
        reported = _reported(drive, 0 if commit.kind != "incremental" else token_at, seen.head)
        told = _check_increment(commit, reader.read(commit), told, reported, seen, flavour)
        token_at = seen.head
    now = look(drive)
    check_tree(reader, now)
    _check_state(folder, now)
    _check_glob(folder)
    _check_internals(folder)
    return commits


def _check_increment(
    commit: Commit, rows: Sequence[Row], before: Tree, reported: Reported, seen: Seen, flavour: str
) -> Tree:
    keeps = commit.kind == "resync" and flavour == "upload"
    told, after = expect(before, seen.tree, reported, full=commit.kind != "incremental", keeps_absent=keeps)
    check_rows(list(rows), told, before, after)
    return after


def _reported(drive: Drive, since: int, head: int) -> Reported:
    said = list(drive.log.changes(since, head))
    return Reported(
        alive={item.id for item in said if not item.deleted}, deleted={item.id for item in said if item.deleted}
    )


def last_increment(names: Iterable[str]) -> int:
    """Of the files of an output: the number of the last commit, 0 for none."""
    found = (re.search(r"/_drivedelta/log/(\d+)\.json$", name) for name in names)
    return max((int(one[1]) for one in found if one), default=0)


def _check_state(folder: Path, now: Tree) -> None:
    current = read_current(folder, include_missing=False).read_all()
    paths = dict(zip(current["id"].to_pylist(), current["path"].to_pylist(), strict=True))
    assert paths == {known.id: known.path for known in now.values()}, "the state is not what the drive is"


def _check_glob(folder: Path) -> None:
    """A plain glob gives what the log says: the same files and the same rows, none of them twice."""
    storage = LocalStorage(folder)
    files = {file.final: file.size for commit in log.committed(storage) for file in commit.files}
    found = {
        str(path.relative_to(folder)): path.stat().st_size for path in folder.glob("changes/**/*") if path.is_file()
    }
    assert found == files, f"only found {found.keys() - files.keys()}, only named {files.keys() - found.keys()}"
    globbed = duckdb.sql(
        f"SELECT {', '.join(WHO)} FROM read_parquet('{folder}/changes/**/*.parquet') ORDER BY _increment, _sequence"
    ).fetchall()
    by_log = _by_log(folder)
    assert globbed == by_log, "a plain glob is not what the log says"
    assert len({row[:3] for row in globbed}) == len(globbed), "a row is there twice"


def _by_log(folder: Path) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in WHO) for row in read_changes(folder).read_all().select(list(WHO)).to_pylist()]


def _check_internals(folder: Path) -> None:
    """No file of the state is nobody's, and nothing committed waits in staging."""
    commits = list(log.committed(LocalStorage(folder)))
    named = {file.final for commit in commits for file in commit.state_files}
    there = {str(path.relative_to(folder)) for path in folder.glob("_drivedelta/state/*")}
    assert there == named, f"nobody's: {there - named}, missing: {named - there}"
    waiting = {path.name for path in folder.glob("_drivedelta/staging/*")}
    assert not waiting & {commit.attempt for commit in commits}, "something committed still waits in staging"
    for layer in commits[-1].state:
        assert pq.read_metadata(folder / layer.keys).num_rows == layer.count
