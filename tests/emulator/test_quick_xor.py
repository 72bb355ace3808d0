"""QuickXorHash against vectors published by others and against a slow, literal implementation."""

import base64
import random
import time

import pytest

from airflow_provider_drivedelta.emulator.quick_xor import QuickXorHash, quick_xor_hash

# From the tests of rclone (backend/onedrive/quickxorhash), made with Microsoft's own implementation.
VECTORS = [
    ("", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
    ("tbQ=", "taAFAAAAAAAAAAAAAgAAAAAAAAA="),
    ("0pZP", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="),
]


def literal_quick_xor(content: bytes) -> str:
    """Bit by bit, as the specification reads."""
    ring = [0] * 160
    for index, byte in enumerate(content):
        for bit in range(8):
            ring[(index * 11 + bit) % 160] ^= byte >> bit & 1
    for bit in range(64):
        ring[160 - 64 + bit] ^= len(content) >> bit & 1
    packed = bytes(sum(ring[8 * index + bit] << bit for bit in range(8)) for index in range(20))
    return base64.b64encode(packed).decode()


@pytest.mark.parametrize(("content", "expected"), VECTORS)
def test_published_vectors_come_out(content: str, expected: str) -> None:
    assert quick_xor_hash(base64.b64decode(content)) == expected


@pytest.mark.parametrize("length", [1, 7, 19, 20, 21, 159, 160, 161, 1000, 4096])
def test_it_agrees_with_the_literal_reading_of_the_specification(length: int) -> None:
    content = random.Random(length).randbytes(length)
    assert quick_xor_hash(content) == literal_quick_xor(content)


def test_the_size_of_the_chunks_does_not_matter() -> None:
    content = random.Random(1).randbytes(5000)
    ring = QuickXorHash()
    for start in range(0, len(content), 37):
        ring.update(content[start : start + 37])
    assert ring.base64() == quick_xor_hash(content)


def test_fifty_megabytes_take_about_a_second_at_most() -> None:
    content = bytes(50_000_000)
    started = time.process_time()
    quick_xor_hash(content)
    assert time.process_time() - started < 1.5
