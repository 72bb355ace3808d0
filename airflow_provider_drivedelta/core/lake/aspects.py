"""Which columns make which aspect of a change, and the hashes by which an item is told from what it was.

Equal means: equal in these columns. Left out on purpose are what follows from the place of an item
(`web_url`, the service's own `path`: a folder's rename changes them for everything below, and the
service does not say so) and what is kept fresh without a word (`extra`; of a folder its size, child
count, tags and times, which its children move).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.lake.graph_types import FACETS
from airflow_provider_drivedelta.core.lake.values import Typed, snake

HASH_VERSION = 1
"""Raised whenever a hash of the same item would come out differently: other columns, another order, another hash."""

NAME, PARENT, PATH, CONTENT, METADATA, SHARING, MISSING = (1 << bit for bit in range(7))
ASPECTS: Sequence[tuple[int, str]] = (
    (NAME, "name"),
    (PARENT, "parent"),
    (PATH, "path"),
    (CONTENT, "content"),
    (METADATA, "metadata"),
    (SHARING, "sharing"),
    (MISSING, "missing"),
)

GROUPS: Mapping[str, Sequence[str]] = {
    "content_hash": ("ctag", "size", "quick_xor_hash", "sha1_hash", "sha256_hash", "crc32_hash"),
    "sharing_hash": ("has_shared", "shared"),
    "metadata_hash": (
        "is_folder",
        "has_file",
        "mime_type",
        "processing_metadata",
        "description",
        "created_at",
        "created_by_identities",
        "folder_view",
        "sharepoint_ids",
        *(column for name in FACETS if name != "shared" for column in (f"has_{snake(name)}", snake(name))),
    ),
    # These change with every change; only where nothing else explains them are they one themselves.
    "trace_hash": ("etag", "modified_at", "modified_by_identities", "file_system_info"),
}

_MOVED_BY_CHILDREN = ("content_hash", "trace_hash")


def hashes(row: Mapping[str, Typed]) -> dict[str, int]:
    """The four hashes of a typed item, 64 bits each; 0 for a group in which nothing is said."""
    is_container = not row.get("has_file")
    return {
        group: 0 if is_container and group in _MOVED_BY_CHILDREN else _hash([row.get(column) for column in columns])
        for group, columns in GROUPS.items()
    }


def _hash(values: Sequence[Typed]) -> int:
    if not any(values):
        return 0
    text = json.dumps([_said(value) for value in values], default=str, sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _said(value: Typed) -> Typed:
    """The value without what is null in it: read back from Arrow, a struct has all its fields."""
    if isinstance(value, Mapping):
        return {name: said for name, inner in value.items() if (said := _said(inner)) is not None}
    return value
