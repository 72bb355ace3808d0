"""Names from the service are safe to look at and to hand on, whatever somebody called a site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.found import FoundDrive, FoundList, shown, untemplated


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("Team\nsite\t2", "Team site 2"),
        ("\x1b[31mred\x07", "[31mred"),
        ("left\u202eright", "left right"),
        ("Äpfel & Birnen", "Äpfel & Birnen"),
        ("x" * 1000, "x" * 200),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_a_name_is_one_line_that_steers_nothing(given: object, seen: str) -> None:
    assert shown(given) == seen


@given(st.text("{}%# a", max_size=30))
def test_no_name_opens_a_template(name: str) -> None:
    safe = untemplated(name)
    assert not any(opening in safe for opening in ("{{", "{%", "{#"))
    assert safe.replace(" ", "") == name.replace(" ", "")


def test_a_source_is_what_the_operators_take() -> None:
    drive = FoundDrive(id="b!1", name="{{ x }} / Documents", web_url="", drive_type="documentLibrary")
    assert drive.source() == {"source": "drives/b!1", "name": "{ { x }} / Documents"}
    tasks = FoundList(id="guid", name="Team / Tasks", web_url="", template="", site="https://x/sites/team")
    assert tasks.source() == {"site": "https://x/sites/team", "list": "guid", "name": "Team / Tasks"}
