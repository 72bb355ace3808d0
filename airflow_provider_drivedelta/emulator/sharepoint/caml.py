"""CAML queries, as far as somebody who follows changes asks them: simple conditions, and an order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from airflow_provider_drivedelta.emulator.lists.field_shelf import NoSuchField
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.values import Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.emulator.sharepoint.caml_xml import is_true, read_caml
from airflow_provider_drivedelta.emulator.sharepoint.failures import bad_query, unknown_field
from airflow_provider_drivedelta.emulator.sharepoint.item_values import value_of

Condition = Callable[[ListItem], bool]
_NUMERIC = ("Counter", "Currency", "Integer", "ModStat", "Number")
# Lookups into the site's documents whose values are numbers.
_NUMBERS_OF_DOCUMENTS = ("FSObjType", "FolderChildCount", "ItemChildCount", "SortBehavior")
_COMPARED: dict[str, Callable[[object, object], bool]] = {
    "Eq": lambda ours, wanted: ours == wanted,
    "Neq": lambda ours, wanted: ours != wanted,
    "Lt": lambda ours, wanted: ours is not None and ours < wanted,  # type: ignore[operator]
    "Leq": lambda ours, wanted: ours is not None and ours <= wanted,  # type: ignore[operator]
    "Gt": lambda ours, wanted: ours is not None and ours > wanted,  # type: ignore[operator]
    "Geq": lambda ours, wanted: ours is not None and ours >= wanted,  # type: ignore[operator]
    "BeginsWith": lambda ours, wanted: str(ours or "").startswith(str(wanted)),
    "Contains": lambda ours, wanted: str(wanted) in str(ours or ""),
}

_NULLS = ("IsNull", "IsNotNull")


@dataclass(frozen=True, slots=True)
class Query:
    """``indexed`` says whether conditions and order get by with indexed fields."""

    matches: Condition
    order: tuple[tuple[Field, bool], ...]
    """Fields, and whether each goes downwards."""
    indexed: bool


def read_query(text: str, sharepoint_list: SharePointList) -> Query:
    """Of a ``Query`` element, or of a ``Contains`` one; empty text matches everything, by ID."""
    fields: list[Field] = []
    reader = _Reader(sharepoint_list, fields)
    if text.lstrip().startswith("<Contains"):
        return Query(reader.condition(read_caml(text, "Contains")), (), _all_indexed(fields))
    root = read_caml(text, "Query")
    where, order_by = root.find("Where"), root.find("OrderBy")
    matches = reader.condition(_only_child(where)) if where is not None and len(where) else _everything
    order = tuple(reader.ordered(reference) for reference in order_by.iter("FieldRef")) if order_by is not None else ()
    return Query(matches, order, _all_indexed(fields))


class _Reader:
    """Notes the fields that it comes across."""

    def __init__(self, sharepoint_list: SharePointList, seen: list[Field]) -> None:
        self._list, self._seen = sharepoint_list, seen

    def condition(self, element: Element) -> Condition:
        if element.tag in ("And", "Or"):
            parts = [self.condition(child) for child in element]
            joined = all if element.tag == "And" else any
            return lambda item: joined(part(item) for part in parts)
        if element.tag not in (*_COMPARED, *_NULLS):
            raise bad_query(f"The emulator does not know the condition '{element.tag}'.")
        field = self._field(element.find("FieldRef"))
        if element.tag in _NULLS:
            wants_null = element.tag == "IsNull"
            return lambda item: (_comparable(field, self._value(field, item)) is None) == wants_null
        compare, wanted = _COMPARED[element.tag], _wanted(field, element.findtext("Value") or "")
        return lambda item: compare(_comparable(field, self._value(field, item)), wanted)

    def ordered(self, reference: Element) -> tuple[Field, bool]:
        return self._field(reference), not is_true(reference.get("Ascending", "TRUE"))

    def _value(self, field: Field, item: ListItem) -> Value:
        return value_of(self._list, item, field)

    def _field(self, reference: Element | None) -> Field:
        try:
            field = self._list.field(reference.get("Name", "") if reference is not None else "")
        except NoSuchField:
            raise unknown_field() from None
        self._seen.append(field)
        return field


def sort_key(field: Field, value: Value) -> tuple[bool, object]:
    """Nulls come first."""
    comparable = _comparable(field, value)
    return comparable is not None, comparable if comparable is not None else 0


def _comparable(field: Field, value: Value) -> object:
    """What of a value is compared: a text without regard to case, a number as a decimal, of a lookup its text."""
    match value:
        case None:
            return None
        case Lookup(text=text) | User(name=text) | Term(label=text) | Url(url=text):
            return text.casefold()
        case bool():
            return value
        case int() | float() | Decimal():
            return Decimal(str(value))
        case datetime() | date():
            return value.isoformat()[:19]
        case tuple():
            return "; ".join(str(_comparable(field, part)) for part in value)
    return str(value).casefold()


def _wanted(field: Field, text: str) -> object:
    text = text.strip()
    if field.kind == "Boolean":
        return is_true(text)
    if field.kind not in _NUMERIC and field.name not in _NUMBERS_OF_DOCUMENTS:
        return text.rstrip("Z") if field.kind == "DateTime" else text.casefold()
    try:
        return Decimal(text)
    except InvalidOperation:
        raise bad_query(f"'{text}' is no number.") from None


def _only_child(where: Element) -> Element:
    if len(where) != 1:
        raise bad_query("A Where holds one condition; And and Or join more.")
    return where[0]


def _all_indexed(fields: list[Field]) -> bool:
    return all(field.indexed for field in fields)


def _everything(item: ListItem) -> bool:
    return True
