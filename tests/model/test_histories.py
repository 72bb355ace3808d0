"""Random histories of a drive, pulled at random moments: what readers are told is what really happened."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, suppress

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.drive import NameTaken, NoSuchItem
from airflow_provider_drivedelta.emulator.identity import Flavour
from tests.model.changing_drive import Change, NothingThere, changes, some
from tests.model.followed_drive import FollowedDrive

LONG = "DRIVEDELTA_MODEL_EXAMPLES"
EXAMPLES = int(os.environ.get(LONG, "6"))
"""Of each kind of drive. A few hundred find what a few do not."""

flavours = st.sampled_from(("apply", "upload"))
locations = st.sampled_from((True, False, "broken", "https://elsewhere.example"))
seldom = st.sampled_from((False, False, False, True))


class Histories(RuleBasedStateMachine):
    """Each rule is something that happens to the drive, to the service, or to a run."""

    flavour = Flavour.BUSINESS
    followed: FollowedDrive | None = None

    @initialize(withholds=st.booleans(), sharing=st.booleans(), compacts=st.booleans(), first=changes)
    def start(self, withholds: bool, sharing: bool, compacts: bool, first: list[Change]) -> None:
        drive = Drive(flavour=self.flavour, withhold_descendant_tombstones=withholds)
        limits = Compaction(most_layers=2, most_rows=6, most_of_base=0) if compacts else Compaction()
        self.opened = ExitStack()
        self.followed = self.opened.enter_context(FollowedDrive(drive, sharing=sharing, compaction=limits))
        self.followed.plant()
        self.followed.change(first)

    def teardown(self) -> None:
        if self.followed is None:
            return
        with self.opened:
            if self.followed.is_right:
                self.pull(reloads=self.followed.keeps_to_itself, bent="")
                self.pull(reloads=False, bent="")

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

    @rule(reloads=seldom, bent=st.sampled_from(("", "repeat", "repeat_previous", "reverse")))
    def pull(self, reloads: bool, bent: str) -> None:
        bend = {"match": {"path": "/delta", "times": 0}, "page": {"items": bent}}
        with self.followed.fault(bend if bent else None):
            self.followed.check(self.followed.run(reloads=reloads), reloads=reloads)

    @rule(page=st.integers(1, 4), where=st.sampled_from(("/delta", "/children")), reloads=seldom)
    def pull_is_interrupted(self, page: int, where: str, reloads: bool) -> None:
        with self.followed.fault({"match": {"path": where, "nth": page, "times": 0}, "reply": {"status": 500}}):
            try:
                summary = self.followed.run(reloads=reloads)
            except RetryLater:
                event("interrupted")
                assert not self.followed.new_commits(), "an interrupted run published something"
            else:
                self.followed.check(summary, reloads=reloads)

    @rule(reloads=seldom)
    def token_is_not_saved(self, reloads: bool) -> None:
        self.followed.tokens.fails = True
        with pytest.raises(RetryLater):
            self.followed.run(reloads=reloads)
        self.followed.tokens.fails = False
        if self.followed.new_commits():
            self.followed.check(None, reloads=reloads)

    @rule(changes=changes, page=st.integers(1, 3))
    def change_in_the_middle(self, changes: list[Change], page: int) -> None:
        """What changes while pages are read belongs to the next run, but for what came back from the bin."""
        then = self.followed.now()

        def meanwhile(progress: Progress) -> None:
            if progress.pages == page:
                self.followed.change(changes)

        self.followed.emulator.clear_requests()
        summary = self.followed.run(meanwhile=meanwhile)
        if any("/children" in request.path for request in self.followed.emulator.requests):
            event("changed while read again")
            self.followed.keeps_to_itself = True
        if self.followed.drive.withhold_descendant_tombstones:
            self.followed.keeps_to_itself |= any(what in ("delete", "restore", "recreate") for what, *_ in changes)
        self.followed.check(summary, then=then)

    # Stories that single steps would seldom tell.

    @rule(number=some, flavour=flavours, more=changes)
    def delete_while_the_token_is_dead(self, number: int, flavour: str, more: list[Change]) -> None:
        self.pull(reloads=False, bent="")
        with suppress(NothingThere):
            self.followed.remove(number, self.followed.drive.delete)
        self.followed.change(more)
        self.followed.expire(flavour, True, plain=True)
        self.pull(reloads=False, bent="")

    @rule(number=some, more=changes)
    def bring_back(self, number: int, more: list[Change]) -> None:
        self.pull(reloads=False, bent="")
        with suppress(NameTaken, NoSuchItem, NothingThere):
            self.followed.restore(number)
        self.followed.change(more)
        self.pull(reloads=False, bent="")


class PersonalHistories(Histories):
    flavour = Flavour.PERSONAL


@pytest.mark.parametrize("machine", [Histories, PersonalHistories], ids=["business", "personal"])
@pytest.mark.timeout(0 if LONG in os.environ else 240)
def test_what_readers_are_told_is_what_happened(machine: type[Histories]) -> None:
    """A8, A9, B4, B5, C1, C3, D1, D2: whatever happens in a drive and to the runs that follow it."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            derandomize=LONG not in os.environ,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
