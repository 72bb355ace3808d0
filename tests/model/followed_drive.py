"""A lake that follows a drive run after run, checked against what really happened in between."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import note

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive, reconcile_drive
from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import RetryPolicy
from airflow_provider_drivedelta.emulator import Drive, Emulator
from airflow_provider_drivedelta.emulator.identity import Flavour
from tests.model.changing_drive import ChangingDrive
from tests.model.checks import check_repair, check_rows, check_summary, check_tree
from tests.model.forgetful import Forgetful
from tests.model.reader import Reader, Row
from tests.model.shadow import Reported, Told, Tree, below, expect, look, told_below
from tests.model.shuffling import Shuffling
from tests.model.tally import met, met_rows, met_tree
from tests.model.wires import WIRES


@dataclass(frozen=True)
class Moment:
    """The drive when a run began."""

    tree: Tree
    head: int


class FollowedDrive(ChangingDrive):
    """Leaving the block stops the service and removes the lake. `is_right`: no check has failed yet."""

    def __init__(self, drive: Drive, *, protocol: str, sharing: bool, compaction: Compaction) -> None:
        super().__init__(drive)
        self.protocol, self.wire = protocol, WIRES[protocol]
        self.sharing, self.compaction = sharing, compaction
        self.folder = ""
        self.emulator = Emulator(drives=[drive], page_size=3)
        self.tokens = Forgetful()
        self.forms: dict[Json, JsonObject] = {}
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

    def keep_to(self, path: str, *, by_path: bool) -> None:
        self.scope = self.drive.find(path).id
        self.folder = path if by_path else self.scope

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

    def run(
        self,
        *,
        reloads: bool = False,
        shuffled: int | None = None,
        meanwhile: Callable[[Progress], None] | None = None,
    ) -> Summary:
        base_url, capture = self._capture(reloads)
        with self._transport(base_url, shuffled) as transport:
            return capture_drive(capture, base_url=base_url, transport=transport, tokens=self.tokens, on_page=meanwhile)

    def reconcile(self, *, meanwhile: Callable[[Progress], None] | None = None) -> Reconciled:
        base_url, capture = self._capture(False)
        with self._transport(base_url, None) as transport:
            return reconcile_drive(
                capture, base_url=base_url, transport=transport, tokens=self.tokens, on_page=meanwhile
            )

    def _capture(self, reloads: bool) -> tuple[str, DriveCapture]:
        return f"{self.emulator.url}{self.wire.base}", DriveCapture(
            source=Source.parse(f"drives/{self.drive.id}"),
            output=str(self.output),
            protocol=self.protocol,
            folder=self.folder,
            full_reload=reloads,
            sharing_changes=self.sharing,
            compaction=self.compaction,
        )

    def _transport(self, base_url: str, seed: int | None) -> Shuffling:
        return Shuffling(
            seed=seed,
            forms=self.forms,
            auth=BearerToken("t"),
            base_url=base_url,
            policy=RetryPolicy(attempts=2),
            sleep=lambda _: None,
        )

    def new_commits(self) -> list[Commit]:
        folders = list(self.output.iterdir())
        if self.reader is None and folders:
            self.reader = Reader(folders[0])
        return self.reader.new_commits() if self.reader else []

    def check(self, summary: Summary | None, *, reloads: bool = False, then: Moment | None = None) -> None:
        """After a run: what it published is what happened. `then`: when it began, if that is not as it is now."""
        self.is_right = False
        self._check_pull(self.new_commits(), summary, reloads, then or self.now(), is_whole=then is None)
        self.is_right = True

    def check_dies_at_the_end(self, when: Literal["before", "after"], *, reloads: bool) -> None:
        """A run that dies before or after its token is saved has published all the same what there was to tell."""
        begins_at, self.tokens.fails = self.token_at, when
        with pytest.raises(RetryLater):
            self.run(reloads=reloads)
        self.tokens.fails = ""
        is_quiet = not self.new_commits()
        self.check(None, reloads=reloads)
        if is_quiet and when == "before":
            self.token_at = begins_at

    def check_reconciled(self, found: Reconciled, *, then: Moment | None = None) -> None:
        """A pull told what the feed told, and only what differs in spite of that is drift."""
        self.is_right = False
        now, commits = self.now(), self.new_commits()
        pulled = [commit for commit in commits if commit.kind != "reconcile"]
        self._check_pull(pulled, None, False, now, is_whole=then is None)
        self._check_mended(commits[len(pulled) :], found, now, then or now)
        self.is_right = True

    def _check_pull(
        self, commits: list[Commit], summary: Summary | None, reloads: bool, moment: Moment, *, is_whole: bool
    ) -> None:
        assert self.reader is not None
        first = self.reader.increment == 0
        reloads = reloads and not first
        flavour = None if first or reloads else self.refused
        full = bool(first or reloads or flavour)
        kind = "initial" if first else "reload" if reloads else "resync" if flavour else "incremental"
        reported = self._reported(0 if full else self.token_at, moment.head)
        told, after = expect(self.told, moment.tree, reported, full=full, keeps_absent=flavour == "upload")
        rows = self._read(commits, kind)
        met(kind if flavour is None else f"resync {flavour}") if commits else met("quiet")
        self.token_at, self.refused = moment.head, None if full else self.refused
        if summary:
            check_summary(summary, rows, kind if commits else "quiet")
        if not self.keeps_to_itself:
            assert bool(commits) == (full or bool(told)), "a commit without news, or news without one"
            self._check_told(rows, told, moment, after)
        elif full and is_whole and flavour != "upload":
            self._made_good(moment)

    def _check_mended(self, commits: list[Commit], found: Reconciled, moment: Moment, then: Moment) -> None:
        """`then`: when everything was read; what the feed told of since is not the comparison's."""
        assert self.reader is not None
        read, later = self._reported(0, then.head), self._reported(then.head, moment.head)
        reported = replace(read, shared=set(read.shared) - set(later.alive))
        had = dict(self.reader.items)
        rows = self._read(commits, "reconcile")
        met("reconcile", *(["drift"] if rows else []))
        check_summary(found.summary, rows, "reconcile")
        assert found.verdict == ("drift" if rows else "in_sync")
        if not self.keeps_to_itself:
            told, after = expect(self.told, moment.tree, reported, full=True, keeps_absent=False)
            assert bool(commits) == bool(told), "a commit without drift, or drift without one"
            self._check_told(rows, told, moment, after)
        elif then == moment:
            check_repair(rows, had, self._seen(moment.tree))
            self._made_good(moment)

    def _read(self, commits: list[Commit], kind: str) -> list[Row]:
        """The rows of the one commit that there may be."""
        assert self.reader is not None
        assert [commit.kind for commit in commits] in ([], [kind])
        rows = self.reader.read(commits[0]) if commits else []
        note(f"{kind}: {[(row['_op'], row['_cause'], row['_aspects'], row['path']) for row in rows]}")
        met_rows(rows)
        return rows

    def _check_told(self, rows: list[Row], told: Mapping[str, Told], moment: Moment, after: Tree) -> None:
        assert self.reader is not None
        seen = told if self.scope is None else told_below(self.scope, told, self.told, after)
        check_rows(rows, seen, self.told, after)
        check_tree(self.reader, self._seen(moment.tree))
        met_tree(moment.tree)
        self._knows(after)

    def _made_good(self, moment: Moment) -> None:
        """The service kept something to itself: a full read that it is sure of makes it good."""
        assert self.reader is not None
        check_tree(self.reader, self._seen(moment.tree))
        assert len(self.reader.present) == len(self.reader.items)
        met("made good by a full read")
        self._knows(moment.tree)
        self.keeps_to_itself = False

    def _seen(self, tree: Tree) -> Tree:
        return tree if self.scope is None else below(self.scope, tree)

    def _knows(self, after: Tree) -> None:
        self.told_dead = (set(self.told_dead) | self.told.keys()) - after.keys()
        self.told = after

    def _reported(self, since: int, head: int) -> Reported:
        """What the service says of the drive between two moments."""
        said = [item for item in self.drive.log.changes(since, head) if not item.withheld or not since]
        shows = self.sharing and self.drive.flavour is Flavour.BUSINESS
        return Reported(
            alive={item.id for item in said if not item.deleted},
            deleted={item.id for item in said if item.deleted},
            shared={i.id for i in said if shows and not i.is_folder and i.shared_sequence > since and not i.deleted},
        )
