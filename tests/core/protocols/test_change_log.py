"""How old a change token is, by what it says itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.protocols.change_log import issued_at


def test_a_token_tells_when_it_was_issued() -> None:
    """Of the recorded answers: its list was last changed on the 2nd of August 2013."""
    told = issued_at("1;3;79cc20e6-adda-438e-8a96-792041b33168;635110802324330000;33811711")
    assert told == datetime(2013, 8, 2, 22, 43, 52, 433000, UTC)


@pytest.mark.parametrize("token", ["", "garbage", "1;3;x;soon;7", "1;3;x;9999999999999999999;7", "1;3;x;-5;7"])
def test_what_is_no_token_tells_nothing(token: str) -> None:
    assert issued_at(token) is None
