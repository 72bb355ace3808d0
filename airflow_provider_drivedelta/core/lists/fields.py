"""What a list says of itself: its fields, and the zone its dates are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airflow_provider_drivedelta.core.lists.names import decoded
from airflow_provider_drivedelta.core.lists.zone import SiteZone


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list. `name` is the internal name as rows carry it (`ows_<name>`)."""

    name: str
    display: str
    type: str
    """SharePoint's own type: `Text`, `LookupMulti`, `TaxonomyFieldType` …"""
    id: str = ""
    """A GUID, bare and in lower case."""
    multiple: bool = False
    date_only: bool = False
    result_type: str = ""
    """Of a calculated field: the type of what it gives."""
    show_field: str = ""
    list_id: str = ""
    """Of a lookup: the list it looks into; `Docs` where the value is a fact of the item itself."""
    rich_text: bool = False
    hidden: bool = False
    read_only: bool = False

    @property
    def decoded(self) -> str:
        return decoded(self.name)

    @property
    def of_item(self) -> bool:
        """Whether the value is kept beside the item (`FileRef` …) and comes as `<item id>;#<value>`."""
        return self.list_id.lower() == "docs" and self.type in ("Lookup", "File")


def field_of(attributes: Mapping[str, str]) -> Field | None:
    """The field that a `<Field>` of a list's schema describes; None without a name or a type."""
    name, kind = attributes.get("Name"), attributes.get("Type")
    if not name or not kind:
        return None
    return Field(
        name=name,
        display=attributes.get("DisplayName") or decoded(name),
        type=kind,
        id=attributes.get("ID", "").strip("{}").lower(),
        multiple=_true(attributes.get("Mult")) or kind.endswith("Multi"),
        date_only=attributes.get("Format") == "DateOnly",
        result_type=attributes.get("ResultType", ""),
        show_field=attributes.get("ShowField", ""),
        list_id=attributes.get("List", "").strip("{}"),
        rich_text=_true(attributes.get("RichText")),
        hidden=_true(attributes.get("Hidden")),
        read_only=_true(attributes.get("ReadOnly")),
    )


def _true(text: str | None) -> bool:
    return (text or "").upper() in ("TRUE", "1")


@dataclass(frozen=True, slots=True)
class ListSchema:
    """A list as it describes itself; sent once, and again when it changed."""

    id: str
    title: str
    root_folder: str
    web_id: str
    fields: Sequence[Field]
    zone: SiteZone | None
