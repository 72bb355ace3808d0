"""A drive that is followed while its service misbehaves, and its reader, who must have the truth in the end."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.identity import Flavour
from tests.hostile.kinds import WITHOUT_END, Rule
from tests.hostile.trial import FakeTime, How, Tally, attempt, settings
from tests.model.changing_drive import NAMES
from tests.model.checks import check_tree
from tests.model.followed_drive import FollowedDrive
from tests.model.shadow import look

# More is made than deleted.
_HAPPENS = ("folder", "file", "file", "grow", "grow", "edit", "rename", "move", "move", "replace", "facets", "share")
_HAPPENS += ("delete", "restore", "recreate")


class HostileDrive(FollowedDrive):
    def __init__(self, protocol: str, random: Random) -> None:
        personal = protocol != "graph" or random.random() < 0.5
        drive = Drive(
            flavour=Flavour.PERSONAL if personal else Flavour.BUSINESS,
            withhold_descendant_tombstones=random.random() < 0.3,
        )
        compaction = random.choice((Compaction(), Compaction(most_layers=2, most_rows=6, most_of_base=0)))
        super().__init__(drive, protocol=protocol, sharing=False, compaction=compaction)
        self.feed, self.beside = self.wire.feed, self.wire.members
        self.time = FakeTime()
        self.is_hostile = self.ended_early = False

    def live(self, random: Random) -> None:
        self.change(
            (random.choice(_HAPPENS), random.randrange(64), random.randrange(64), random.choice(NAMES))
            for _ in range(random.randint(2, 8))
        )

    def pull(self) -> None:
        self.run()
        self._take()
        check_tree(self.reader, look(self.drive))

    def suffer(self, rules: list[Rule], tally: Tally, how: How) -> Counter[str]:
        self.is_hostile = True
        runs = {"pull": self.run, "reload": partial(self.run, reloads=True), "reconcile": self.reconcile}
        met = attempt(self.emulator, rules, self.time, runs[how], tally)
        self.is_hostile = False
        # By its rules an empty page ends this feed: the next run takes the rest, and what came since the one after.
        self.ended_early |= self.protocol == "view.changes" and bool(met["an empty page"] + met[WITHOUT_END])
        self._take()  # the reader refuses what contradicts what it has
        return met

    def settle(self) -> None:
        """The faults are over: one run is enough, or two if the first one goes on with a read begun before."""
        begun = any(self.output.glob("*/_drivedelta/reads/*"))
        self.run()
        if begun or self.ended_early:
            self.run()
        if self.drive.withhold_descendant_tombstones:
            self.reconcile()
        self._take()
        check_tree(self.reader, look(self.drive))
        assert self.run().kind == "quiet", "something is told twice"

    def _take(self) -> None:
        for commit in self.new_commits():
            self.reader.read(commit)

    def _transport(self, base_url: str, seed: int | None) -> Transport:
        given = settings(base_url, self.time)
        return Transport(**given) if self.is_hostile else Transport(**{**given, "limits": None})
