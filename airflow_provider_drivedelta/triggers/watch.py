"""Looks without end, at a measured pace, and never on the event loop."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.errors import DriveDeltaError, RetryLater

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.peek import Seen

log = logging.getLogger(__name__)

LONGEST_PAUSE = 900.0
"""Seconds between two looks while these fail, unless the service asks for more."""
MOST_ASKED_FOR = 3600.0
"""Seconds that the service is left alone for at its wish."""


def is_final(trouble: Exception) -> bool:
    """Whether looking again cannot help: a person must mend something."""
    return isinstance(trouble, DriveDeltaError) and not isinstance(trouble, RetryLater)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    :param look: looks once; blocks.
    :param poll_interval: seconds between two looks.
    :param spread: a number between its arguments, so that many watches do not march in step.
    """

    look: Callable[[], Seen]
    poll_interval: float
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    spread: Callable[[float, float], float] = random.uniform

    async def looks(self) -> AsyncGenerator[Seen | Exception]:
        """What each look saw, or why it could not."""
        failures = 0
        while True:
            try:
                seen = await asyncio.to_thread(self.look)
            except Exception as trouble:  # whatever it is: who ended here would be started again at once, and for ever
                failures += 1
                unheard_of = not isinstance(trouble, DriveDeltaError)
                log.warning("Look %d in a row that failed: %s", failures, trouble, exc_info=unheard_of)
                yield trouble
                await self.sleep(self.pause_after(trouble, failures))
            else:
                failures = 0
                yield seen
                await self.sleep(self.spread(0.9, 1.1) * self.poll_interval)

    def pause_after(self, trouble: Exception, failures: int) -> float:
        """Seconds until the next try: ever longer, and no shorter than the service asks for."""
        longest = max(LONGEST_PAUSE, self.poll_interval)
        pause = min(longest, self.poll_interval * 2.0 ** min(failures, 16)) * self.spread(0.5, 1.0)
        asked = trouble.after if isinstance(trouble, RetryLater) and trouble.after is not None else 0.0
        return max(pause, min(asked, MOST_ASKED_FOR))
