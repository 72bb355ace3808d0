"""One gate for all calls of a tenant: when the service throttles one of them, all of them wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from airflow_provider_drivedelta.core.errors import RetryLater


class ThrottleGate:
    """Holds every caller back until the moment the service named, and adds up how long it was closed.

    :param max_wait: seconds one gate may be closed in all; more ends with `RetryLater`.
    """

    def __init__(
        self,
        *,
        max_wait: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_wait, self._sleep, self._clock = max_wait, sleep, clock
        self._opens_at = 0.0
        self._lock = threading.Lock()
        self.waited = 0.0

    def close_for(self, seconds: float) -> None:
        """Keep everybody out for `seconds` from now; a longer closing already there stays.

        :raises RetryLater: that would be more waiting than this run may do.
        """
        with self._lock:
            now = self._clock()
            longer = now + seconds - max(self._opens_at, now)
            if longer <= 0:
                return
            if self.waited + longer > self.max_wait:
                raise RetryLater(
                    f"The service is throttling and asks for {seconds:.6g} s more, past the {self.max_wait:.6g} s "
                    "that this run may wait",
                    then="Nothing is lost: the next try starts from the same token. A higher max_wait waits longer.",
                    after=seconds,
                )
            # Counted when it closes: callers that wait side by side do not add up.
            self.waited += longer
            self._opens_at = now + seconds

    def pass_through(self) -> None:
        """Wait until the gate is open."""
        while (left := self._opens_at - self._clock()) > 0:
            self._sleep(left)
