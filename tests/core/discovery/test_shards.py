"""Sources stay in their shards from day to day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.discovery.shards import in_shards, in_shards_of

KEYS = st.sets(st.text(max_size=8), max_size=200)


def named(count: int) -> list[str]:
    return [f"drive {number}" for number in range(count)]


def of(size: int, things: list[str]) -> list[list[str]]:
    return in_shards_of(things, size, key=str)


@given(KEYS, st.integers(1, 50))
def test_each_is_in_one_shard_and_no_shard_is_empty_or_too_large(keys: set[str], size: int) -> None:
    shards = of(size, list(keys))
    assert sorted(key for shard in shards for key in shard) == sorted(keys)
    assert all(1 <= len(shard) <= size for shard in shards)


@given(KEYS, st.integers(1, 50))
def test_a_number_of_shards_is_kept_to(keys: set[str], count: int) -> None:
    shards = in_shards(list(keys), count, key=str)
    assert sorted(key for shard in shards for key in shard) == sorted(keys)
    assert len(shards) <= count
    assert all(shards)


@pytest.mark.parametrize("sharded", [lambda keys: of(50, keys), lambda keys: in_shards(keys, 16, key=str)])
def test_the_order_that_the_service_tells_them_in_does_not_matter(sharded) -> None:
    assert sharded(named(500)) == sharded(named(500)[::-1])


def test_a_new_source_moves_at_most_those_of_the_shard_it_fills() -> None:
    before = of(50, named(1000))
    for new in ("another", "one more", "and this"):
        after = of(50, [*named(1000), new])
        moved = [shard for shard in before if shard not in after]
        assert len(moved) == 1
        assert sum(new in shard for shard in after) == 1


def test_with_a_number_of_shards_a_new_source_moves_none() -> None:
    before = in_shards(named(1000), 16, key=str)
    after = in_shards([*named(1000), "another"], 16, key=str)
    assert [[key for key in shard if key != "another"] for shard in after] == before


def test_shards_are_filled_well_enough() -> None:
    assert 4000 / 50 <= len(of(50, named(4000))) <= 4000 / 50 * 2


def test_the_same_key_twice_ends() -> None:
    assert of(1, ["same", "same", "same"]) == [["same", "same", "same"]]
