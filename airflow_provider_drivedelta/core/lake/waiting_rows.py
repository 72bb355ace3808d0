"""Rows of several small pages, kept back to be typed together: typing has a price a column, however few its rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from airflow_provider_drivedelta.core.lake.record import UTC_TIME
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows, together

if TYPE_CHECKING:  # only the stubs know what an array holds
    Moments = pa.Array[Any]

ENOUGH_ROWS = 4_096
ENOUGH_BYTES = 8 << 20


class WaitingRows:
    """In the order in which they came, with the time at which each page did."""

    def __init__(self) -> None:
        self._pages: list[RawRows] = []
        self._received: list[datetime] = []

    @property
    def count(self) -> int:
        return sum(page.count for page in self._pages)

    @property
    def enough(self) -> bool:
        """Whether to take them now: more at once would cost memory and save no more time."""
        return self.count >= ENOUGH_ROWS or sum(page.nbytes for page in self._pages) >= ENOUGH_BYTES

    def put(self, rows: RawRows, received_at: datetime) -> None:
        self._pages.append(rows)
        self._received.append(received_at)

    def take(self) -> tuple[RawRows, Moments]:
        """All of them, and of each when it was received; none are left."""
        received: Moments = pa.array(self._received, UTC_TIME)
        pages = np.repeat(np.arange(len(self._pages)), [page.count for page in self._pages])
        rows = together(self._pages)
        self._pages, self._received = [], []
        return rows, received.take(cast(Any, pages))
