"""What an HTTP status asks of us, and how long to wait: small values, no branches elsewhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

THROTTLED = frozenset({429, 503, 509})
"""The service asks the whole tenant to slow down (509 is OneDrive's bandwidth limit)."""

PASSING = frozenset({408, 500, 502, 504})
"""A fault of the moment; 500 includes "Failed to get a coherent view of changes" (odapi#1620)."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently one request is tried. Times in seconds."""

    attempts: int = 6
    throttled_attempts: int = 30
    first_wait: float = 0.5
    longest_wait: float = 30.0
    jitter: Callable[[], float] = random.random

    def back_off(self, failures: int) -> float:
        """The wait after the n-th failure: doubling, bounded, spread so that clients do not march in step."""
        full = min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 16))
        return full * (0.5 + self.jitter() / 2)

    def throttle_wait(self, headers: Mapping[str, str], failures: int, now: datetime) -> float:
        """What the service asked for, or the back-off where it named nothing usable (odapi#880)."""
        named = [retry_after(headers.get("retry-after"), now), _seconds(headers.get("ratelimit-reset"))]
        asked = max((wait for wait in named if wait is not None), default=0.0)
        return max(asked, self.back_off(failures))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, as a number or an HTTP date; None when it names none.

    Negative, past and unreadable values name none: the caller backs off by itself.
    """
    seconds = _seconds(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _positive((moment - now).total_seconds())


def _seconds(value: str | None) -> float | None:
    try:
        return _positive(float(value or ""))
    except ValueError:
        return None


def _positive(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) and seconds > 0 else None
