"""The pages of errors are those of the source, and what they say of each kind is so."""

from __future__ import annotations

import re
from pathlib import Path

from airflow_provider_drivedelta.core import errors
from tests.docs import errors_page
from tests.docs.pages import tables
from tests.docs.raised import NAMES, raised

ANEW = "python -m tests.docs.errors_page writes it anew"


def test_the_table_of_classes_is_the_one_of_the_source() -> None:
    text = errors_page.PAGE.read_text()
    made = text.partition(errors_page.BEGIN)[2].partition(errors_page.END)[0]
    assert made == errors_page.classes(), ANEW


def test_the_index_holds_every_text_of_the_source() -> None:
    assert errors_page.INDEX.read_text() == errors_page.index(), ANEW


def test_every_kind_has_its_row_and_its_place_in_the_drawing() -> None:
    rows = [row[0].strip("`") for row in tables("errors.md")["error"]]
    assert rows == [name for name in NAMES if name != "DriveDeltaError"]
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert drawn == rows


def test_what_people_meet_most_is_what_the_source_says() -> None:
    """Each part in code marks of a row's first cell, in one and the same text of the source."""
    said = [f"{each.what}. {each.then}" for each in raised()]
    said += [what for what, _ in errors_page.ENTRA.values()]
    guard = Path(errors.__file__).with_name("guard.py").read_text()
    for begins, *_ in tables("errors.md")["the text begins"]:
        parts = re.findall(r"`([^`]+)`", begins)
        assert any(all(part in text for part in parts) for text in [*said, guard]), begins


def test_a_text_is_found_wherever_it_is_put_together() -> None:
    found = {(each.error, each.what): each.then for each in raised()}
    assert found["FixSetup", "There is no such folder"] == "Give an output folder."
    assert found["LostRace", "Another run published increment … first"] == ""
    assert found["BrokenFeed", "A page has neither a next link nor a token"].startswith("Nothing was published")
    assert len(found) > 200
