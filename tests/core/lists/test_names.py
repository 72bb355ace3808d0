"""Internal and display names become column names that engines can live with."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.lists.names import decoded, snake, unused


@pytest.mark.parametrize(
    ("internal", "label"),
    [
        ("Due_x0020_Date", "Due Date"),
        ("_x0031_st", "1st"),
        ("Gr_x00f6__x00df_e", "Größe"),
        ("_x005f_x0020_", "_x0020_"),
        ("_xd83d__xde00_", "😀"),
        ("_xd83d_", "\ufffd"),
        ("Plain", "Plain"),
    ],
)
def test_an_internal_name_is_decoded_to_what_its_author_wrote(internal: str, label: str) -> None:
    """G3"""
    assert decoded(internal) == label


@pytest.mark.parametrize(
    ("internal", "label"),
    [
        ("A_x0020_long_x0020_name_x0020_cu", "A long name cu"),
        ("A_x0020_long_x0020_name_of_it_x0", "A long name_of_it"),
        ("A_x0020_long_x0020_name_itt_x002", "A long name_itt"),
        ("A_x0020_long_x0020_name_aa_x0041", "A long name_aaA"),
        ("A_x0020_long_x0020_name_ofitall_", "A long name_ofitall"),
    ],
)
def test_a_name_cut_at_32_characters_loses_no_more_than_the_cut_escape(internal: str, label: str) -> None:
    """G3"""
    assert len(internal) == 32
    assert decoded(internal) == label


@pytest.mark.parametrize(
    ("label", "column"),
    [
        ("DueDate", "due_date"),
        ("Due Date", "due_date"),
        ("  due-date ", "due_date"),
        ("HTMLFile", "html_file"),
        ("_ModerationStatus", "moderation_status"),
        ("Größe (m²)", "größe_m²"),
        ("GUID", "guid"),
        ("%", ""),
        ("a__number", "a_number"),
    ],
)
def test_a_label_becomes_snake_case_and_can_be_no_envelope_column(label: str, column: str) -> None:
    assert snake(label) == column


def test_a_taken_name_gives_way_to_the_next_and_at_last_to_a_number() -> None:
    assert unused(["a", "b"], {"a"}) == "b"
    assert unused(["a", "b"], {"a", "b", "b_2"}) == "b_3"
    assert unused(["", ""], set()) == "field_2"
