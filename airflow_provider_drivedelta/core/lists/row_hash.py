"""Rows told from what they were, by 64 bits each: a hash over what the row says, column by column, as it came.

What is null is left out, so that a column which is new changes the hash only of rows that have something in it.
Texts are hashed rather than typed values: what cannot be typed still counts, and no library's idea of a value does.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_drivedelta.core.lists.joined import joined

HASH_VERSION = 1
"""Raised whenever the hash of the same row would come out differently."""

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]

_BETWEEN_COLUMNS = "\x1e"  # in no XML and, escaped, in no JSON


def hash_rows(columns: Mapping[str, TextArray], count: int) -> NDArray[np.uint64]:
    """The hash of each row; 0 for a row that says nothing in these columns.

    :param columns: texts by a name that stays the same for ever; their order does not matter.
    """
    said = [joined(f"{name}=", columns[name]) for name in sorted(columns) if columns[name].null_count < count]
    if not said:
        return np.zeros(count, dtype=np.uint64)
    return _digests(joined("", *said, between=_BETWEEN_COLUMNS, skip=True))


def _digests(rows: TextArray) -> NDArray[np.uint64]:
    _, places, texts = rows.buffers()
    ends = np.frombuffer(memoryview(cast(pa.Buffer, places)), np.int32)[: len(rows) + 1].tolist()
    view = memoryview(texts) if texts else memoryview(b"")
    found = b"".join([blake2b(view[start:end], digest_size=8).digest() for start, end in pairwise(ends)])
    hashes = np.frombuffer(found, "<u8").copy()
    hashes[np.diff(ends) == 0] = 0
    return hashes
