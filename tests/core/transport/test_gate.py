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


def test_who_comes_after_patience_ended_is_sent_away_without_asking(gate: ThrottleGate, time: FakeTime) -> None:
    """Many feeds share a gate: that one of them was told to stay away for too long, is told to all of them."""
    gate.close_for(60)
    with pytest.raises(RetryLater) as caught:
        gate.close_for(101)
    assert caught.value.after == 101
    time.now += 1
    with pytest.raises(RetryLater, match="asks for 100 s more, past the 100 s") as another:
        gate.pass_through()
    assert (another.value.after, time.sleeps, gate.waited) == (100, [], 60)
    time.now += 100
    assert gate.pass_through() == 0


class TestStopping:
    def test_a_gate_that_was_stopped_lets_nobody_through(self, gate: ThrottleGate) -> None:
        gate.stop()
        with pytest.raises(RetryLater, match="The run was told to stop"):
            gate.pass_through()

    def test_who_waits_is_woken(self) -> None:
        gate = ThrottleGate(max_wait=600)
        gate.close_for(500)
        threading.Timer(0.05, gate.stop).start()
        with pytest.raises(RetryLater, match="The run was told to stop"):
            gate.pass_through()


def test_each_caller_learns_how_long_it_stood_there(gate: ThrottleGate, time: FakeTime) -> None:
    gate.close_for(30)
    time.now += 10
    assert (gate.pass_through(), gate.pass_through(), gate.waited) == (20, 0, 30)


def test_a_sleep_that_wakes_early_is_slept_on(time: FakeTime) -> None:
    gate = ThrottleGate(max_wait=100, sleep=lambda seconds: time.sleep(seconds / 2), clock=lambda: round(time.now, 6))
    gate.close_for(8)
    gate.pass_through()
    assert time.now == pytest.approx(1008)
