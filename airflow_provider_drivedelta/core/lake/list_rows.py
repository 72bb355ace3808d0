"""Typed items of a list beside what the fold decides by, and rows of those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.changes import Items, Json, JsonObject
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.typed_rows import RowHashes

_BEFORE_NAME = r"/[^/]*\z"
_BEFORE_SLASH = r"\A.*/"

_coalesce: Any = pc.coalesce  # its stubs allow no mixture of arrays and constants


def decidable(items: pa.RecordBatch, hashes: RowHashes) -> pa.RecordBatch:
    """The items beside what the fold decides by: an item's folder is known by its path."""
    path = items["file_path"]
    own: dict[str, pa.Array[Any]] = {
        "_item_key": items["id"].cast(pa.string()),
        "_parent_key": pc.replace_substring_regex(path, _BEFORE_NAME, ""),
        "_is_container": _coalesce(items["is_folder"], pa.scalar(False)),
        "_is_deleted": pa.repeat(False, len(path)),
        "_content_hash": pa.array(hashes.content),
        "_sharing_hash": pa.array(np.zeros(len(path), np.uint64)),
        "_metadata_hash": pa.array(np.zeros(len(path), np.uint64)),
        "_trace_hash": pa.array(hashes.trace),
        "_name": pc.replace_substring_regex(path, _BEFORE_SLASH, ""),
    }
    return pa.RecordBatch.from_pydict({**own, **columns_of(items)})


def tombstones(gone: Sequence[str]) -> pa.RecordBatch:
    """Rows that say of these keys no more than that they are gone."""
    named: dict[str, pa.Array[Any]] = {
        "_item_key": pa.array(gone, pa.string()),
        "_is_deleted": pa.repeat(True, len(gone)),
        "_is_container": pa.repeat(False, len(gone)),
    }
    return pa.RecordBatch.from_pydict(named)


def columns_of(batch: pa.RecordBatch) -> dict[str, pa.Array[Any]]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def as_it_came(items: Items, row: int) -> Json:
    """One item as the service sent it."""
    if isinstance(items, RawRows):
        texts = {name: column[row].as_py() for name, column in items.columns.items()}
        return {name: text for name, text in texts.items() if text is not None}
    return cast(Sequence[JsonObject], items)[row]
