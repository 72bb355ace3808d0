"""One value of a Graph list item's `fields` into what its column holds: the grammar of every kind, one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from math import isfinite

from airflow_provider_drivedelta.core.changes import Json
from airflow_provider_drivedelta.core.lists.kinds import PERSON, Kind
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.one_text import Value, read_one
from airflow_provider_drivedelta.core.lists.zone import SiteZone


def read_json(kind: Kind, value: Json, zone: SiteZone | None) -> Value:
    """The value of one member of `fields`; a single lookup or person is its id alone.

    :raises Misfit: the value is not of that kind.
    """
    return None if value is None else _READERS[kind](value, zone)


def as_text(value: Json) -> str | None:
    """A value as the text by which it is compared: the same for equal values, whatever the order of their members."""
    if value is None or isinstance(value, str):
        return whole_characters(value) if value else value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def whole_characters(text: str) -> str:
    """A lone surrogate is legal in JSON and in no file format: it becomes the replacement character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(value: Json, zone: SiteZone | None) -> Value:
    return as_text(value)  # what has no column type of its own, a place or a picture, is kept as JSON


def _number(value: Json, zone: SiteZone | None) -> Value:
    if isinstance(value, str):
        return read_one("number", value, zone)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit("a number")
    try:
        double = float(value)
    except OverflowError:
        raise Misfit("a number within a double") from None
    if not isfinite(double):
        raise Misfit("a number within a double")
    return double


def _integer(value: Json, zone: SiteZone | None) -> Value:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Misfit("a whole number")
    return read_one("integer", value, zone)


def _boolean(value: Json, zone: SiteZone | None) -> Value:
    return value if isinstance(value, bool) else _spelled("boolean")(value, zone)


def _spelled(kind: Kind) -> Callable[[Json, SiteZone | None], Value]:
    """Kinds that Graph spells as SharePoint does."""

    def read(value: Json, zone: SiteZone | None) -> Value:
        if not isinstance(value, str):
            raise Misfit("a text")
        return read_one(kind, value, zone)

    return read


def _choices(value: Json, zone: SiteZone | None) -> Value:
    return [whole_characters(_string(choice)) for choice in _each(value)]


def _lookup(value: Json, zone: SiteZone | None) -> Value:
    if not isinstance(value, Mapping):
        return {"id": _integer(value, zone), "value": None}
    return {"id": _key(value), "value": _optional(value.get("LookupValue"))}


def _user(value: Json, zone: SiteZone | None) -> Value:
    said: Mapping[str, Json] = value if isinstance(value, Mapping) else {"LookupId": value}
    parts = [_optional(said.get("LookupValue")), None, _optional(said.get("Email"))]
    return {"id": _key(said), **dict(zip_longest(PERSON, parts))}


def _key(said: Mapping[str, Json]) -> Value:
    key = said.get("LookupId")
    return None if key is None else _integer(key, None)


def _url(value: Json, zone: SiteZone | None) -> Value:
    if not isinstance(value, Mapping):
        raise Misfit("an address with a description")
    return {"url": _optional(value.get("Url")), "description": _optional(value.get("Description")) or None}


def _term(value: Json, zone: SiteZone | None) -> Value:
    if not isinstance(value, Mapping):
        raise Misfit("a term")
    guid, key = value.get("TermGuid"), value.get("WssId")
    return {
        "id": None if key is None else _integer(key, zone),
        "label": _optional(value.get("Label")),
        "term_guid": None if guid is None else _spelled("guid")(guid, zone),
    }


def _attachments(value: Json, zone: SiteZone | None) -> Value:
    if value is True:
        raise Untold("addresses of attachments")
    return [] if value is False else _choices(value, zone)


def _several(
    one: Callable[[Json, SiteZone | None], Value],
) -> Callable[[Json, SiteZone | None], Value]:
    return lambda value, zone: [one(member, zone) for member in _each(value)]


def _each(value: Json) -> Sequence[Json]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Misfit("several values")
    return value


def _string(value: Json) -> str:
    if not isinstance(value, str):
        raise Misfit("a text")
    return value


def _optional(value: Json) -> str | None:
    return None if value is None else whole_characters(_string(value))


_READERS: Mapping[Kind, Callable[[Json, SiteZone | None], Value]] = {
    "text": _text,
    "choices": _choices,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "datetime": _spelled("datetime"),
    "date": _spelled("date"),
    "lookup": _lookup,
    "lookups": _several(_lookup),
    "user": _user,
    "users": _several(_user),
    "url": _url,
    "term": _term,
    "terms": _several(_term),
    "guid": _spelled("guid"),
    "attachments": _attachments,
    "mask": _spelled("mask"),
}
