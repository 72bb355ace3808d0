"""QuickXorHash, the content hash that business and personal drives both report.

Every byte is xored into a ring of 160 bits, each 11 bits further on than the one before; at the end the length is xored
into the last eight bytes. (https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash)
"""

import base64

import numpy as np
from numpy.typing import NDArray

_BITS = 160
_SHIFT = 11
_MASK = (1 << _BITS) - 1
_RING = 160  # bytes after which the position in the ring repeats, since 11 * 160 is a multiple of 160


class QuickXorHash:
    """Takes the content in chunks of any size."""

    def __init__(self) -> None:
        self._columns = np.zeros(_RING, dtype=np.uint8)
        self._length = 0

    def update(self, chunk: bytes) -> None:
        phase = self._length % _RING
        padding = bytes(phase), bytes(-(phase + len(chunk)) % _RING)
        self._columns ^= _fold(padding[0] + chunk + padding[1])
        self._length += len(chunk)

    def digest(self) -> bytes:
        ring = 0
        for index, column in enumerate(self._columns.tolist()):
            ring ^= _rotate(column, index * _SHIFT % _BITS)
        ring ^= self._length << (_BITS - 64)
        return (ring & _MASK).to_bytes(_BITS // 8, "little")

    def base64(self) -> str:
        return base64.b64encode(self.digest()).decode("ascii")


def quick_xor_hash(content: bytes) -> str:
    """The hash in base64, as ``file.hashes.quickXorHash`` has it."""
    ring = QuickXorHash()
    ring.update(content)
    return ring.base64()


def _fold(content: bytes) -> NDArray[np.uint8]:
    """Xor of all rows of 160 bytes; eight bytes at a time, which is what makes it fast."""
    rows = np.frombuffer(content, dtype=np.uint64).reshape(-1, _RING // 8)
    folded: NDArray[np.uint64] = np.bitwise_xor.reduce(rows, axis=0)
    return folded.view(np.uint8)


def _rotate(column: int, bits: int) -> int:
    moved = column << bits
    return (moved & _MASK) ^ (moved >> _BITS)
