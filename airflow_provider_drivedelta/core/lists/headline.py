"""The headline columns that every list has, whatever its fields: what they are and which fields they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from airflow_provider_drivedelta.core.lists.kinds import UTC_TIME, Kind, Prefix

_TYPES: list[pa.Field[Any]] = [
    pa.field("site_id", pa.string()),
    pa.field("list_id", pa.string()),
    pa.field("id", pa.int64()),
    pa.field("unique_id", pa.string()),
    pa.field("title", pa.string()),
    pa.field("version", pa.string()),
    pa.field("file_path", pa.string()),
    pa.field("is_folder", pa.bool_()),
    pa.field("created_at", UTC_TIME),
    pa.field("modified_at", UTC_TIME),
    pa.field("created_by", pa.string()),
    pa.field("modified_by", pa.string()),
    pa.field("etag", pa.string()),
    pa.field("extra", pa.string()),
]
HEADLINE = pa.schema(_TYPES)

SOURCES: Mapping[str, tuple[Kind, Prefix]] = {
    "ID": ("integer", ""),
    "UniqueId": ("guid", "item"),
    "Title": ("text", ""),
    "_UIVersionString": ("text", ""),
    "FileRef": ("text", "item"),
    "FSObjType": ("integer", "item"),
    "Created": ("datetime", ""),
    "Modified": ("datetime", ""),
    "Author": ("user", ""),
    "Editor": ("user", ""),
    "owshiddenversion": ("integer", ""),
}
"""The fields that headline columns are made of, and how their values are read, with or without a schema."""

TOLD_WHOLE = frozenset({"ID", "UniqueId", "Title", "_UIVersionString", "FileRef", "FSObjType", "Created", "Modified"})
"""Of these a headline column says all there is: they get no column of their own."""
