"""Fields and columns as tests describe them: one line each."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lists.columns import Column
from airflow_provider_drivedelta.core.lists.fields import Field, field_of
from airflow_provider_drivedelta.core.lists.kinds import kind_of
from airflow_provider_drivedelta.core.lists.zone import SiteZone

NEW_YORK = SiteZone(bias=300)


def a_field(name: str, kind: str = "Text", display: str = "", **attributes: str) -> Field:
    found = field_of({"Name": name, "Type": kind, "DisplayName": display or name, **attributes})
    assert found
    return found


def a_column(kind: str, name: str = "Field", **attributes: str) -> Column:
    field = a_field(name, kind, **attributes)
    return Column(name.lower(), *kind_of(field, zone_known=True), field.display, field)
