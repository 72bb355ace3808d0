"""A lake that follows a drive run after run, checked against what really happened in between."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import event, note

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore, SavedToken
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.emulator import Drive, Emulator
from airflow_provider_drivedelta.emulator.identity import Flavour
from tests.model.changing_drive import ChangingDrive
from tests.model.reader import Reader, Row
from tests.model.shadow import Known, Reported, Told, Tree, expect, look


class Forgetful(MemoryTokenStore):
    """Fails to save while told so, as a metadata database does that is away."""

    fails = False

    def save(self, record: SavedToken) -> None:
        if self.fails:
            raise RetryLater("The token could not be saved")
        super().save(record)


@dataclass(frozen=True)
class Moment:
    """The drive when a run began."""

    tree: Tree
    head: int


class FollowedDrive(ChangingDrive):
    """Leaving the block stops the service and removes the lake. `is_right`: no check has failed yet."""

    def __init__(self, drive: Drive, *, sharing: bool, compaction: Compaction) -> None:
        super().__init__(drive)
        self.sharing, self.compaction = sharing, compaction
        self.emulator = Emulator(drives=[drive], page_size=3)
        self.tokens = Forgetful()
        self.reader: Reader | None = None
        self.token_at = 0
        self.refused: str | None = None
        self.is_right = True

    def __enter__(self) -> FollowedDrive:
        self.emulator.__enter__()
        self.output = Path(tempfile.mkdtemp(prefix="drivedelta-model-"))
        return self

    def __exit__(self, *error: object) -> None:
        self.emulator.stop()
        shutil.rmtree(self.output)

    def now(self) -> Moment:
        return Moment(look(self.drive), self.drive.head)

    @contextmanager
    def fault(self, rule: Mapping[str, object] | None) -> Iterator[None]:
        if rule:
            self.emulator.faults([rule])
        try:
            yield
        finally:
            self.emulator.clear_faults()

    def expire(self, flavour: str, location: bool | str, *, plain: bool) -> None:
        self.emulator.expire(flavour=flavour, location=location, message_only=plain)
        self.refused = flavour

    def run(self, *, reloads: bool = False, meanwhile: Callable[[Progress], None] | None = None) -> Summary:
        base_url = f"{self.emulator.url}/v1.0"
        capture = DriveCapture(
            source=Source.parse(f"drives/{self.drive.id}"),
            output=str(self.output),
            full_reload=reloads,
            sharing_changes=self.sharing,
            compaction=self.compaction,
        )
        policy = RetryPolicy(attempts=2)
        with Transport(auth=BearerToken("t"), base_url=base_url, policy=policy, sleep=lambda _: None) as transport:
            return capture_drive(capture, base_url=base_url, transport=transport, tokens=self.tokens, on_page=meanwhile)

    def new_commits(self) -> list[Commit]:
        folders = list(self.output.iterdir())
        if self.reader is None and folders:
            self.reader = Reader(folders[0])
        return self.reader.new_commits() if self.reader else []

    def check(self, summary: Summary | None, *, reloads: bool = False, then: Moment | None = None) -> None:
        """After a run: what it published is what happened. `then`: when it began, if that is not as it is now."""
        self.is_right = False
        self._check(summary, reloads, then or self.now(), is_whole=then is None)
        self.is_right = True

    def _check(self, summary: Summary | None, reloads: bool, moment: Moment, *, is_whole: bool) -> None:
        commits = self.new_commits()
        assert self.reader is not None
        assert len(commits) <= 1
        first = self.reader.increment == 0
        reloads = reloads and not first
        flavour = None if first or reloads else self.refused
        full = bool(first or reloads or flavour)
        kind = "initial" if first else "reload" if reloads else "resync" if flavour else "incremental"
        reported = self._reported(0 if full else self.token_at, moment.head)
        told, after = expect(self.told, moment.tree, reported, full=full, keeps_absent=flavour == "upload")
        rows = self.reader.read(commits[0]) if commits else []
        note(f"{kind}: {[(row['_op'], row['_cause'], row['_aspects'], row['path']) for row in rows]}")
        self.token_at, self.refused = moment.head, None if full else self.refused
        assert all(commit.kind == kind for commit in commits)
        if summary:
            check_summary(summary, rows, kind if commits else "quiet")
        if self.keeps_to_itself:
            self._go_on(moment, is_good=full and is_whole)
        else:
            assert bool(commits) == (full or bool(told)), "a commit without news, or news without one"
            check_rows(rows, told, self.told, after)
            check_tree(self.reader, moment.tree)
            self.told = after
        self.told_dead = self.reader.dead

    def _go_on(self, moment: Moment, *, is_good: bool) -> None:
        """The service kept something to itself: only a full read makes it good, and one that it is sure of."""
        assert self.reader is not None
        if is_good:
            check_tree(self.reader, moment.tree)
        if is_good and len(self.reader.present) == len(self.reader.items):
            event("made good by a full read")
            self.told = moment.tree
            self.keeps_to_itself = False

    def _reported(self, since: int, head: int) -> Reported:
        """What the service says of the drive between two moments."""
        said = [item for item in self.drive.log.changes(since, head) if not item.withheld or not since]
        shows = self.sharing and self.drive.flavour is Flavour.BUSINESS
        return Reported(
            alive={item.id for item in said if not item.deleted},
            deleted={item.id for item in said if item.deleted},
            shared={i.id for i in said if shows and not i.is_folder and i.shared_sequence > since and not i.deleted},
        )


def check_summary(summary: Summary, rows: list[Row], kind: str) -> None:
    ops = [row["_op"] for row in rows]
    assert (summary.kind, summary.rows) == (kind, len(rows))
    told = (summary.inserted, summary.updated, summary.deleted)
    assert told == tuple(map(ops.count, ("insert", "update", "delete")))
    assert summary.cascaded == sum(row["_cause"] == "cascade" for row in rows)
    assert summary.missing == sum(row["_cause"] == "absent_unsure" for row in rows)
    assert (summary.stranded, summary.quarantined, summary.adopted) == (0, 0, 0)


def check_rows(rows: list[Row], told: Mapping[str, Told], before: Tree, after: Tree) -> None:
    """One record for each change and no other, and in each what the item is now, or was last."""
    said = {
        row["id"]: Told(row["_op"], row["_cause"], None if row["_aspects"] is None else frozenset(row["_aspects"]))
        for row in rows
    }
    assert said == told
    for row in rows:
        item = after.get(row["id"]) or before[row["id"]]
        assert _as_told(row) == Known(item.id, item.parent, item.name, item.path, item.is_folder, missing=True)
        assert {name: row[name] for name in item.headline} == item.headline
        assert (row["_missing_since"] is not None) == (item.missing and row["_op"] != "delete")


def check_tree(reader: Reader, now: Tree) -> None:
    """Folding everything gives the drive, path by path."""
    truth = {k.id: (k.path, k.parent, k.name, k.is_folder, dict(k.headline)) for k in now.values()}
    folded = {
        item_id: (
            *(row[name] for name in ("path", "parent_id", "name", "is_folder")),
            {name: row[name] for name in now[item_id].headline} if item_id in now else {},
        )
        for item_id, row in reader.present.items()
    }
    assert folded == truth


def _as_told(row: Row) -> Known:
    return Known(row["id"], row["parent_id"], row["name"], row["path"], row["is_folder"], missing=True)
