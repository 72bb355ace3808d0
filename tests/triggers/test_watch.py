"""Looks without end: at which pace, and what else can happen on the event loop meanwhile."""

from __future__ import annotations

import asyncio
import threading

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.peek import Seen
from airflow_provider_drivedelta.triggers.watch import LONGEST_PAUSE, MOST_ASKED_FOR, Watch
from tests.triggers.watches import PATIENCE, Script, all_of, seen


def test_it_gives_what_each_look_saw_and_goes_on_after_those_that_failed() -> None:
    looks: list[Seen | Exception] = [seen(None), RetryLater("busy"), seen("changed"), ValueError("odd"), seen(None)]
    script = Script([*looks])
    assert all_of(script.watch().looks) == looks


def test_it_looks_every_so_often_and_no_two_watches_march_in_step() -> None:
    script = Script([seen(None)] * 3)
    all_of(script.watch(poll_interval=100, jitter=1 / 1.1).looks)
    assert script.pauses == pytest.approx([100, 100, 100])
    low, high = (Watch(look=script.look, poll_interval=100, sleep=script.sleep, spread=pick) for pick in (min, max))
    for watch in (low, high):
        script.looks.append(seen(None))
        all_of(watch.looks)
    assert script.pauses[3:] == pytest.approx([90, 110])


def test_its_pauses_grow_while_looks_fail_up_to_a_bound_and_begin_anew_afterwards() -> None:
    script = Script([*[RetryLater("busy")] * 20, seen(None), FixSetup("a wrong secret"), seen(None)])
    all_of(script.watch(poll_interval=60, jitter=1.0).looks)
    assert script.pauses[:4] == [120, 240, 480, LONGEST_PAUSE]
    assert script.pauses[4:20] == [LONGEST_PAUSE] * 16
    assert script.pauses[20:] == pytest.approx([66, 120, 66])


@pytest.mark.parametrize(("after", "pause"), [(700.0, 700.0), (5.0, 120.0), (1e9, MOST_ASKED_FOR)])
def test_who_is_throttled_stays_away_for_as_long_as_the_service_asks_within_reason(after: float, pause: float) -> None:
    """F1."""
    script = Script([RetryLater("busy", after=after), seen(None)])
    all_of(script.watch(poll_interval=60).looks)
    assert script.pauses[0] == pause


def test_a_long_poll_interval_is_not_shortened_by_failures() -> None:
    script = Script([RetryLater("busy"), seen(None)])
    all_of(script.watch(poll_interval=7200).looks)
    assert script.pauses[0] == 7200


def test_a_slow_look_does_not_hold_up_the_event_loop() -> None:
    """The look waits for a beat of the loop's heart: it comes only if the look is beside it."""
    beaten = threading.Event()
    watch = Watch(look=lambda: seen("changed" if beaten.wait(PATIENCE / 2) else None), poll_interval=60)

    async def first() -> Seen | Exception:
        async def beat() -> None:
            beaten.set()

        looks = watch.looks()
        heart, look = asyncio.ensure_future(beat()), asyncio.ensure_future(anext(looks))
        found = await look
        await heart
        await looks.aclose()
        return found

    found = asyncio.run(first())
    assert isinstance(found, Seen)
    assert found.reason == "changed"


def test_a_watch_that_is_cancelled_ends_at_once_whatever_its_look_is_doing() -> None:
    begun, released = threading.Event(), threading.Event()

    def look() -> Seen:
        begun.set()
        released.wait(PATIENCE)
        return seen("changed")

    async def cancel() -> bool:
        looks = Watch(look=look, poll_interval=60).looks()
        task = asyncio.ensure_future(anext(looks))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        task.cancel()
        await asyncio.wait([task])
        try:
            return task.cancelled() and not released.is_set()
        finally:
            released.set()

    assert asyncio.run(cancel())
