"""What the triggers' tests play with: looks that were decided beforehand, and a trigger run for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_drivedelta.core.peek import Reason, Seen
from airflow_provider_drivedelta.triggers.watch import Watch

PATIENCE = 10.0  # seconds after which a test that would hang fails instead


class Over(BaseException):
    """The script has ended."""


def seen(reason: Reason | None, mark: str = "m1") -> Seen:
    return Seen(feed="drive-b~21drive--1a2b3c4d", source="drives/b!drive", reason=reason, mark=mark)


@dataclass
class Script:
    """Looks as they are written here, one after another; and the pauses between them, which nobody waits for."""

    looks: list[Seen | Exception]
    pauses: list[float] = field(default_factory=list)

    def look(self) -> Seen:
        found = self.looks.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if not self.looks:
            raise Over

    def watch(self, *, poll_interval: float = 60.0, jitter: float = 1.0) -> Watch:
        return Watch(
            look=self.look, poll_interval=poll_interval, sleep=self.sleep, spread=lambda low, high: high * jitter
        )


def all_of(events: Callable[[], AsyncIterator[Any]]) -> list[Any]:
    """Everything that comes, up to the script's end."""

    async def gather() -> list[Any]:
        came = []
        try:
            async for event in events():
                came.append(event)
        except Over:
            pass
        return came

    return asyncio.run(asyncio.wait_for(gather(), PATIENCE))
