"""The columns of a drive's change records: the headline columns, and every driveItem property."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from airflow_provider_drivedelta.core.lake import graph_types as graph
from airflow_provider_drivedelta.core.lake.graph_types import Scalar, Shape
from airflow_provider_drivedelta.core.lake.record import UTC_TIME, RecordType
from airflow_provider_drivedelta.core.lake.values import snake

_SCALARS: Mapping[Scalar, pa.DataType] = {
    "text": pa.string(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "int16": pa.int16(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "time": UTC_TIME,
}


def arrow_type(shape: Shape) -> pa.DataType:
    if isinstance(shape, str):
        return _SCALARS[shape]
    return pa.struct([pa.field(snake(name), arrow_type(inner)) for name, inner in shape.items()])


_HEADLINE_TYPES: list[tuple[str, pa.DataType]] = [
    ("drive_id", pa.string()),
    ("id", pa.string()),
    ("name", pa.string()),
    ("path", pa.string()),
    ("parent_id", pa.string()),
    ("is_folder", pa.bool_()),
    ("size", pa.int64()),
    ("created_at", UTC_TIME),
    ("modified_at", UTC_TIME),
    ("created_by", pa.string()),
    ("modified_by", pa.string()),
    ("etag", pa.string()),
    ("ctag", pa.string()),
    ("web_url", pa.string()),
    ("mime_type", pa.string()),
    ("quick_xor_hash", pa.string()),
    ("sha1_hash", pa.string()),
    ("sha256_hash", pa.string()),
    ("child_count", pa.int32()),
    ("extra", pa.string()),
]
HEADLINE = pa.schema(_HEADLINE_TYPES)

_FACET_FIELDS = [
    field
    for name, shape in graph.FACETS.items()
    for field in (pa.field(f"has_{snake(name)}", pa.bool_()), pa.field(snake(name), arrow_type(shape)))
]

ITEM = pa.schema(
    [
        *HEADLINE,
        pa.field("description", pa.string()),
        pa.field("web_dav_url", pa.string()),
        pa.field("crc32_hash", pa.string()),
        pa.field("processing_metadata", pa.bool_()),
        pa.field("has_file", pa.bool_()),
        pa.field("deleted_state", pa.string()),
        pa.field("shared_changed", pa.bool_()),
        pa.field("created_by_identities", arrow_type(graph.IDENTITIES)),
        pa.field("modified_by_identities", arrow_type(graph.IDENTITIES)),
        pa.field("parent_reference", arrow_type(graph.REFERENCE)),
        pa.field("file_system_info", arrow_type(graph.FILE_SYSTEM)),
        pa.field("folder_view", arrow_type(graph.FOLDER["view"])),
        pa.field("sharepoint_ids", arrow_type(graph.SHAREPOINT_IDS)),
        *_FACET_FIELDS,
    ]
)
"""A drive item as it is written: nullable throughout."""

DRIVE = RecordType(
    item=ITEM,
    headline=HEADLINE,
    named={"name": "name", "created_at": "created_at", "shared_changed": "shared_changed"},
)
"""A drive's change records."""
