"""One gate for all calls: while it is closed nobody passes, and its waits are bounded and counted once."""

from __future__ import annotations

import threading

import pytest

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.transport import ThrottleGate
from tests.core.played import FakeTime


@pytest.fixture
def gate(time: FakeTime) -> ThrottleGate:
    return ThrottleGate(max_wait=100, sleep=time.sleep, clock=time.clock)


def test_an_open_gate_costs_nothing(gate: ThrottleGate, time: FakeTime) -> None:
    gate.pass_through()
    assert (time.sleeps, gate.waited) == ([], 0.0)


def test_a_shorter_closing_does_not_open_a_longer_one(gate: ThrottleGate, time: FakeTime) -> None:
    gate.close_for(30)
    gate.close_for(10)
    gate.pass_through()
    assert (time.sleeps, gate.waited) == ([30.0], 30.0)


def test_a_longer_closing_adds_only_what_it_adds(gate: ThrottleGate, time: FakeTime) -> None:
    gate.close_for(30)
    time.now += 20
    gate.close_for(30)
    gate.pass_through()
    assert (time.sleeps, gate.waited) == ([30.0], 50.0)


def test_callers_that_wait_side_by_side_are_counted_once(time: FakeTime) -> None:
    """Eight drives that share a gate must not use up its patience eight times as fast."""
    together = threading.Barrier(8)

    def sleep(seconds: float) -> None:
        if together.wait(10) == 0:
            time.sleep(seconds)
        together.wait(10)

    gate = ThrottleGate(max_wait=100, sleep=sleep, clock=time.clock)
    gate.close_for(60)
    callers = [threading.Thread(target=gate.pass_through) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(10)
    assert gate.waited == 60.0


def test_a_refused_closing_leaves_the_gate_as_it_was(gate: ThrottleGate, time: FakeTime) -> None:
    gate.close_for(60)
    with pytest.raises(RetryLater) as caught:
        gate.close_for(101)
    gate.pass_through()
    assert caught.value.after == 101
    assert time.sleeps == [60.0]


def test_a_sleep_that_wakes_early_is_slept_on(time: FakeTime) -> None:
    gate = ThrottleGate(max_wait=100, sleep=lambda seconds: time.sleep(seconds / 2), clock=lambda: round(time.now, 6))
    gate.close_for(8)
    gate.pass_through()
    assert time.now == pytest.approx(1008)
