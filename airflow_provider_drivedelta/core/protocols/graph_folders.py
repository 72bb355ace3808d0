"""How many members the folders among a page's items say they have; Graph names a folder that came back alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from airflow_provider_drivedelta.core.changes import Json, JsonObject

COUNTS = ("ItemChildCount", "FolderChildCount")
"""The fields in which a folder says how many items and folders lie directly in it."""
_FOLDER = "0x0120"  # what the content type id of every folder begins with


def members_of(items: Sequence[JsonObject]) -> Mapping[str, int]:
    """By id of the folder; one that does not say it is left out."""
    found: dict[str, int] = {}
    for item in items:
        item_id, fields = item.get("id"), item.get("fields")
        if isinstance(item_id, str) and isinstance(fields, Mapping) and _is_folder(item):
            counts = [_count(fields.get(name)) for name in COUNTS]
            if None not in counts:
                found[item_id] = sum(filter(None, counts))
    return found


def without_counts(items: Sequence[JsonObject], asked: Collection[str]) -> Sequence[JsonObject]:
    """The items without the counts, where other fields were asked for by name: they are ours, not the lake's."""
    ours = frozenset(COUNTS) - frozenset(asked)
    if not asked or not ours:
        return items
    return [_without(item, ours) for item in items]


def _without(item: JsonObject, ours: frozenset[str]) -> JsonObject:
    fields = item.get("fields")
    if not isinstance(fields, Mapping):
        return item
    return {**item, "fields": {name: value for name, value in fields.items() if name not in ours}}


def _is_folder(item: JsonObject) -> bool:
    kind = item.get("contentType")
    told = kind.get("id") if isinstance(kind, Mapping) else None
    return isinstance(told, str) and told.lower().startswith(_FOLDER)


def _count(told: Json) -> int | None:
    """A number, as itself or as text; None for anything else."""
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) < 19:
        return int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None
