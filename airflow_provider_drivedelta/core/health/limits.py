"""What of a feed's health somebody wants to be woken for, and what to tell them then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.health.feed_health import FeedHealth
from airflow_provider_drivedelta.core.lake.keep import parse_keep

_TIMED = ("stale", "expiring")
_PLAIN = ("failing", "held", "quarantine")
EXAMPLE = "stale=26h,expiring=7d,failing,held,quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is not to be put up with; a feed that cannot be read never is.

    :param stale: no success for so long, or none ever.
    :param expiring: the token is forgotten within this time unless a run uses it.
    :param quarantine: items that cannot be read.
    """

    stale: timedelta | None = None
    expiring: timedelta | None = None
    failing: bool = False
    held: bool = False
    quarantine: bool = False

    def complaints(self, feed: FeedHealth) -> list[str]:
        """What is wrong with the feed by these limits, a sentence each; nothing where all is well."""
        if feed.unreadable:
            return [feed.unreadable]
        return [*self._of_time(feed), *self._of_state(feed)]

    def _of_time(self, feed: FeedHealth) -> Iterator[str]:
        if self.stale is not None:
            if feed.last_success is None:
                yield "No run has succeeded yet."
            elif feed.at - feed.last_success > self.stale:
                quiet = " that the log knows of" if feed.told_by == "log" else ""
                yield f"The last success{quiet} was at {feed.last_success:%Y-%m-%d %H:%M} UTC."
        days = feed.days_left
        if self.expiring is not None and days is not None and timedelta(days=days) < self.expiring:
            left = f"in about {days:g} days" if days > 0 else f"about {-days:g} days ago"
            yield f"The token expires {left}: then everything has to be read again. Any run renews it."

    def _of_state(self, feed: FeedHealth) -> Iterator[str]:
        if self.held and feed.held:
            yield f"{feed.held.message}. {feed.held.then}"
        elif (self.failing or (self.held and feed.held)) and feed.is_failing and feed.last_error:
            error = feed.last_error
            times = f"{error.times} times since {error.since[:16]}" if error.times > 1 else f"at {error.at[:16]}"
            yield f"Failed {times} UTC ({error.kind}): {error.text}"
        if self.quarantine and feed.quarantined:
            yield f"{feed.quarantined} items cannot be read; they are tried again with each run."


def parse_limits(text: str) -> Limits:
    """Such as `stale=26h,failing,held`.

    :raises FixSetup: there is no such word, or its time is none.
    """
    said: dict[str, timedelta | bool] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if (name not in _TIMED or not equals) and (name not in _PLAIN or equals):
            raise FixSetup(f"{part!r} is nothing that a feed can be judged by", then=f"Say it like {EXAMPLE}.")
        said[name] = _time(part, value) if equals else True
    return Limits(**said)  # type: ignore[arg-type]  # each name has the type of its field, as the lists above say


def _time(part: str, value: str) -> timedelta:
    try:
        return parse_keep(value)
    except FixSetup:
        raise FixSetup(f"{part!r} names no time", then=f"Say it like {EXAMPLE}.") from None
