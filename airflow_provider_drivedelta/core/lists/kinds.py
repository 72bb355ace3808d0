"""Which Arrow type a SharePoint field has: one table of field types, one of column kinds.

Numbers and currencies are `float64`: SharePoint keeps both as doubles and writes 15 significant digits, which a
double gives back exactly. What no table knows is text, as the service wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from airflow_provider_drivedelta.core.lists.fields import Field

Kind = Literal[
    "text",
    "choices",
    "number",
    "integer",
    "boolean",
    "datetime",
    "date",
    "lookup",
    "lookups",
    "user",
    "users",
    "url",
    "term",
    "terms",
    "guid",
    "attachments",
    "mask",
]

Prefix = Literal["", "item", "result"]
"""What stands before the value: nothing, the item's id (`74;#`), or the type of a formula's result (`float;#`)."""

UTC_TIME = pa.timestamp("us", tz="UTC")

_LOOKUP = pa.struct([("id", pa.int64()), ("value", pa.string())])
_TERM = pa.struct([("id", pa.int64()), ("label", pa.string()), ("term_guid", pa.string())])
_URL = pa.struct([("url", pa.string()), ("description", pa.string())])

PERSON = ("name", "login", "email", "sip", "title", "picture")
"""What an expanded user says, in its order; all but the name are null where users are not expanded."""

_USER = pa.struct([pa.field("id", pa.int64()), *(pa.field(part, pa.string()) for part in PERSON)])

ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "choices": pa.list_(pa.string()),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "datetime": UTC_TIME,
    "date": pa.date32(),
    "lookup": _LOOKUP,
    "lookups": pa.list_(_LOOKUP),
    "user": _USER,
    "users": pa.list_(_USER),
    "url": _URL,
    "term": _TERM,
    "terms": pa.list_(_TERM),
    "guid": pa.string(),
    "attachments": pa.list_(pa.string()),
    "mask": pa.uint64(),
}

_KINDS: Mapping[str, Kind] = {
    "Number": "number",
    "Currency": "number",
    "AverageRating": "number",
    "Likes": "number",
    "RatingCount": "number",
    "Integer": "integer",
    "Counter": "integer",
    "ModStat": "integer",
    "WorkflowStatus": "integer",
    "Boolean": "boolean",
    "AllDayEvent": "boolean",
    "CrossProjectLink": "boolean",
    "Recurrence": "boolean",
    "DateTime": "datetime",
    "MultiChoice": "choices",
    "Lookup": "lookup",
    "User": "user",
    "URL": "url",
    "TaxonomyFieldType": "term",
    "Guid": "guid",
    "Attachments": "attachments",
}
_SEVERAL: Mapping[Kind, Kind] = {"lookup": "lookups", "user": "users", "term": "terms"}

# Facts of the item itself, by what they show of it.
_OF_ITEM: Mapping[str, Kind] = {
    "TimeLastModified": "datetime",
    "TimeCreated": "datetime",
    "FSType": "integer",
    "SortBehavior": "integer",
    "ItemChildCount": "integer",
    "FolderChildCount": "integer",
    "Size": "integer",
    "UniqueId": "guid",
    "ScopeId": "guid",
}


def kind_of(field: Field, *, zone_known: bool, attachment_urls: bool = True) -> tuple[Kind, Prefix]:
    """What a field's column holds and what stands before its values.

    :param zone_known: whether the site's zone is; without it a date without a time is kept as the moment it
        was sent as, because its day is not certain.
    :param attachment_urls: whether the addresses of attachments are asked for, or only if there are any.
    """
    if field.name == "PermMask":
        return "mask", ""
    if field.of_item:
        return _OF_ITEM.get(field.show_field, "text"), "item"
    if field.type == "Calculated":
        return _dated(_KINDS.get(field.result_type, "text"), field, zone_known), "result"
    kind = _KINDS.get(field.type.removesuffix("Multi") if field.type != "MultiChoice" else field.type, "text")
    if kind == "attachments" and not attachment_urls:
        return "boolean", ""
    return _dated(_SEVERAL.get(kind, kind) if field.multiple else kind, field, zone_known), ""


def _dated(kind: Kind, field: Field, zone_known: bool) -> Kind:
    return "date" if kind == "datetime" and field.date_only and zone_known else kind
