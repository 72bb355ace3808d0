"""Drive items as the service sends them, into typed rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lake.graph_types import DRIVE_ITEM, FACETS
from airflow_provider_drivedelta.core.lake.values import BadValue, Typed, snake, split

_SHARING_MARKS = ("@microsoft.graph.sharedChanged", "@oneDrive.sharedChanged")
_RENAMED = {"created_date_time": "created_at", "last_modified_date_time": "modified_at"}
_AS_THEY_ARE = (
    "id",
    "name",
    "description",
    "size",
    "etag",
    "ctag",
    "web_url",
    "web_dav_url",
    "sharepoint_ids",
    "file_system_info",
)
_WHO = ("user", "application", "device")
_FACET_COLUMNS = {name: snake(name) for name in FACETS}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A typed item under its column names, and what the fold must know beside them."""

    columns: Mapping[str, Typed]
    deleted: bool
    root: bool


def read_item(item: JsonObject, drive_id: str) -> ItemRow:
    """One item, typed.

    :param drive_id: the feed's drive, for items that do not say where they are.
    :raises BadValue: it has no usable id, or a property is not of its type; the text names the property.
    """
    item_id = item.get("id")
    if not isinstance(item_id, str) or not item_id:
        raise BadValue("id")
    typed, rest = split(item, DRIVE_ITEM)
    row = {name: typed.get(name) for name in _AS_THEY_ARE}
    row |= {new: typed.get(old) for old, new in _RENAMED.items()}
    row |= _place(typed.get("parent_reference"), drive_id)
    row |= _people(typed)
    row |= _kind_of_item(item, typed)
    for name, column in _FACET_COLUMNS.items():
        row[f"has_{column}"] = item.get(name) is not None
        row[column] = typed.get(column)
    row["shared_changed"] = any(_is_true(rest.pop(mark, None)) for mark in _SHARING_MARKS)
    row["extra"] = _extra(rest) if rest else None
    # A facet counts when it is there, even empty: `deleted: {}` is a delete.
    return ItemRow(row, deleted=item.get("deleted") is not None, root=item.get("root") is not None)


def _extra(rest: JsonObject) -> str:
    try:
        return json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError:  # a number beyond a double, such as 1e999
        raise BadValue("extra") from None


def _place(reference: Typed, drive_id: str) -> dict[str, Typed]:
    parent = reference if isinstance(reference, Mapping) else {}
    return {
        "drive_id": parent.get("drive_id") or drive_id,
        "parent_id": parent.get("id"),
        "parent_reference": reference,
    }


def _people(typed: Mapping[str, Typed]) -> dict[str, Typed]:
    created, modified = typed.get("created_by"), typed.get("last_modified_by")
    return {
        "created_by": _who(created),
        "created_by_identities": created,
        "modified_by": _who(modified),
        "modified_by_identities": modified,
    }


def _who(identities: Typed) -> Typed:
    """One name for a set of identities: a person before an application before a device."""
    if not isinstance(identities, Mapping):
        return None
    known = (identities.get(role) for role in _WHO)
    first = next((who for who in known if isinstance(who, Mapping)), {})
    return first.get("display_name") or first.get("email") or first.get("id")


def _kind_of_item(item: JsonObject, typed: Mapping[str, Typed]) -> dict[str, Typed]:
    file, folder, deleted = (_mapping(typed.get(name)) for name in ("file", "folder", "deleted"))
    hashes = _mapping(file.get("hashes"))
    is_folder, is_file = item.get("folder") is not None, item.get("file") is not None
    # A tombstone may say neither; only then is it unknown what the item was.
    untold = item.get("deleted") is not None and not is_folder and not is_file
    return {
        "is_folder": None if untold else is_folder,
        "has_file": is_file,
        "child_count": folder.get("child_count"),
        "folder_view": folder.get("view"),
        "mime_type": file.get("mime_type"),
        "processing_metadata": file.get("processing_metadata"),
        "deleted_state": deleted.get("state"),
        **{name: hashes.get(name) for name in ("crc32_hash", "quick_xor_hash", "sha1_hash", "sha256_hash")},
    }


def _mapping(value: Typed) -> Mapping[str, Typed]:
    return value if isinstance(value, Mapping) else {}


def _is_true(value: Json) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")  # a string in practice, java#2548
