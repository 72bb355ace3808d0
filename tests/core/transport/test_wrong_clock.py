"""A worker's clock may be wrong; what the service asks for by a date is meant by the service's."""

from __future__ import annotations

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.emulator import Emulator

NOON = "Mon, 02 Feb 2026 12:00:{:02} GMT"


def test_a_wait_until_a_date_is_as_long_by_a_clock_that_is_months_wrong() -> None:
    """F1: Retry-After as a date, which our own clock would take for long past."""
    slept: list[float] = []
    with Emulator() as emulator:
        emulator.faults({"reply": {"status": 429, "headers": {"Date": NOON.format(0), "Retry-After": NOON.format(37)}}})
        policy = RetryPolicy(jitter=lambda: 0.0)
        auth, base = BearerToken("t"), f"{emulator.url}/v1.0"
        with Transport(auth=auth, base_url=base, policy=policy, sleep=slept.append, clock=lambda: sum(slept)) as calls:
            assert calls.fetch(Request(f"{base}/me/drive"), _status) == 200
    assert slept == [37.0]


def _status(answer: Answer) -> int:
    return answer.status
