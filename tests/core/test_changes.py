"""A page says one thing: go on here, or this was the end."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.changes import Page, Request, Token

NEXT, TOKEN = Request("https://n"), Token("https://d")


@pytest.mark.parametrize("both_or_neither", [{}, {"next": NEXT, "token": TOKEN}])
def test_a_page_has_either_a_next_request_or_a_token(both_or_neither: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="never both, never neither"):
        Page([], **both_or_neither)  # type: ignore[arg-type]


def test_only_an_end_can_be_confirmed() -> None:
    assert Page([], token=TOKEN, confirm=NEXT).confirm == NEXT
    with pytest.raises(ValueError, match="Only an end"):
        Page([], next=NEXT, confirm=NEXT)
