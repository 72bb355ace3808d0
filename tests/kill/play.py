"""One scenario, killed at each of its steps, run again, killed again, and run to its end: then nothing is amiss."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.hooks.variables import VariableTokenStore
from tests.kill.children import Ended, in_child
from tests.kill.ledger import Ledger, last_increment
from tests.kill.places import Place
from tests.kill.scenarios import Change, Scenario, meanwhile
from tests.kill.service import BASE_URL, Service
from tests.kill.steps import Spot, Watch, die


@dataclass(frozen=True)
class Steps:
    """What watching one run found: the spots that leave another world behind, of how many places, and its effects."""

    spots: list[Spot]
    places: int
    effects: int


@dataclass
class Report:
    """How a scenario went. `missed`: spots that the run did not come to again."""

    scenario: str
    spots: int = 0
    places: int = 0
    killed: int = 0
    killed_again: int = 0
    missed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


class Play:
    """The world at the moment before the run that is to be killed. Nothing here starts a thread: children are forked.

    :param in_variables: runs are as in Airflow: the token is in a Variable, and a retry has the name of its first try.
    """

    def __init__(self, scenario: Scenario, place: Place, *, in_variables: bool) -> None:
        self.scenario, self.place, self.in_variables = scenario, place, in_variables
        self.drive = Drive(seed=scenario.name)
        self.service = Service(self.drive, page_size=scenario.page_size)
        self.ledger = Ledger(self.drive, scenario.flavour)
        for number, change in enumerate(scenario.before):
            self._happens(change)
            self.end(in_child(lambda: self.pull(f"run {number}")))  # noqa: B023 - called at once
        self._happens(scenario.change)
        if scenario.flavour:
            self.service.expire(scenario.flavour)
        place.keep()

    def _happens(self, change: Change) -> None:
        change(self.drive)
        self.ledger.heads.note()

    def pull(self, run: str = "the run") -> Summary:
        logging.getLogger("airflow_provider_drivedelta").setLevel(logging.ERROR)
        capture = DriveCapture(
            source=Source.parse(f"drives/{self.drive.id}"),
            output=self.place.output,
            run=run,
            named_run=self.in_variables,
            **self.scenario.options,
        )
        tokens = VariableTokenStore(self.place.variables) if self.in_variables else None
        with self.service.transport() as transport:
            return capture_drive(capture, base_url=BASE_URL, transport=transport, tokens=tokens)

    def end(self, ended: Ended[Summary]) -> Ended[Summary]:
        self.ledger.note(last_increment(self.place.names()), ended.result)
        return ended

    def steps(self) -> Steps:
        """Watch the run once, to its end."""
        spots: list[Spot] = []
        before: object = None

        def met(spot: Spot) -> None:
            nonlocal before
            now = self.place.look()
            if now != before:
                spots.append(spot)
                before = now

        with Watch(met) as watch:
            self.pull()
        return Steps(spots, watch.places, watch.effects + self.place.effects())

    def killed_at(self, target: Spot) -> Callable[[], Summary]:
        def work() -> Summary:
            with Watch(lambda spot: die() if spot == target else None, lines_of=target.file):
                return self.pull()

        return work

    def killed_after(self, effects: int) -> Callable[[], Summary]:
        def work() -> Summary:
            def met(_: Spot) -> None:
                if watch.effects + self.place.effects() >= effects:
                    die()

            with Watch(met, lines_of="core/lake/") as watch:
                return self.pull()

        return work

    def survive(self, target: Spot, effects: int) -> tuple[bool, bool]:
        """Killed at the spot, killed again while it recovers, and once more to the end. In a child of its own."""
        self.place.reset()
        first = self.end(in_child(self.killed_at(target)))
        self._happens(meanwhile)
        second = self.end(in_child(self.killed_after(effects)))
        third = self.end(in_child(self.pull))
        assert not third.killed
        if self.in_variables:
            self.end(in_child(lambda: self.pull("the next run")))  # the retry only said what its first try had done
            self.ledger.check_announced()
        (folder,) = self.place.fetched().iterdir()
        self.ledger.check(folder)
        return first.killed, second.killed


def play(scenario: Scenario, place: Place, *, in_variables: bool, again: int = 1) -> Report:
    """Kill the scenario's run at each of its steps; `again` is how many second kills are tried after each."""
    played = Play(scenario, place, in_variables=in_variables)
    steps = in_child(played.steps).result
    assert steps is not None
    report = Report(scenario.name, spots=len(steps.spots), places=steps.places)
    random = Random(scenario.name)
    for spot in steps.spots * again:
        _try(played, spot, random.randint(1, steps.effects), report)
    return report


def _try(played: Play, spot: Spot, effects: int, report: Report) -> None:
    try:
        ended = in_child(lambda: played.survive(spot, effects)).result
    except AssertionError as failure:
        report.failures[f"{spot}, then after {effects} effects"] = str(failure)
        return
    assert ended is not None
    report.killed += ended[0]
    report.killed_again += ended[1]
    if not ended[0]:
        report.missed.append(str(spot))
