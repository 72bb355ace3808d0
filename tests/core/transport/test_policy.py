"""How long to wait: by the headers, or by ourselves."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.transport.policy import RetryPolicy, retry_after
from tests.core.played import patient

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90.0),
        ("Saturday, 21-Nov-26 12:01:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 13:01:30 +0100", 90.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    """F1."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None, "", "0", "-5", "nan", "inf", "-inf", "1e999", "soon", "1,2", "Sat, 21 Nov 2026 11:59:00 GMT",
        "Sat, 99 Nov 2026 12:00:00 GMT", "Sat, 21 Nov 99999999999 12:00:00 GMT",
    ],
)  # fmt: skip
def test_a_useless_retry_after_names_no_time(value: str | None) -> None:
    """F1: missing, negative, past, no number."""
    assert retry_after(value, NOW) is None


@given(st.text() | st.floats().map(str) | st.datetimes().map(lambda moment: format_datetime(moment)))
def test_retry_after_is_a_positive_finite_time_or_none(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or (seconds > 0 and math.isfinite(seconds))


@pytest.mark.parametrize("jitter", [0.0, 0.3, 1.0])
def test_waits_double_up_to_a_bound_and_are_spread(jitter: float) -> None:
    waits = [patient(jitter).back_off(failures) for failures in (1, 2, 3, 7, 8, 1000)]
    full = [0.5, 1.0, 2.0, 30.0, 30.0, 30.0]
    assert waits == [wait * (0.5 + jitter / 2) for wait in full]


def test_real_jitter_differs_from_client_to_client() -> None:
    assert len({RetryPolicy().back_off(5) for _ in range(10)}) > 1


def test_a_tiny_retry_after_does_not_shorten_the_back_off() -> None:
    """A service that answers "0.001" for ever would otherwise be hammered."""
    assert patient().throttle_wait({"retry-after": "0.001"}, 4, NOW) == 4.0


def test_the_longest_of_what_the_service_names_counts() -> None:
    later = format_datetime(NOW + timedelta(seconds=50), usegmt=True)
    headers = {"retry-after": later, "ratelimit-reset": "20"}
    assert patient().throttle_wait(headers, 1, NOW) == 50.0
