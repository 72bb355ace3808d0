"""A list's columns follow its fields without ever breaking what was readable (rule 8)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lists.columns import FieldMap, field_map
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.headline import HEADLINE
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from tests.core.lists.described import NEW_YORK, a_field

EMPTY = FieldMap()
BY_DISPLAY = FieldMap(naming="display")


def _names(fields: FieldMap) -> list[str]:
    return [column.name for column in fields.columns]


def test_every_visible_field_gets_a_column_and_a_hidden_or_computed_one_none() -> None:
    fields = [
        a_field("Status"),
        a_field("Secret", Hidden="TRUE"),
        a_field("LinkTitle", "Computed"),
        a_field("ContentType", "Computed"),
    ]
    found, changed = evolve(EMPTY, fields)
    assert _names(found) == ["status", "content_type"]
    assert changed


def test_explicit_fields_are_the_only_ones_kept_hidden_or_not() -> None:
    found, _ = evolve(EMPTY, [a_field("A"), a_field("B"), a_field("C", Hidden="TRUE")], wanted={"A", "C"})
    assert _names(found) == ["a", "c"]


def test_what_the_headline_says_whole_gets_no_second_column() -> None:
    fields = [a_field("ID", "Counter"), a_field("Title"), a_field("Modified", "DateTime"), a_field("Author", "User")]
    assert _names(evolve(EMPTY, fields)[0]) == ["author"]


def test_the_same_fields_again_are_no_change() -> None:
    fields = [a_field("A"), a_field("B", "Number")]
    known, _ = evolve(EMPTY, fields)
    assert evolve(known, fields) == (known, False)


def test_an_added_field_gets_a_column_behind_the_others() -> None:
    """G2"""
    known, _ = evolve(EMPTY, [a_field("B")])
    found, changed = evolve(known, [a_field("A"), a_field("B")])
    assert _names(found) == ["b", "a"]
    assert changed


def test_a_removed_field_keeps_its_column_and_fills_it_again_when_it_comes_back() -> None:
    """G2"""
    known, _ = evolve(EMPTY, [a_field("A"), a_field("B")])
    without, changed = evolve(known, [a_field("A")])
    assert changed
    assert _names(without) == ["a", "b"]
    assert list(without.live) == ["A"]
    again, _ = evolve(without, [a_field("A"), a_field("B")])
    assert again == known


def test_a_renamed_field_keeps_the_column_name_it_was_first_seen_with() -> None:
    """G2"""
    known, _ = evolve(BY_DISPLAY, [a_field("Status", display="Project status")])
    found, changed = evolve(known, [a_field("Status", display="State")])
    assert _names(found) == ["project_status"]
    assert found.columns[0].arrow.metadata[b"sharepoint.display_name"] == b"Project status"
    assert found.columns[0].field.display == "State"
    assert changed


def test_a_retyped_field_gets_a_column_named_for_its_type_and_the_old_one_stays() -> None:
    """G2"""
    known, _ = evolve(EMPTY, [a_field("Amount", "Text")])
    found, changed = evolve(known, [a_field("Amount", "Number")])
    assert changed
    assert _names(found) == ["amount", "amount__number"]
    assert found.live["Amount"].name == "amount__number"
    back, _ = evolve(found, [a_field("Amount", "Text")])
    assert _names(back) == ["amount", "amount__number"]
    assert back.live["Amount"].name == "amount"


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (a_field("X", "Lookup"), a_field("X", "LookupMulti", Mult="TRUE"), "x__lookupmulti"),
        (a_field("X", "DateTime"), a_field("X", "DateTime", Format="DateOnly"), "x__date"),
        (a_field("X", "Number"), a_field("X", "Choice"), "x__choice"),
        (
            a_field("X", "Calculated", ResultType="Text"),
            a_field("X", "Calculated", ResultType="Number"),
            "x__number",
        ),
    ],
)
def test_the_name_of_a_retyped_column_says_what_it_became(before: Field, after: Field, name: str) -> None:
    """G2"""
    known, _ = evolve(EMPTY, [before], zone=NEW_YORK)
    found, _ = evolve(known, [after], zone=NEW_YORK)
    assert _names(found)[1:] == [name]


def test_a_change_of_type_that_the_column_can_hold_is_none_for_its_readers() -> None:
    known, _ = evolve(EMPTY, [a_field("Kind", "Text"), a_field("Price", "Number")])
    found, _ = evolve(known, [a_field("Kind", "Choice"), a_field("Price", "Currency")])
    assert _names(found) == _names(known)


def test_names_that_collide_are_told_apart_in_the_order_of_the_schema() -> None:
    """G3"""
    fields = [a_field("A_x0020_B"), a_field("A_B"), a_field("a-b".replace("-", "_x002d_"))]
    assert _names(evolve(EMPTY, fields)[0]) == ["a_b", "a_b_2", "a_b_3"]


def test_a_display_name_that_is_taken_gives_way_to_the_internal_one() -> None:
    """G3"""
    fields = [
        a_field("Status", display="Status"),
        a_field("Status0", display="Status"),
        a_field("Author", "User", "Created By"),
        a_field("Wert", display="%"),
    ]
    assert _names(evolve(BY_DISPLAY, fields)[0]) == ["status", "status0", "author", "wert"]


def test_headline_and_partition_names_are_never_given_to_a_field() -> None:
    fields = [a_field("Version"), a_field("captured_date"), a_field("Extra"), a_field("_op")]
    assert _names(evolve(EMPTY, fields)[0]) == ["version_2", "captured_date_2", "extra_2", "op"]


def test_a_collision_that_comes_later_renames_nothing_that_is_there() -> None:
    """G3"""
    known, _ = evolve(BY_DISPLAY, [a_field("B", display="Status")])
    found, _ = evolve(known, [a_field("A", display="Status"), a_field("B", display="Status")])
    assert _names(found) == ["status", "a"]


def test_without_the_sites_zone_a_date_stays_a_moment_and_becomes_a_date_once_it_is_known() -> None:
    day = a_field("Day", "DateTime", Format="DateOnly")
    known, _ = evolve(EMPTY, [day])
    assert known.columns[0].kind == "datetime"
    found, _ = evolve(known, [day], zone=NEW_YORK)
    assert [column.name for column in found.columns] == ["day", "day__date"]
    assert evolve(found, [day]) == (found, False)  # a schema without a zone does not forget it


def test_a_field_tells_what_sharepoint_calls_it() -> None:
    known, _ = evolve(EMPTY, [a_field("Due_x0020_Date", "DateTime", "Due Date", ID="{ABC}")])
    assert known.columns[0].arrow.metadata == {
        b"sharepoint.internal_name": b"Due_x0020_Date",
        b"sharepoint.display_name": b"Due Date",
        b"sharepoint.type": b"DateTime",
        b"sharepoint.field_id": b"abc",
    }


_TYPES = ["Text", "Number", "DateTime", "User", "LookupMulti", "Calculated", "Whatever"]
_FIELDS = st.lists(
    st.builds(
        a_field,
        st.text("AaB_1 é", min_size=1, max_size=4),
        st.sampled_from(_TYPES),
        st.text("Aa _%é", max_size=3),
    ),
    max_size=8,
    unique_by=lambda field: field.name,
)


@given(st.lists(_FIELDS, min_size=1, max_size=5), st.sampled_from([EMPTY, BY_DISPLAY]))
def test_whatever_happens_to_fields_no_column_is_lost_renamed_or_retyped(
    history: list[list[Field]], start: FieldMap
) -> None:
    """G2, G3"""
    known = start
    for fields in history:
        now, changed = evolve(known, fields, zone=NEW_YORK)
        assert [(c.name, c.kind) for c in now.columns][: len(known.columns)] == [
            (c.name, c.kind) for c in known.columns
        ]
        assert changed == (now != known)
        assert field_map(json.loads(json.dumps(now.to_json()))) == now
        known = now
    names = [*HEADLINE.names, "captured_date", *_names(known)]
    assert len({name.lower() for name in names}) == len(names)
    assert not any(name.startswith("_") for name in names)
    kept = [column.field.name for column in known.columns if column.live]
    assert len(kept) == len(set(kept))


def test_the_map_survives_the_commit() -> None:
    known, _ = evolve(replace(BY_DISPLAY, attachment_urls=False), [a_field("A"), a_field("B", "Number")], zone=NEW_YORK)
    assert field_map(json.loads(json.dumps(known.to_json()))) == known


def test_the_zone_kept_is_the_one_told_last() -> None:
    known, _ = evolve(EMPTY, [], zone=NEW_YORK)
    found, changed = evolve(known, [], zone=SiteZone(480))
    assert changed
    assert found.zone == SiteZone(480)


@pytest.mark.parametrize(
    "spoiled",
    [
        None,
        {},
        {"version": 2},
        {"version": 1, "naming": "x", "attachment_urls": True, "zone": None, "columns": []},
        {"version": 1, "naming": "display", "attachment_urls": True, "zone": None, "columns": [{"name": "a"}]},
        {"version": 1, "naming": "display", "attachment_urls": True, "zone": {"bias": 10**9}, "columns": []},
    ],
)
def test_a_map_that_is_none_breaks_the_feed_with_words(spoiled: object) -> None:
    with pytest.raises(BrokenFeed, match="columns kept"):
        field_map(spoiled)
