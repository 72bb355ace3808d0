"""Every property of the driveItem resource, as the service's own type description has it, has a typed column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from airflow_provider_drivedelta.core.lake.drive_items import read_item
from airflow_provider_drivedelta.core.lake.drive_schema import ITEM
from airflow_provider_drivedelta.core.lake.graph_types import DRIVE_ITEM, Shape

CSDL: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("drive_item_csdl.json").read_text())["types"]
SCALARS = {
    "Edm.String": "text",
    "Edm.Int64": "int64",
    "Edm.Int32": "int32",
    "Edm.Int16": "int16",
    "Edm.Double": "double",
    "Edm.Boolean": "bool",
    "Edm.DateTimeOffset": "time",
}
# The content of a file, as a stream to be asked for singly.
NO_COLUMN = {"content"}
# Not in the description, but sent. The rarer roles (group, siteUser, siteGroup, sharePointGroup) stay in `extra`.
SENT_ALL_THE_SAME = {"email"}


def expected(type_name: str) -> Shape:
    """The shape that a type of the description must have with us."""
    if type_name in SCALARS:
        return SCALARS[type_name]  # type: ignore[return-value]
    return {name: expected(inner) for name, inner in CSDL[type_name].items() if name not in NO_COLUMN}


def described(shape: Shape) -> Shape:
    """Our shape without what we added to the description."""
    if isinstance(shape, str):
        return shape
    return {name: described(inner) for name, inner in shape.items() if name not in SENT_ALL_THE_SAME}


def test_the_types_are_the_services_own() -> None:
    assert described(DRIVE_ITEM) == expected("driveItem")


class Filling:
    """Gives each scalar a value of its own, so that none can hide behind another."""

    def __init__(self) -> None:
        self.given: list[object] = []

    def item(self, shape: Mapping[str, Shape]) -> dict[str, object]:
        return {name: self.value(inner) for name, inner in shape.items()}

    def value(self, shape: Shape) -> object:
        if not isinstance(shape, str):
            return self.item(shape)
        number = len(self.given) + 2
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
        values = {"text": f"text {number}", "double": number + 0.5, "bool": True, "time": moment}
        value = values.get(shape, number)
        self.given.append(value)
        return moment.isoformat() if shape == "time" else value


def scalars(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from scalars(inner)
    elif value is not None:
        yield value


def test_every_property_reaches_its_column_and_none_is_left_over() -> None:
    filling = Filling()
    row = read_item(filling.item(DRIVE_ITEM), "b!drive").columns
    table = pa.table({field.name: pa.array([row.get(field.name)], field.type) for field in ITEM})
    assert row["extra"] is None
    assert set(filling.given) - set(scalars(table.to_pylist()[0])) == set()


def test_an_empty_facet_is_seen_by_its_flag() -> None:
    facets = {name: {} for name, shape in DRIVE_ITEM.items() if f"has_{name.lower()}" in ITEM.names}
    row = read_item({"id": "1", **facets}, "b!drive").columns
    assert len(facets) > 8
    assert all(row[f"has_{name.lower()}"] is True for name in facets)
    assert not any(value for name, value in read_item({"id": "1"}, "b").columns.items() if name.startswith("has_"))
