"""Patterns choose by whole names and addresses."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.discovery.wanted import Wanted

NAME, ADDRESS = "Marketing / Documents", "https://contoso.sharepoint.com/sites/marketing/Shared%20Documents"


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        ((), (), True),
        (("marketing / *",), (), True),
        (("*/SITES/marketing/*",), (), True),
        (("Marketing",), (), False),
        (("Sales*", "Marketing*"), (), True),
        ((), ("*Documents",), False),
        (("Marketing*",), ("*/sites/marketing/*",), False),
        ((" Marketing* ",), (), True),
        (("Marketing [/] Documents",), (), True),
    ],
)
def test_a_pattern_is_for_a_whole_name_or_address(include: tuple[str], exclude: tuple[str], taken: bool) -> None:
    assert Wanted(include, exclude).takes(NAME, ADDRESS) is taken


def test_a_name_made_to_stall_a_pattern_does_not() -> None:
    assert not Wanted(["*a*a*a*a*a*a*a*a*b"]).takes("a" * 200)
