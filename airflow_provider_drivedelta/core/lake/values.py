"""JSON values against the types they should have: typed where they fit, kept as JSON where no column waits for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from airflow_provider_drivedelta.core import pre_authenticated
from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lake.graph_types import Scalar, Shape

Typed = str | int | float | bool | datetime | None | Mapping[str, "Typed"]

_DIGITS = re.compile(r"^-?\d{1,19}$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ODD_NAMES = {"eTag": "etag", "cTag": "ctag"}


class BadValue(ValueError):
    """A value that is not of its property's type; says which property, never the value."""


@cache  # of the service's own property names, so it stays small
def snake(name: str) -> str:
    """The column name of a property: `quickXorHash` -> `quick_xor_hash`."""
    return _ODD_NAMES.get(name) or _WORDS.sub("_", name).lower()


def split(value: JsonObject, shape: Mapping[str, Shape], where: str = "") -> tuple[dict[str, Typed], dict[str, Json]]:
    """The typed part of an object, under column names, and the rest, under the service's.

    :raises BadValue: a property has a value that its type does not allow.
    """
    typed: dict[str, Typed] = {}
    rest: dict[str, Json] = {}
    for name, given in value.items():
        expected = shape.get(name)
        if expected is None:
            if not pre_authenticated.names_a_credential(name):
                rest[name] = without_credentials(given, where + name)
        elif given is None:
            continue
        elif isinstance(expected, str):
            typed[snake(name)] = _PARSERS[expected](given, where + name)
        elif isinstance(given, dict):
            inner, left = split(given, expected, f"{where}{name}.")
            typed[snake(name)] = inner
            if left:
                rest[name] = left
        else:
            raise BadValue(where + name)
    return typed, rest


def without_credentials(value: Json, where: str) -> Json:
    """The value without pre-authenticated links, at any depth.

    :raises BadValue: there is no end to its depth.
    """
    try:
        return pre_authenticated.without_credentials(value)
    except pre_authenticated.TooDeep:
        raise BadValue(where) from None


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise BadValue(where)
    return whole_characters(value)


def whole_characters(text: str) -> str:
    """A lone surrogate is legal in JSON and in no file format: it becomes the replacement character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole(bits: int) -> Callable[[Json, str], int]:
    limit = 1 << (bits - 1)

    def parse(value: Json, where: str) -> int:
        # With IEEE754Compatible=true a 64-bit number travels as text.
        if isinstance(value, str) and _DIGITS.match(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise BadValue(where)
        return value

    return parse


def _double(value: Json, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(where)
    try:
        return float(value)
    except OverflowError:
        raise BadValue(where) from None


def _bool(value: Json, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadValue(where)
    return value


def _time(value: Json, where: str) -> datetime | None:
    """A moment in UTC; year 0001 is how the service writes "none" (odapi#535)."""
    if not isinstance(value, str):
        raise BadValue(where)
    if value.startswith("0001-"):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadValue(where) from None


_PARSERS: Mapping[Scalar, Callable[[Json, str], Typed]] = {
    "text": _text,
    "int64": _whole(64),
    "int32": _whole(32),
    "int16": _whole(16),
    "double": _double,
    "bool": _bool,
    "time": _time,
}
