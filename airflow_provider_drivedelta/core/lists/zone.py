"""The time zone of a site: what makes a moment in UTC the day that its users see.

A date without a time is kept as midnight in the site's zone and sent in UTC, so that the day can shift. A list's
schema names the zone only by its distance from UTC in winter, in minutes (`<TimeZone>300</TimeZone>` is
UTC-5; captures of September show that daylight saving comes on top). That is enough: midnight then falls on
0:00 of winter time, or on 23:00 or 23:30 (Lord Howe) of the day before while clocks are ahead. Times before
23:00, left from when the field had times, are on the same day either way; what is left cannot be told
without the zone's name and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from airflow_provider_drivedelta.core.errors import FixSetup

_DAY = 86_400_000_000  # microseconds
_HOUR = 3_600_000_000
_MINUTE = 60_000_000
_MIDNIGHT_AHEAD = (23 * _HOUR, 23 * _HOUR + 30 * _MINUTE)
_FARTHEST = 16 * 60  # minutes; no place is farther from UTC than 14 hours

Moments = NDArray[np.int64]
"""Microseconds since 1970 in UTC."""


@dataclass(frozen=True, slots=True)
class SiteZone:
    """How a site's clocks stand to UTC.

    :param bias: minutes from the site's winter time to UTC, as SharePoint writes it: 300 is UTC-5.
    :param name: the zone's IANA name, where somebody knows it; it then decides alone.
    """

    bias: int = 0
    name: str | None = None

    def __post_init__(self) -> None:
        if abs(self.bias) > _FARTHEST:
            raise ValueError("bias")
        if self.name is not None:
            try:
                ZoneInfo(self.name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise FixSetup(
                    f"{self.name!r} is no time zone known here", then="Give an IANA name such as Europe/Berlin."
                ) from None

    @classmethod
    def told(cls, bias: str | None) -> SiteZone | None:
        """The zone of a list's RegionalSettings; None where they tell none that could be."""
        try:
            return cls(int(bias)) if bias and len(bias) < 8 else None
        except ValueError:
            return None

    def moment(self, local: datetime) -> datetime | None:
        """A moment on the site's clocks, in UTC; None without the zone's name, when it may be an hour off."""
        return local.replace(tzinfo=ZoneInfo(self.name)).astimezone(UTC) if self.name else None

    def day(self, moment: datetime) -> date | None:
        """The day of a moment in UTC; None where it cannot be told."""
        if self.name:
            return moment.astimezone(ZoneInfo(self.name)).date()
        since = moment - timedelta(minutes=self.bias) - datetime(1970, 1, 1, tzinfo=UTC)
        day, unsure = winter_days(np.array([since // timedelta(microseconds=1)], dtype=np.int64))
        return None if unsure[0] else date(1970, 1, 1) + timedelta(days=int(day[0]))

    def days(self, moments: Moments) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The days of many moments by the bias alone, as days since 1970, and where they cannot be told."""
        return winter_days(moments - self.bias * _MINUTE)


def winter_days(local: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Days of moments on clocks that never left winter time, and where that leaves the day open."""
    days, time = np.divmod(local, _DAY)
    midnight_ahead = np.isin(time, _MIDNIGHT_AHEAD)
    unsure = (time > _MIDNIGHT_AHEAD[0]) & ~midnight_ahead
    return (days + midnight_ahead).astype(np.int32), unsure
