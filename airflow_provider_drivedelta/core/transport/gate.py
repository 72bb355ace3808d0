"""One gate for all calls of a tenant: when the service throttles one of them, all of them wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from airflow_provider_drivedelta.core.errors import RetryLater

_LATER = "Nothing is lost: the next try starts from the same token. A higher max_wait waits longer."


class ThrottleGate:
    """Holds every caller back until the moment the service named, and adds up how long it was closed.

    :param max_wait: seconds one gate may be closed in all; more ends with `RetryLater`, for all callers alike.
    :param sleep: how to wait; left out, a wait ends early when the run is told to stop.
    """

    def __init__(
        self,
        *,
        max_wait: float,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stopped = threading.Event()
        self.max_wait, self._sleep, self._clock = max_wait, sleep or self._stopped.wait, clock
        self._opens_at = self._left_alone_until = 0.0
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
                self._left_alone_until = max(self._left_alone_until, now + seconds)
                raise self._too_long(seconds)
            # Counted when it closes: callers that wait side by side do not add up.
            self.waited += longer
            self._opens_at = now + seconds

    def pass_through(self) -> float:
        """Wait until the gate is open. The seconds that this took the caller.

        :raises RetryLater: it will not open in time for this run, or the run was told to stop.
        """
        stood = 0.0
        self.check()
        while (left := self._opens_at - self._clock()) > 0:
            self.pause(left)
            self.check()  # who was let through first may have been sent away for good
            stood += left
        return stood

    def pause(self, seconds: float) -> None:
        """:raises RetryLater: the run was told to stop, now or meanwhile."""
        self._sleep(seconds)
        self.check_stopped()

    def stop(self) -> None:
        """Let nobody through any more, and wake who waits."""
        self._stopped.set()

    def check(self) -> None:
        """:raises RetryLater: there is no use in waiting at this gate."""
        self.check_stopped()
        left = self._left_alone_until - self._clock()
        if left > 0:  # another caller was told; to ask as well would only make it worse
            raise self._too_long(left)

    def check_stopped(self) -> None:
        """:raises RetryLater: the run was told to stop."""
        if self._stopped.is_set():
            raise RetryLater("The run was told to stop")

    def _too_long(self, seconds: float) -> RetryLater:
        what = (
            f"The service is throttling and asks for {seconds:.6g} s more, past the {self.max_wait:.6g} s "
            "that this run may wait"
        )
        return RetryLater(what, then=_LATER, after=seconds)
