"""However a body is damaged, it is read or refused by one of our errors, soon and in little memory (G5)."""

from __future__ import annotations

import os
import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.rowset import Rowset, read_rowset
from tests.core.rowset.samples import samples

ROUNDS = int(os.environ.get("DRIVEDELTA_FUZZ_ROUNDS", "60"))  # for each sample; more by hand
BODIES = {name: path.read_bytes() for name, path in samples().items()}

# Bytes that mean something to XML, and some that mean trouble.
TELLING = [
    b"<",
    b">",
    b"&",
    b"'",
    b'"',
    b"/",
    b"=",
    b" ",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"&#0;",
    b"<!--",
    b"]]>",
    b"<?x ?>",
    b"<!DOCTYPE x>",
]

Damage = Callable[[random.Random, bytes], bytes]


def flipped(luck: random.Random, body: bytes) -> bytes:
    damaged = bytearray(body)
    for _ in range(luck.randint(1, 8)):
        damaged[luck.randrange(len(damaged))] ^= 1 << luck.randrange(8)
    return bytes(damaged)


def cut(luck: random.Random, body: bytes) -> bytes:
    begin, end = sorted((luck.randrange(len(body)), luck.randrange(len(body))))
    return luck.choice((body[:begin], body[begin:], body[:begin] + body[end:]))


def repeated(luck: random.Random, body: bytes) -> bytes:
    begin, end = sorted((luck.randrange(len(body)), luck.randrange(len(body))))
    return body[:begin] + body[begin:end] * luck.randint(2, 4) + body[end:]


def spliced(luck: random.Random, body: bytes) -> bytes:
    other = luck.choice(list(BODIES.values()))
    return body[: luck.randrange(len(body))] + other[luck.randrange(len(other)) :]


def peppered(luck: random.Random, body: bytes) -> bytes:
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(body) + 1)
        body = body[:at] + luck.choice(TELLING) + body[at:]
    return body


def read_or_refused(body: bytes) -> Rowset | None:
    try:
        return read_rowset(body)
    except DriveDeltaError:
        return None


@pytest.mark.parametrize("damage", [flipped, cut, repeated, spliced, peppered])
def test_a_damaged_body_is_read_or_refused(damage: Damage) -> None:
    outcomes = {"read": 0, "refused": 0}
    for name, body in BODIES.items():
        luck = random.Random(f"{name} {damage.__name__}")
        for _ in range(ROUNDS):
            rowset = read_or_refused(damage(luck, body))
            outcomes["refused" if rowset is None else "read"] += 1
            if rowset is not None:
                rowset.table.validate(full=True)
                rowset.originals.validate(full=True)
                assert rowset.originals.num_rows == rowset.status.to_pylist().count("updated")
    assert all(outcomes.values())  # else the damage is too great or too small to tell anything


def test_damage_costs_neither_time_nor_memory() -> None:
    body = BODIES["pending_changes.xml"]
    begin, end = body.index(b"<rs:update>"), body.rindex(b"</rs:data>")
    large = body[:begin] + body[begin:end] * 500 + body[end:]
    luck = random.Random("large")
    begun = time.process_time()
    tracemalloc.start()
    for damage in (flipped, cut, repeated, peppered) * 3:
        read_or_refused(damage(luck, large))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * len(large)
    assert time.process_time() - begun < 60
