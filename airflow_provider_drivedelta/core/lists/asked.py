"""Which fields a list is asked for: what headline columns are made of, and what gets a column of its own."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.headline import SOURCES
from airflow_provider_drivedelta.core.lists.schema_drift import kept

_SHOWN = 20


def asked_fields(fields: Sequence[Field], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Internal names, in the same order for the same list.

    :param wanted: the fields that the user named; empty for all that are worth a column.
    :raises FixSetup: the list has no field of a name that is wanted.
    """
    there = {field.name for field in fields}
    _check_all_there(wanted, there, fields)
    headline = [name for name in SOURCES if name in there or name == "ID"]
    own = [field.name for field in fields if kept(field, frozenset(wanted) or None)]
    return tuple(dict.fromkeys([*headline, *own]))


def _check_all_there(wanted: Sequence[str], there: set[str], fields: Sequence[Field]) -> None:
    missing = [name for name in wanted if name not in there]
    if missing:
        shown = [field.name for field in fields if kept(field, None)][:_SHOWN]
        then = f"Give internal names in fields, such as {', '.join(shown)}." if shown else "Leave fields out."
        raise FixSetup(f"The list has no field {', '.join(map(repr, missing))}", then=then)
