"""A list that is followed while its service misbehaves, and its reader, who must have the truth in the end."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

from airflow_provider_drivedelta.core.transport import Transport
from tests.hostile.kinds import Rule
from tests.hostile.trial import FakeTime, How, Tally, attempt, settings
from tests.model.lists.changing_list import NAMES
from tests.model.lists.followed_list import FollowedList

_CALLS = {"sharepoint": ("getlistitemchangessincetoken", "/_api/"), "graph": ("/items/delta", "/columns")}
_HAPPENS = ("add", "add", "folder", "grow", "grow", "edit", "edit", "rename", "move", "move", "replace", "system")
_HAPPENS += ("delete", "restore", "attach", "away")


class HostileList(FollowedList):
    def __init__(self, protocol: str, random: Random) -> None:
        super().__init__(protocol)
        self.feed, self.beside = _CALLS[protocol]
        self.time = FakeTime()
        self.is_hostile = False

    def live(self, random: Random) -> None:
        self.change(
            (random.choice(_HAPPENS), random.randrange(64), random.randrange(64), random.choice(NAMES))
            for _ in range(random.randint(2, 8))
        )

    def suffer(self, rules: list[Rule], tally: Tally, how: How) -> Counter[str]:
        self.is_hostile = True
        met = attempt(self.emulator, rules, self.time, partial(self.run, reloads=how != "pull"), tally)
        self.is_hostile = False
        self._take()  # the reader refuses what contradicts what it has
        return met

    def settle(self) -> None:
        """The faults are over: one run is enough, or two if the first one goes on with a read begun before."""
        if any(self.output.glob("*/_drivedelta/reads/*")):
            self.run()
            self._take()
        self.pull()

    def _take(self) -> None:
        if any(self.output.glob("*/_drivedelta/log/*")):
            for row in self._new_rows():
                self._fold(row)

    def transport(self, base_url: str) -> Transport:
        given = settings(base_url, self.time)
        return Transport(**given) if self.is_hostile else Transport(**{**given, "limits": None})
