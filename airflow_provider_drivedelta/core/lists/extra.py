"""What the service said and no column holds, as one JSON object per row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lists.joined import joined

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]

_NEEDS_ESCAPE = r'["\\\x00-\x1f]'


def extra_texts(left: Mapping[str, TextArray], count: int) -> TextArray:
    """`{"name":"text",…}` of each row, names in order, null where nothing is left.

    :param left: texts by internal name; null where a row says nothing.
    """
    said = [_member(name, left[name]) for name in sorted(left) if left[name].null_count < count]
    if not said:
        return pa.nulls(count, pa.string())
    members = joined("", *said, between=",", skip=True)  # `,"name":"text",…`
    nothing = pc.equal(members, pa.scalar(""))
    inside = pc.utf8_slice_codeunits(members, start=1)
    objects: TextArray = pc.if_else(nothing, pa.scalar(None, pa.string()), joined("{", inside, "}"))
    return objects


def only_at(texts: TextArray, rows: Sequence[int]) -> TextArray:
    """The texts of these rows, null elsewhere."""
    kept: list[str | None] = [None] * len(texts)
    for row in rows:
        kept[row] = texts[row].as_py()
    return pa.array(kept, pa.string())


def _member(name: str, texts: TextArray) -> TextArray:
    key = json.dumps(name, ensure_ascii=False) + ":"
    if pc.any(pc.match_substring_regex(texts, _NEEDS_ESCAPE)).as_py():
        escaped = [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts.to_pylist()]
        return joined(key, pa.array(escaped, pa.string()))
    return joined(f'{key}"', texts, '"')
