"""How the columns of a list follow its fields: only ever more of them, and none changes its name or type (rule 8).

* A new field gets a new column, behind the others.
* A removed field keeps its column; new rows leave it null. If it comes back, so does the column.
* A renamed field keeps its column's name: it was frozen when first seen.
* A field whose type no longer fits its column gets another one, `<name>__<type>`. If it goes back to a type it
  had before, the column of that type is filled again.

Names: `internal` takes the decoded internal name, `display` the display name, both in snake_case. A name that is
taken, by a headline column or by an earlier field, gives way to that of the internal name, then to
`<internal name>_2`, `_3` …, in the order of the list's schema. What a column is called is never decided again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from airflow_provider_drivedelta.core.lists.columns import Column, FieldMap
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.headline import HEADLINE, TOLD_WHOLE
from airflow_provider_drivedelta.core.lists.kinds import Kind, Prefix, kind_of
from airflow_provider_drivedelta.core.lists.names import RESERVED, snake, unused
from airflow_provider_drivedelta.core.lists.zone import SiteZone

_SHOWN_THOUGH_COMPUTED = "ContentType"


def evolve(
    known: FieldMap,
    fields: Sequence[Field],
    *,
    zone: SiteZone | None = None,
    wanted: Container[str] | None = None,
) -> tuple[FieldMap, bool]:
    """The columns for the fields as they are now, and whether anything differs from what was known.

    :param known: the columns so far; an empty `FieldMap` for a list seen for the first time.
    :param wanted: internal names of the fields to keep; None for all but hidden and computed ones, which only
        repeat others.
    """
    zone = zone or known.zone
    now = {field.name: field for field in fields if kept(field, wanted)}
    kinds = {
        name: kind_of(field, zone_known=zone is not None, attachment_urls=known.attachment_urls)
        for name, field in now.items()
    }
    columns = [_followed(column, now, kinds) for column in known.columns]
    there = {column.field.name for column in columns if column.live}
    for name, field in now.items():
        if name not in there:
            columns.append(_new_column(field, *kinds[name], columns=columns, known=known))
    after = replace(known, zone=zone, columns=tuple(columns))
    return after, after != known


def kept(field: Field, wanted: Container[str] | None) -> bool:
    """Whether the field gets a column of its own."""
    if field.name in TOLD_WHOLE:
        return False
    if wanted is not None:
        return field.name in wanted
    return not field.hidden and (field.type != "Computed" or field.name == _SHOWN_THOUGH_COMPUTED)


def _followed(column: Column, now: dict[str, Field], kinds: dict[str, tuple[Kind, Prefix]]) -> Column:
    """A column as its field is now; idle while the field is gone or of another type."""
    name = column.field.name
    if name not in now or kinds[name][0] != column.kind:
        return replace(column, live=False)
    return replace(column, field=now[name], prefix=kinds[name][1], live=True)


def _new_column(field: Field, kind: Kind, prefix: Prefix, *, columns: Iterable[Column], known: FieldMap) -> Column:
    taken = RESERVED | set(HEADLINE.names) | {column.name for column in columns}
    earlier = next((column for column in known.columns if column.field.name == field.name), None)
    if earlier:
        candidates = [f"{earlier.name}__{_type_word(field, kind)}"]
    else:
        internal = snake(field.decoded)
        candidates = [snake(field.display), internal] if known.naming == "display" else [internal]
    display = earlier.display if earlier else field.display
    return Column(unused(candidates, taken), kind, prefix, display, field)


def _type_word(field: Field, kind: Kind) -> str:
    """The type in a retyped column's name: SharePoint's own, unless that does not say what became of it."""
    return kind if field.type in ("Calculated", "DateTime") else snake(field.type).replace("_", "")
