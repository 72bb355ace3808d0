"""Reads JSON into small dataclasses: an unknown key or a wrong type is an error that names it."""

from collections.abc import Mapping
from dataclasses import fields
from types import UnionType
from typing import Protocol, TypeVar, get_args, get_origin, get_type_hints


class _Dataclass(Protocol):
    __dataclass_fields__: dict[str, object]


T = TypeVar("T")


def read_strictly(kind: type[T], given: object, where: str) -> T:
    """``kind`` is a dataclass whose fields are scalars, mappings, or dataclasses of the same sort."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{where}: expected an object")
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return kind(**{name: _value(hints[name], value, f"{where}.{name}") for name, value in given.items()})


def _value(hint: object, value: object, where: str) -> object:
    options = get_args(hint) if get_origin(hint) is UnionType or isinstance(hint, UnionType) else (hint,)
    for option in options:
        if isinstance(option, type) and hasattr(option, "__dataclass_fields__"):
            return read_strictly(option, value, where)
    if object in options or any(_fits(option, value) for option in options):
        return value
    raise ValueError(f"{where}: {type(value).__name__} does not fit")


def _fits(option: object, value: object) -> bool:
    kind = get_origin(option) or option
    if not isinstance(kind, type):
        return False
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind) or (kind is float and isinstance(value, int))
