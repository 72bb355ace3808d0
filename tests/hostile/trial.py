"""One run against a service that misbehaves: what it came to, what it cost, and which faults it met."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.request import ProxyHandler, build_opener

from requests import PreparedRequest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.transport import RetryPolicy
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from airflow_provider_drivedelta.emulator import Emulator
from tests.hostile.kinds import OWN, STRANGER, WITHOUT_END, Rule
from tests.hostile.stranger import Stranger

How = Literal["pull", "reload", "reconcile"]

MOST_REQUESTS = 400
MOST_WITHOUT_END = 2_400  # a thousand empty pages, perhaps once more after a refused token
MOST_SECONDS = 60  # of real time, on a machine that has much else to do
MAX_WAIT = 60.0
POLICY = RetryPolicy(attempts=3, throttled_attempts=5)
SHORT = BodyLimits(connect=5, idle=0.4, whole=1.0, size=500_000)


class BoundedToken(BearerToken):
    """A sign-in that ends a run which asks without end; an AssertionError is none of the product's, so it gets out."""

    def __init__(self) -> None:
        super().__init__("t")
        self.left = MOST_WITHOUT_END

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        self.left -= 1
        assert self.left >= 0, "more requests than a run may need"
        return super().__call__(request)


class FakeTime:
    """Sleeping moves it; between sleeps it goes as time goes, for bodies that dribble."""

    def __init__(self) -> None:
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def clock(self) -> float:
        return time.monotonic() + self.slept


@dataclass
class Tally:
    """Of all trials: how they ended, which faults they met, and the most that one asked and waited."""

    ends: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    histories: int = 0
    requests: int = 0
    seconds: float = 0.0

    @property
    def runs(self) -> int:
        return self.ends.total()

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.met.items()))
        return (
            f"{self.runs} runs in {self.histories} histories ({ends}; at most {self.requests} requests and "
            f"{self.seconds:.1f} s each); {self.met.total()} faults: {kinds}"
        )


def settings(base_url: str, time: FakeTime, *, limits: BodyLimits | None = SHORT) -> dict[str, object]:
    """A transport's arguments: bounded, and never really waiting."""
    return {
        "auth": BoundedToken(),
        "base_url": base_url,
        "policy": POLICY,
        "max_wait": MAX_WAIT,
        "sleep": time.sleep,
        "clock": time.clock,
        "limits": limits,
    }


def attempt(
    emulator: Emulator, rules: Sequence[Rule], time: FakeTime, run: Callable[[], object], tally: Tally
) -> Counter[str]:
    """Run while the plan is at work; gives the faults that were met.

    Another error than the product's own, or a bound overstepped, is a failure.
    """
    before = time.slept
    with Stranger() as stranger:
        plan = json.dumps(rules).replace(STRANGER, stranger.origin).replace(OWN, emulator.url)
        emulator.faults(json.loads(plan))
        emulator.clear_requests()
        started = time.clock()
        try:
            run()
            end = "successes"
        except (RetryLater, FixSetup, BrokenFeed) as error:
            end = type(error).__name__
        finally:
            met = _met(emulator)
            emulator.clear_faults()
        assert not stranger.was_called, "another host was called"
    spent, waited = time.clock() - started, time.slept - before
    tally.ends[end] += 1
    tally.met += met
    tally.requests = max(tally.requests, len(emulator.requests))
    tally.seconds = max(tally.seconds, spent - waited)
    most = MOST_WITHOUT_END if met[WITHOUT_END] else MOST_REQUESTS
    assert len(emulator.requests) <= most, f"{len(emulator.requests)} requests"
    assert spent - waited <= MOST_SECONDS, f"{spent - waited:.0f} s"
    assert waited <= MAX_WAIT + len(emulator.requests) * POLICY.longest_wait, f"waited for {waited:.0f} s"
    return met


def _met(emulator: Emulator) -> Counter[str]:
    """How often each rule of the plan was applied, by the rules' names."""
    with build_opener(ProxyHandler({})).open(f"{emulator.url}/_emulator/faults") as answer:
        told = json.load(answer)["value"]
    return Counter(rule["fault"]["name"] for rule in told for _ in range(rule["hits"]))
