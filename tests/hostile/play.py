"""Random histories beside random faults, each told by its number, so that what failed can be played again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Protocol, Self

from tests.hostile.kinds import KINDS, PASSING, Rule, rule_of
from tests.hostile.trial import How, Tally

RUNS = 4  # of each history, beside those that are left alone
ROUND = -(-len(KINDS) // RUNS)
"""Histories until every kind of fault has had its turn."""
HOW: tuple[How, ...] = (*("pull",) * 8, "reload", "reconcile")
SOAK = int(os.environ.get("DRIVEDELTA_SOAK", "0"))
"""Runs against the hostile service, of each feed; without it, one round."""
ONE = os.environ.get("DRIVEDELTA_HISTORY", "")
"""The number of one history to be played again."""


class Lake(Protocol):
    """A lake that follows a source whose service can be told to misbehave.

    `feed` and `beside` are words in the addresses of the feed, and of what is asked for beside it.
    """

    feed: str
    beside: str

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def plant(self) -> None: ...
    def pull(self) -> None: ...
    def live(self, random: Random) -> None: ...
    def suffer(self, rules: list[Rule], tally: Tally, how: How) -> Counter[str]: ...
    def settle(self) -> None: ...


def play(begin: Callable[[Random], Lake], name: str) -> Tally:
    """Histories of one feed; an AssertionError, or an error that is none of ours, names the one it happened in."""
    tally = Tally()
    numbers = [int(ONE)] if ONE else range(-(-SOAK // RUNS) if SOAK else ROUND)
    for number in numbers:
        try:
            _play_one(begin, number, Random(f"{name} {number}"), tally)
        except BaseException as error:
            error.add_note(f"in history {number} of {name}: DRIVEDELTA_HISTORY={number} plays it again")
            raise
    return tally


def never_met(tally: Tally) -> set[str]:
    return set() if ONE or 0 < SOAK < ROUND * RUNS else KINDS.keys() - tally.met.keys()


def _play_one(begin: Callable[[Random], Lake], number: int, random: Random, tally: Tally) -> None:
    tally.histories += 1
    with begin(random) as lake:
        lake.plant()
        if random.random() < 0.6:
            lake.pull()
        for turn in range(number * RUNS, number * RUNS + RUNS):
            lake.live(random)
            first, *others = _plan(turn, lake, random)
            met = lake.suffer([first, *others], tally, random.choice(HOW))
            if turn < len(KINDS) and not met[str(first["name"])]:
                lake.suffer([first], tally, "pull")  # another one was in its way
        if random.random() < 0.5:
            lake.live(random)
        lake.settle()


def _plan(turn: int, lake: Lake, random: Random) -> list[Rule]:
    """The kind whose turn it is, and perhaps others, one of them on calls beside the feed."""
    names = list(KINDS)
    plan = [rule_of(names[turn % len(names)], random, path=lake.feed, surely=turn < len(names))]
    if random.random() < 0.4:
        path = random.choice(("", lake.beside))
        plan.append(rule_of(random.choice(list(PASSING)), random, path=path, surely=False))
    if random.random() < 0.3:
        plan.append(rule_of(random.choice(names), random, path=lake.feed, surely=False))
    return plan
