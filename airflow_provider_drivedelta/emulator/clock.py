"""The emulator's clock: real time plus an offset that tests may move."""

from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta(0)
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, span: timedelta) -> None:
        self._offset += span

    def set(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("the clock needs a moment with a time zone")
        self._offset = moment - datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """The moment as the services write it, e.g. ``2026-11-21T08:15:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
