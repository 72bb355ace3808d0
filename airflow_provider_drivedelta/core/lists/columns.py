"""The columns of one list's feed: which field each holds, under which name, of which type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, Kind, Prefix
from airflow_provider_drivedelta.core.lists.zone import SiteZone

Naming = Literal["internal", "display"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called and holds never changes; `field` is the field as last described."""

    name: str
    kind: Kind
    prefix: Prefix
    display: str
    """The field's display name when the column was made."""
    field: Field
    live: bool = True
    """Whether the list still has the field, with this type: only then do new rows fill the column."""

    @property
    def arrow(self) -> pa.Field[Any]:
        """The Arrow field; its metadata says which SharePoint field it holds."""
        about = {
            "sharepoint.internal_name": self.field.name,
            "sharepoint.display_name": self.display,
            "sharepoint.type": self.field.type,
            "sharepoint.field_id": self.field.id,
        }
        return pa.field(self.name, ARROW_TYPES[self.kind], metadata=about)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The columns of a list's feed, in order; kept with the commit, because the service sends its schema once."""

    naming: Naming = "internal"
    attachment_urls: bool = True
    zone: SiteZone | None = None
    columns: Sequence[Column] = ()

    @property
    def live(self) -> Mapping[str, Column]:
        """The columns that new rows fill, by internal name of the field."""
        return {column.field.name: column for column in self.columns if column.live}

    def to_json(self) -> JsonObject:
        """The map as plain JSON, for the commit."""
        return cast(
            JsonObject,
            {
                "version": 1,
                "naming": self.naming,
                "attachment_urls": self.attachment_urls,
                "zone": self.zone and {"bias": self.zone.bias, "name": self.zone.name},
                "columns": [asdict(column) for column in self.columns],
            },
        )


def field_map(kept: Json) -> FieldMap:
    """The map that a commit kept.

    :raises BrokenFeed: it is not one, or one of a later version.
    """
    try:
        if not isinstance(kept, Mapping) or kept["version"] != 1:
            raise ValueError("version")
        zone, columns = kept["zone"], cast(Sequence[dict[str, Any]], kept["columns"])
        return FieldMap(
            naming=_one_of(kept["naming"], Naming),
            attachment_urls=bool(kept["attachment_urls"]),
            zone=SiteZone(**cast(dict[str, Any], zone)) if zone else None,
            columns=tuple(_column(column) for column in columns),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as spoiled:
        raise BrokenFeed(
            f"the columns kept with the last commit cannot be read ({spoiled})",
            then="Upgrade if a newer version wrote it; else run once with full_reload.",
        ) from None


def _column(kept: Mapping[str, Any]) -> Column:
    made = Column(**{**kept, "field": Field(**kept["field"])})
    _one_of(made.kind, Kind)
    _one_of(made.prefix, Prefix)
    return made


def _one_of(value: Any, allowed: Any) -> Any:
    if value not in get_args(allowed):
        raise ValueError(str(value)[:50])
    return value
