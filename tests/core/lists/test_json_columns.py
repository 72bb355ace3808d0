"""Graph's list items are typed by the same kinds as SharePoint's own, from JSON instead of texts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lists.columns import Column, FieldMap
from airflow_provider_drivedelta.core.lists.graph_fields import graph_field, graph_fields
from airflow_provider_drivedelta.core.lists.json_columns import compared, typed_graph, values_of
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, PERSON
from airflow_provider_drivedelta.core.lists.row_hash import hash_rows
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from tests.core.lists.described import NEW_YORK

GUID = "d389f1c3-2735-4fdf-9b41-91f3ada8f3f0"


def column(**definition: Json) -> Column:
    field = graph_field({"name": "F", "displayName": "F", **definition})
    assert field
    known, _ = evolve(FieldMap(), [field], zone=NEW_YORK)
    return known.columns[0]


def person(key: int | None, **said: str) -> dict[str, object]:
    return {"id": key, **dict.fromkeys(PERSON), **said}


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        ({"text": {}}, "a", "a"),
        ({"text": {"allowMultipleLines": True, "textType": "richText"}}, "<p>a\ud800</p>", "<p>a\ufffd</p>"),
        ({"choice": {"displayAs": "dropDownMenu"}}, "A", "A"),
        ({"choice": {"displayAs": "checkBoxes"}}, ["A", "B;#C"], ["A", "B;#C"]),
        ({"number": {}}, 1.5, 1.5),
        ({"currency": {}}, 3, 3.0),
        ({"boolean": {}}, False, False),
        ({"dateTime": {"format": "dateTime"}}, "2013-07-25T12:00:00Z", datetime(2013, 7, 25, 12, tzinfo=UTC)),
        ({"dateTime": {"format": "dateOnly"}}, "2014-09-02T04:00:00Z", date(2014, 9, 2)),
        ({"lookup": {"listId": "x", "columnName": "Title"}}, "12", {"id": 12, "value": None}),
        (
            {"lookup": {"allowMultipleValues": True}},
            [{"LookupId": 1, "LookupValue": "a"}, {"LookupId": 2}],
            [{"id": 1, "value": "a"}, {"id": 2, "value": None}],
        ),
        ({"personOrGroup": {}}, "7", person(7)),
        (
            {"personOrGroup": {"allowMultipleSelection": True}},
            [{"LookupId": 7, "LookupValue": "Ann", "Email": "a@b.c"}],
            [person(7, name="Ann", email="a@b.c")],
        ),
        (
            {"hyperlinkOrPicture": {}},
            {"Url": "http://x,y", "Description": "d"},
            {"url": "http://x,y", "description": "d"},
        ),
        ({"term": {}}, {"Label": "L", "TermGuid": GUID, "WssId": 4}, {"id": 4, "label": "L", "term_guid": GUID}),
        (
            {"term": {"allowMultipleValues": True}},
            [{"Label": "L", "TermGuid": GUID}],
            [{"id": None, "label": "L", "term_guid": GUID}],
        ),
        ({"calculated": {"outputType": "number"}}, 2.5, 2.5),
        ({"calculated": {"outputType": "text"}}, "t", "t"),
        ({"thumbnail": {}}, {"b": 1, "a": [2]}, '{"a":[2],"b":1}'),
        ({}, "anything", "anything"),
    ],
)
def test_every_kind_of_column_is_typed(definition: JsonObject, value: Json, expected: object) -> None:
    """G1"""
    made = column(**definition)
    found = typed_graph(made, [value, None], zone=NEW_YORK)
    assert found.values.type == ARROW_TYPES[made.kind]
    assert (found.values.to_pylist(), list(found.bad), list(found.aside)) == ([expected, None], [], [])


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"number": {}}, "much"),
        ({"number": {}}, True),
        ({"number": {}}, 10**400),
        ({"number": {}}, float("inf")),
        ({"boolean": {}}, "maybe"),
        ({"boolean": {}}, 1),
        ({"dateTime": {"format": "dateTime"}}, "soon"),
        ({"dateTime": {"format": "dateTime"}}, 5),
        ({"choice": {"displayAs": "checkBoxes"}}, "A"),
        ({"lookup": {}}, "x"),
        ({"lookup": {"allowMultipleValues": True}}, {"LookupId": 1}),
        ({"personOrGroup": {"allowMultipleSelection": True}}, [{"LookupId": 1.5}]),
        ({"hyperlinkOrPicture": {}}, "http://x"),
        ({"term": {}}, {"Label": "L", "TermGuid": "x"}),
    ],
)
def test_a_value_of_another_type_makes_its_row_bad(definition: JsonObject, value: Json) -> None:
    """G1"""
    found = typed_graph(column(**definition), [None, value], zone=NEW_YORK)
    assert (found.values.null_count, list(found.bad), list(found.aside)) == (2, [1], [])


def test_a_formula_that_gives_something_else_is_left_over() -> None:
    found = typed_graph(column(calculated={"outputType": "number"}), ["#VALUE!"], zone=None)
    assert (list(found.bad), list(found.aside)) == ([], [0])


def test_a_single_lookup_is_found_under_its_id() -> None:
    made = column(lookup={})
    assert values_of(made, [{"FLookupId": "3"}, {"F": None, "FLookupId": "4"}, {}]) == ["3", None, None]


def test_a_field_of_graph_is_the_field_that_sharepoint_tells_of() -> None:
    definition = {
        "id": GUID.upper(),
        "name": "Due_x0020_Date",
        "displayName": "Due Date",
        "hidden": True,
        "readOnly": True,
        "dateTime": {"format": "dateOnly"},
    }
    found = graph_field(definition)
    assert found
    assert (found.id, found.type, found.date_only, found.hidden, found.read_only, found.decoded) == (
        GUID,
        "DateTime",
        True,
        True,
        True,
        "Due Date",
    )
    assert graph_fields([definition, {"displayName": "nameless"}]) == [found]


def test_equal_values_have_equal_hashes_whatever_the_order_of_their_members() -> None:
    values: list[Json] = [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}, None]
    one, other, third, nothing = hash_rows({"f": compared(values)}, 4).tolist()
    assert one == other != third
    assert nothing == 0
