"""Values as a row of the XML holds them: each type of field in SharePoint's own spelling."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import quote

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.emulator.sharepoint.item_values import value_of
from airflow_provider_drivedelta.emulator.sharepoint.query_options import QueryOptions

_DIGITS = 15
_CALCULATED = {"Text": "string", "Number": "float", "Currency": "float", "DateTime": "datetime", "Boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class RowValues:
    """Writes the values of one list's items as one call asked for them; ``origin`` leads absolute addresses."""

    list: SharePointList
    options: QueryOptions
    origin: str

    def text(self, item: ListItem, field: Field) -> str | None:
        """None: no attribute at all. Values joined from the site's documents have the item's id in front."""
        if field.kind == "Attachments":
            return self._attachments(item)
        if field.name == "MetaInfo":
            return f"{item.id};#{_bag(item)}"
        if field.name == "EncodedAbsUrl":
            return self.origin + quote(self.list.item_path(item))
        value = value_of(self.list, item, field)
        if value is None:
            return None
        if field.attributes.get("List") == "Docs":
            return f"{item.id};#{self._document_value(value)}"
        return _WRITERS[field.kind](self, field, value)

    def moment(self, value: datetime | date) -> str:
        """A date without a time is midnight of the site's zone."""
        if not isinstance(value, datetime):
            value = datetime.combine(value, time(), self.list.site.zone)
        return stamp(value) if self.options.utc else f"{self.list.site.local(value):%Y-%m-%d %H:%M:%S}"

    def user(self, user: User) -> str:
        if not self.options.expand_users:
            return f"{user.id};#{user.name}"
        parts = (user.name, user.login, user.email, user.email, user.title)
        return f"{user.id};#" + ",#".join(part.replace(",", ",,") for part in parts)

    def _document_value(self, value: Value) -> str:
        return self.moment(value) if isinstance(value, datetime) else str(value)

    def _attachments(self, item: ListItem) -> str:
        if not self.options.attachment_urls or not item.attachments:
            return "1" if item.attachments else "0"
        folder = f"{self.origin}{quote(self.list.path)}/Attachments/{item.id}/"
        parts: list[str] = []
        for attachment in item.attachments:
            parts.append(folder + quote(attachment.name))
            if self.options.attachment_versions:
                parts.append("{" + attachment.guid.upper() + "}," + str(attachment.version))
        return ";#" + ";#".join(parts) + ";#"


def number(value: int | float | Decimal) -> str:
    """Fifteen significant digits, trailing zeros and all: ``2323.00000000000``; a plain 0."""
    exact = Decimal(str(value))
    if not exact:
        return "0"
    rounded = Decimal(f"{exact:.{_DIGITS - 1}e}")
    exponent = rounded.adjusted()
    if -5 <= exponent < _DIGITS:
        return f"{rounded:.{_DIGITS - 1 - exponent}f}"
    mantissa = f"{rounded.scaleb(-exponent):.{_DIGITS - 1}f}"
    return f"{mantissa}E{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _calculated(row: RowValues, field: Field, value: Value) -> str:
    if isinstance(value, CalculatedError):
        return f"error;#{value.text}"
    return f"{_CALCULATED[field.result]};#{_plain(row, value)}"


def _plain(row: RowValues, value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    return row.moment(value) if isinstance(value, date) else str(value)


def _lookup(row: RowValues, field: Field, value: Value) -> str:
    match value:
        case User():
            return row.user(value)
        case Lookup(id, text):
            return f"{id};#{text}"
        case Term(id, label, guid):
            return f"{id};#{label}|{guid}"
    return str(value)


def _lookups(row: RowValues, field: Field, value: Value) -> str:
    """No separator at the ends; a semicolon within a text is doubled."""
    parts = value if isinstance(value, tuple) else ()
    return ";#".join(_doubled(_lookup(row, field, part)) for part in parts)


def _doubled(text: str) -> str:
    number, separator, rest = text.partition(";#")
    return number + separator + rest.replace(";", ";;")


def _choices(row: RowValues, field: Field, value: Value) -> str:
    return "".join(f";#{choice}" for choice in value) + ";#" if isinstance(value, tuple) and value else ""


def _url(row: RowValues, field: Field, value: Value) -> str:
    assert isinstance(value, Url)
    return f"{value.url.replace(',', ',,')}, {value.text}"


def _guid(row: RowValues, field: Field, value: Value) -> str:
    return "{" + str(value).strip("{}").upper() + "}"


def _as_it_is(row: RowValues, field: Field, value: Value) -> str:
    return str(value)


def _by_value(row: RowValues, field: Field, value: Value) -> str:
    return _plain(row, value)


_WRITERS: dict[str, Callable[[RowValues, Field, Value], str]] = {
    "Boolean": _by_value,
    "Calculated": _calculated,
    "Choice": _as_it_is,
    "Computed": _as_it_is,
    "ContentTypeId": _as_it_is,
    "Counter": _as_it_is,
    "Currency": _by_value,
    "DateTime": _by_value,
    "File": _as_it_is,
    "Guid": _guid,
    "Integer": _as_it_is,
    "Lookup": _lookup,
    "LookupMulti": _lookups,
    "ModStat": _as_it_is,
    "MultiChoice": _choices,
    "Note": _as_it_is,
    "Number": _by_value,
    "TaxonomyFieldType": _lookup,
    "TaxonomyFieldTypeMulti": _lookups,
    "Text": _as_it_is,
    "URL": _url,
    "User": _lookup,
    "UserMulti": _lookups,
}


def _bag(item: ListItem) -> str:
    return "".join(f"{name}:SW|{text}\r\n" for name, text in item.properties.items())
