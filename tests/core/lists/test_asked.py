"""Which fields a list is asked for."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lists.asked import asked_fields
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.headline import SOURCES, TOLD_WHOLE
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from tests.core.lists.described import a_field

FIELDS = [
    a_field("Title"),
    a_field("State"),
    a_field("Secret", Hidden="TRUE"),
    a_field("LinkTitle", "Computed"),
    a_field("Modified", "DateTime"),
]


def test_what_headline_columns_need_comes_first_then_what_a_person_would_see() -> None:
    assert asked_fields(FIELDS) == ("ID", "Title", "Modified", "State")


def test_named_fields_are_asked_for_beside_what_headline_columns_need() -> None:
    assert asked_fields(FIELDS, ["Secret"]) == ("ID", "Title", "Modified", "Secret")


def test_a_name_that_the_list_has_not_is_told_with_those_it_has() -> None:
    with pytest.raises(FixSetup, match=r"no field 'state', 'X'.*State"):
        asked_fields(FIELDS, ["state", "Secret", "X"])


def test_what_is_asked_for_is_what_has_a_column() -> None:
    """So that the columns kept with a commit say what the run before asked for."""
    for wanted in (None, frozenset({"Secret"})):
        columns, _ = evolve(FieldMap(), FIELDS, wanted=wanted)
        assert set(asked_fields(FIELDS, tuple(wanted or ()))) - TOLD_WHOLE - set(SOURCES) == set(columns.live)
