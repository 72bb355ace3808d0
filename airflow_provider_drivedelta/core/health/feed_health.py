"""How one feed fares: when it last succeeded, how old its token is, what went wrong, what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from airflow_provider_drivedelta.core.lake.last_error import LastError

TokenLife = Literal[30, 60]

# Days after which the service is taken to have forgotten a token that nobody used. Business: measured once, at 60 days
# yes and at 61 no; personal: about 30, as its maintainers say (odapi#231). No number is documented for either.
BUSINESS_LIFE: TokenLife = 60
PERSONAL_LIFE: TokenLife = 30

ToldBy = Literal["token", "log", "nothing"]
State = Literal["ok", "failing", "held", "expired", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A full read that waits for a person's word; `then` says how to give it."""

    id: str
    message: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRead:
    """A long read that was kept half-way; `run` went on with it last, and is believed to be at it before `until`."""

    pages: int
    at: datetime
    run: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One feed at one moment. Shows no token.

    :param told_by: who says when the last success was. The stored token knows of quiet runs, the log does not: where
        the token is in an Airflow Variable that could not be asked, a success may be later than this says.
    :param last_increment: when something was last committed; `last_change`: when that held rows for readers. None
        also where the newest commits held none.
    :param token_at: when the token that the next run starts from was got.
    :param quarantined: items that could not be read, and are tried again with each run.
    :param litter: folders of attempts that died more than a day ago; the next run removes them.
    :param unreadable: why nothing more can be said of this feed.
    """

    path: str
    feed: str
    source: str
    at: datetime
    increment: int = 0
    told_by: ToldBy = "nothing"
    last_success: datetime | None = None
    last_increment: datetime | None = None
    last_change: datetime | None = None
    token_at: datetime | None = None
    token_life: TokenLife = BUSINESS_LIFE
    last_error: LastError | None = None
    held: Held | None = None
    quarantined: int = 0
    long_read: LongRead | None = None
    litter: int = 0
    unreadable: str = ""

    @property
    def days_left(self) -> float | None:
        """Until the service forgets the token, if nothing uses it before; below zero it may be dead by now."""
        if self.token_at is None:
            return None
        return round((timedelta(days=self.token_life) - (self.at - self.token_at)) / timedelta(days=1), 1)

    @property
    def is_failing(self) -> bool:
        """Whether the last run failed, as far as anybody knows."""
        error = self.last_error
        if error is None:
            return False
        return self.last_success is None or datetime.fromisoformat(error.at) > self.last_success

    @property
    def state(self) -> State:
        """The one word that matters most."""
        if self.unreadable:
            return "unreadable"
        if self.held:
            return "held"
        if self.is_failing:
            return "failing"
        return "expired" if self.days_left is not None and self.days_left <= 0 else "ok"

    def to_dict(self) -> dict[str, object]:
        """For JSON: times in ISO 8601, what is not known as null."""
        found = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return {**found, "days_left": self.days_left, "is_failing": self.is_failing, "state": self.state}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Held | LongRead | LastError):
        plain: Mapping[str, object] = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return plain
    return value
