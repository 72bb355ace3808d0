"""Sources in shards: the same one in the same shard tomorrow, whatever comes and goes beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

_BITS = 256


def in_shards(things: Sequence[Thing], count: int, *, key: Callable[[Thing], str]) -> list[list[Thing]]:
    """At most `count` shards, by a hash of the key. Empty ones are not told: nothing is there to be done."""
    shards: list[list[Thing]] = [[] for _ in range(count)]
    for thing in sorted(things, key=key):
        shards[_number(key(thing)) % count].append(thing)
    return [shard for shard in shards if shard]


def in_shards_of(things: Sequence[Thing], size: int, *, key: Callable[[Thing], str]) -> list[list[Thing]]:
    """Shards of at most `size`, about two thirds full: one that outgrows it is halved by the next bit of the hash.

    So a source that is new moves others only if its own shard was full.
    """
    ordered = sorted(things, key=lambda thing: (_number(key(thing)), key(thing)))
    return list(_halved(ordered, size, _BITS - 1, key))


def _halved(things: list[Thing], size: int, bit: int, key: Callable[[Thing], str]) -> Iterator[list[Thing]]:
    if len(things) <= size or bit < 0:
        if things:
            yield things
        return
    low = [thing for thing in things if not _number(key(thing)) >> bit & 1]
    yield from _halved(low, size, bit - 1, key)
    yield from _halved(things[len(low) :], size, bit - 1, key)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest())
