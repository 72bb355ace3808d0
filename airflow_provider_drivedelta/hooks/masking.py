"""Tokens that come and go while a process runs, hidden in its logs; up to a number, as Airflow never forgets one."""

from __future__ import annotations

import threading
from collections.abc import Callable

MOST = 256
"""A triggerer lives for months, and each line of its log is searched for every secret ever masked."""


class TokenMask:
    """Masks each token once, and after so many none any more.

    :param mask: Airflow's `mask_secret`.
    """

    def __init__(self, mask: Callable[[str], None], most: int = MOST) -> None:
        self._mask, self._most = mask, most
        self._seen: set[int] = set()  # hashes: the tokens themselves need not stay
        self._lock = threading.Lock()

    def __call__(self, token: str) -> None:
        with self._lock:
            if hash(token) in self._seen or len(self._seen) >= self._most:
                return
            self._seen.add(hash(token))
        self._mask(token)
