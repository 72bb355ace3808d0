"""What a trigger told already is not told for ever, nor again at once after a restart."""

from __future__ import annotations

import asyncio

import pytest

from airflow_provider_drivedelta.triggers.told import FIRST_AGAIN, LAST_AGAIN, Memory, Told, mark_of


class Store:
    """An asset's state, as far as it is needed."""

    def __init__(self, kept: object = None, *, broken: bool = False) -> None:
        self.kept: dict[str, object] = {"drivedelta__w": kept} if kept is not None else {}
        self.broken = broken

    async def aget(self, key: str) -> object:
        if self.broken:
            raise ValueError("Task has 2 concrete inlets and outlets")
        return self.kept.get(key)

    async def aset(self, key: str, value: object) -> None:
        if self.broken:
            raise ValueError("Task has 2 concrete inlets and outlets")
        self.kept[key] = value


def memory(store: Store | None) -> Memory:
    return Memory(store, "w")  # type: ignore[arg-type]


def test_the_same_is_told_again_ever_more_rarely_up_to_a_bound() -> None:
    told, now, pauses = Told().again("m1", 0.0), 0.0, []
    for _ in range(40):
        since = now
        while not told.is_due("m1", now):
            now += 60
        pauses.append(now - since)
        told = told.again("m1", now)
    assert pauses[:3] == [FIRST_AGAIN, 2 * FIRST_AGAIN, 4 * FIRST_AGAIN]
    assert set(pauses[3:]) == {LAST_AGAIN}


def test_anything_else_is_told_at_once_and_begins_anew() -> None:
    told = Told().again("m1", 0.0).again("m1", 600.0)
    assert told.is_due("m2", 601.0)
    assert told.again("m2", 601.0) == Told(mark="m2", times=1, at=601.0)


def test_a_clock_that_was_put_back_makes_nobody_silent() -> None:
    assert Told().again("m1", 1e12).is_due("m1", 1000.0)


def test_a_restart_forgets_nothing_where_airflow_keeps_the_assets_state() -> None:
    store = Store()
    asyncio.run(memory(store).remember("m1", 1000.0))
    after = memory(store)
    assert not asyncio.run(after.is_due("m1", 1100.0))
    assert asyncio.run(after.is_due("m2", 1100.0))
    asyncio.run(after.remember("m1", 1000.0 + FIRST_AGAIN))
    assert not asyncio.run(memory(store).is_due("m1", 1000.0 + 2 * FIRST_AGAIN))


@pytest.mark.parametrize(
    "store",
    [None, Store(broken=True), *map(Store, ("text", {"mark": 1}, {"mark": "m1", "times": 0, "at": 5}, {"times": 1}))],
    ids=["Airflow 3.2", "several assets", "no object", "no mark", "never", "no time"],
)
def test_without_a_sound_memory_it_is_told_once_more_and_then_not(store: Store | None) -> None:
    remembering = memory(store)
    assert asyncio.run(remembering.is_due("m1", 1000.0))
    asyncio.run(remembering.remember("m1", 1000.0))
    assert not asyncio.run(remembering.is_due("m1", 1001.0))


def test_a_mark_is_the_same_in_every_process() -> None:
    assert mark_of(["drive", {"b": 1, "a": 2}]) == mark_of(["drive", {"a": 2, "b": 1}]) == "f882970337ae2f3b"
