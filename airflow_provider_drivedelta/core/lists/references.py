"""References in the values of attributes (`&lt;`, `&#160;`), written out where they stand."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

GONE: Final = 1
"""A byte that XML cannot have: fills what a reference took up beyond what it stands for."""

_LONGEST: Final = 8
_USUAL: Final = {
    b"&lt;": b"<",
    b"&gt;": b">",
    b"&amp;": b"&",
    b"&quot;": b'"',
    b"&apos;": b"'",
    b"&#34;": b'"',
    b"&#39;": b"'",
    b"&#10;": b"\n",
    b"&#13;": b"\r",
    b"&#xA;": b"\n",
    b"&#xD;": b"\r",
}
_MASKS: Final = {size: np.uint64((1 << 8 * size) - 1) for size in range(_LONGEST)}
_NUMBER: Final = re.compile(rb"&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));")
_CHARACTER: Final = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NoReference(ValueError):
    """An ampersand that begins no reference, or one to something that XML does not have."""


def written_out(text: bytes) -> bytearray:
    """The text with what its references stand for, and bytes `GONE` where nothing is left of them, and at the end.

    :raises NoReference: one of them is none.
    """
    written = bytearray(text + bytes([GONE]) * _LONGEST)
    view = np.frombuffer(written, np.uint8)
    at = np.flatnonzero(view == ord("&"))
    beginnings = np.lib.stride_tricks.sliding_window_view(view, _LONGEST)[at].view("<u8").reshape(-1)
    left = np.ones(len(at), np.bool_)
    for reference, meant in _USUAL.items():
        found = beginnings & _MASKS[len(reference)] == np.uint64(int.from_bytes(reference, "little"))
        _put(view, at[found], meant, len(reference))
        left &= ~found
    for place in at[left].tolist():
        reference, meant = _by_number(text, place)
        _put(view, np.array([place]), meant, len(reference))
    return written


def _put(view: NDArray[np.uint8], at: NDArray[np.int64], meant: bytes, size: int) -> None:
    if len(at):
        view[at[:, None] + np.arange(size)] = np.frombuffer(meant.ljust(size, bytes([GONE])), np.uint8)


def _by_number(text: bytes, place: int) -> tuple[bytes, bytes]:
    found = _NUMBER.match(text, place)
    number = int(found[1] or int(found[2], 16)) if found else 0
    if not found or number > 0x10FFFF or not _CHARACTER.match(chr(number)):
        raise NoReference
    return found[0], chr(number).encode()
