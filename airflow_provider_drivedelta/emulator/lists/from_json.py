"""Values and fields as somebody outside writes them in JSON, for the type of each field."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from airflow_provider_drivedelta.emulator.items import Person
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.emulator.strict import read_strictly


def values_from_json(sharepoint_list: SharePointList, given: Mapping[str, object]) -> dict[str, Value]:
    """By internal name or by title, as in the list's own operations."""
    return {name: _value(sharepoint_list, sharepoint_list.field(name), value) for name, value in given.items()}


def field_from_json(given: Mapping[str, object]) -> Field:
    """The arguments of ``Field``; choices as a list."""
    choices = given.get("choices", ())
    if not isinstance(choices, (list, tuple)):
        raise ValueError("field.choices: expected a list")
    return read_strictly(Field, {**given, "choices": tuple(choices)}, "field")


def _value(own: SharePointList, field: Field, given: object) -> Value:
    if given is None:
        return None
    if not field.several:
        return _single(own, field, given)
    if not isinstance(given, list):
        raise ValueError(f"{field.title} ({field.kind}): expected a list")
    return tuple(_single(own, field, part) for part in given)  # type: ignore[return-value]


def _single(own: SharePointList, field: Field, given: object) -> Value:
    reader = _READERS.get(field.kind.removesuffix("Multi"))
    if reader is None:
        return given  # type: ignore[return-value] # text, number or truth, and the list checks which
    try:
        return reader(own, field, given)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{field.title} ({field.kind}): cannot read {given!r}: {error}") from None


def _moment(own: SharePointList, field: Field, given: object) -> Value:
    text = str(given)
    return date.fromisoformat(text) if field.date_only else datetime.fromisoformat(text)


def _calculated(own: SharePointList, field: Field, given: object) -> Value:
    if isinstance(given, dict):
        return CalculatedError(given["error"])
    return datetime.fromisoformat(str(given)) if field.result == "DateTime" else given  # type: ignore[return-value]


def _person(own: SharePointList, field: Field, given: object) -> User:
    """By address, or with a name to make somebody known."""
    if isinstance(given, str):
        return own.site.member(Person(given.partition("@")[0], given))
    return own.site.member(read_strictly(Person, given, field.title))


_READERS: dict[str, Callable[[SharePointList, Field, object], Value]] = {
    "Calculated": _calculated,
    "DateTime": _moment,
    "Lookup": lambda own, field, given: read_strictly(Lookup, given, field.title),
    "TaxonomyFieldType": lambda own, field, given: read_strictly(Term, given, field.title),
    "URL": lambda own, field, given: read_strictly(Url, given, field.title),
    "User": _person,
}
