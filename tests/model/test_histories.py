"""Random histories of a drive, pulled at random moments: what readers are told is what really happened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Literal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.drive import NameTaken, NoSuchItem
from airflow_provider_drivedelta.emulator.identity import Flavour
from tests.model import tally
from tests.model.changing_drive import NAMES, Change, NothingThere, changes, some
from tests.model.followed_drive import FollowedDrive

LONG = "DRIVEDELTA_MODEL_EXAMPLES"
ENOUGH = 7
EXAMPLES = int(os.environ.get(LONG, ENOUGH))
"""Of each kind of drive. A few hundred find what a few do not."""

flavours = st.sampled_from(("apply", "upload"))
locations = st.sampled_from((True, False, "broken", "https://elsewhere.example"))
scopes = st.sampled_from(("", "", "by path", "by id"))
seldom = st.sampled_from((False, False, False, True))
often = st.sampled_from((True, True, False))
bends = st.sampled_from(("", "repeat", "repeat_previous", "reverse"))


class Histories(RuleBasedStateMachine):
    """Each rule is something that happens to the drive, to the service, or to a run."""

    flavour = Flavour.BUSINESS
    protocol = "graph"
    followed: FollowedDrive | None = None

    @initialize(withholds=often, sharing=st.booleans(), compacts=st.booleans(), scope=scopes, first=changes)
    def start(self, withholds: bool, sharing: bool, compacts: bool, scope: str, first: list[Change]) -> None:
        drive = Drive(flavour=self.flavour, withhold_descendant_tombstones=withholds)
        limits = Compaction(most_layers=2, most_rows=6, most_of_base=0) if compacts else Compaction()
        self.opened = ExitStack()
        self.followed = self.opened.enter_context(
            FollowedDrive(drive, protocol=self.protocol, sharing=sharing, compaction=limits)
        )
        self.followed.plant()
        if scope:  # the first run has to find the folder, so it comes before anything happens
            self.followed.keep_to("/" + "/".join(NAMES[:2]), by_path=scope == "by path")
            self.followed.check(self.followed.run())
        self.followed.change(first)

    def teardown(self) -> None:
        """Whatever was kept from the reader is found by a reconcile."""
        if self.followed is None:
            return
        with self.opened:
            tally.met("histories")
            if self.followed.is_right:
                self.followed.check(self.followed.run())
                self.reconcile()
                assert not self.followed.keeps_to_itself
                self.followed.check(self.followed.run())

    @rule(changes=changes)
    def change(self, changes: list[Change]) -> None:
        self.followed.change(changes)

    @rule(flavour=flavours, location=locations, plain=st.booleans())
    def expire(self, flavour: str, location: bool | str, plain: bool) -> None:
        self.followed.expire(flavour, location, plain=plain)

    @rule()
    @precondition(lambda self: self.followed and self.followed.reader)
    def take_read_files_away(self) -> None:
        shutil.rmtree(self.followed.reader.folder / "changes", ignore_errors=True)

    @rule(changes=changes, reloads=seldom, bent=bends)
    def pull(self, changes: list[Change], reloads: bool, bent: str) -> None:
        self.followed.change(changes)
        bend = {"match": {"path": self.followed.wire.feed, "times": 0}, "page": {"items": bent}}
        with self.followed.fault(bend if bent else None):
            self.followed.check(self.followed.run(reloads=reloads), reloads=reloads)

    @rule(changes=changes, order=st.integers(0, 1000), reloads=seldom)
    def pull_in_any_order(self, changes: list[Change], order: int, reloads: bool) -> None:
        self.followed.change(changes)
        self.followed.check(self.followed.run(reloads=reloads, shuffled=order), reloads=reloads)

    @rule(changes=changes, page=st.integers(1, 4), members=seldom, reloads=seldom)
    def pull_is_interrupted(self, changes: list[Change], page: int, members: bool, reloads: bool) -> None:
        self.followed.change(changes)
        where = self.followed.wire.members if members else self.followed.wire.feed
        with self.followed.fault({"match": {"path": where, "nth": page, "times": 0}, "reply": {"status": 500}}):
            try:
                summary = self.followed.run(reloads=reloads)
            except RetryLater:
                tally.met("interrupted")
                assert not self.followed.new_commits(), "an interrupted run published something"
            else:
                self.followed.check(summary, reloads=reloads)

    @rule(changes=changes, when=st.sampled_from(("before", "after")), reloads=seldom)
    def pull_dies_at_the_end(self, changes: list[Change], when: Literal["before", "after"], reloads: bool) -> None:
        self.followed.change(changes)
        self.followed.check_dies_at_the_end(when, reloads=reloads)

    @rule(changes=changes, page=st.integers(1, 3))
    def change_in_the_middle(self, changes: list[Change], page: int) -> None:
        """What changes while pages are read belongs to the next run, but for what came back from the bin."""
        then = self.followed.now()

        def meanwhile(progress: Progress) -> None:
            if progress.pages == page:
                self.followed.change(changes)

        self.followed.emulator.clear_requests()
        summary = self.followed.run(meanwhile=meanwhile)
        if any(self.followed.wire.members in request.path for request in self.followed.emulator.requests):
            tally.met("changed while read again")
            self.followed.keeps_to_itself = True
        self._may_have_lost(changes)
        self.followed.check(summary, then=then)

    @rule()
    @precondition(lambda self: self.followed and self.followed.reader)
    def reconcile(self) -> None:
        self.followed.check_reconciled(self.followed.reconcile())

    @rule(changes=changes)
    def reconcile_beside_changes(self, changes: list[Change]) -> None:
        """What changes while everything is read is told by the feed right after, and is no drift."""
        self.followed.check(self.followed.run())
        then = self.followed.now()
        calls = iter(("of the pull before", "of the full read"))

        def meanwhile(progress: Progress) -> None:
            if next(calls, "") == "of the full read":
                self.followed.change(changes)

        self.followed.check_reconciled(self.followed.reconcile(meanwhile=meanwhile), then=then)

    def _may_have_lost(self, changes: list[Change]) -> None:
        """A follower is told by what it knew when the run began; what was withheld since then it cannot know."""
        if self.followed.drive.withhold_descendant_tombstones:
            self.followed.keeps_to_itself |= any(what in ("delete", "restore", "recreate") for what, *_ in changes)

    # Stories that single steps would seldom tell.

    @rule(number=some, flavour=flavours, more=changes)
    def delete_while_the_token_is_dead(self, number: int, flavour: str, more: list[Change]) -> None:
        self.followed.check(self.followed.run())
        with suppress(NothingThere):
            self.followed.remove(self.followed.any_light(number), self.followed.drive.delete)
        self.followed.change(more)
        self.followed.expire(flavour, True, plain=True)
        self.followed.check(self.followed.run())

    @rule(number=some, is_missed=often, more=changes)
    def bring_back(self, number: int, is_missed: bool, more: list[Change]) -> None:
        """A folder goes and comes back; that it went is told by the feed, or missed by a full read that is unsure."""
        self.followed.check(self.followed.run())
        with suppress(NameTaken, NoSuchItem, NothingThere):
            folder = self.followed.any_light(number, folder=True)
            self.followed.remove(folder, self.followed.drive.delete)
            if is_missed:
                self.followed.expire("upload", True, plain=True)
            self.followed.check(self.followed.run())
            self.followed.rename_above(folder)
            self.followed.change(more[::2])
            self.followed.check(self.followed.run())
            self.followed.restore(folder)
        self.followed.change(more[1::2])
        self.followed.check(self.followed.run())

    @rule(number=some, other=some)
    def take_it_along(self, number: int, other: int) -> None:
        """Something moves into a folder that is deleted next: where its end is withheld, only a reconcile knows."""
        self.followed.check(self.followed.run())
        with suppress(NameTaken, NoSuchItem, NothingThere, ValueError):
            folder = self.followed.any_light(number, folder=True)
            self.followed.drive.move(self.followed.any_light(other), folder)
            self.followed.remove(folder, self.followed.drive.delete)
        self.reconcile()


class PersonalHistories(Histories):
    flavour = Flavour.PERSONAL


class ViewDeltaHistories(PersonalHistories):
    protocol = "view.delta"


class ViewChangesHistories(PersonalHistories):
    protocol = "view.changes"


def play(machine: type[Histories], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=LONG not in os.environ,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )


@pytest.mark.timeout(0 if LONG in os.environ else 600)
def test_what_readers_are_told_is_what_happened(record_property: Callable[[str, object], None]) -> None:
    """A8, A9, B4, B5, C1, C3, D1, D2: whatever happens in a drive and to the runs that follow it."""
    for machine in (Histories, PersonalHistories):
        play(machine, EXAMPLES)
    record_property("counted", tally.told())
    assert EXAMPLES < ENOUGH or not tally.never_met(), f"too poor to prove much: never met {tally.never_met()}"


@pytest.mark.timeout(0 if LONG in os.environ else 600)
@pytest.mark.parametrize("machine", [ViewDeltaHistories, ViewChangesHistories], ids=lambda machine: machine.protocol)
def test_the_same_holds_over_the_older_protocols(machine: type[Histories]) -> None:
    """A12, B7: the signs differ, what readers are told does not."""
    play(machine, max(EXAMPLES // 2, 1))
