"""Many feeds in one run: a few at a time, through one gate; each commits alone, and fails alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.transport import ThrottleGate

log = logging.getLogger(__name__)

FOLDS_AT_ONCE = 2  # what takes memory is deciding over a whole drive; the other feeds may read meanwhile
_BETWEEN_LOOKS = 1.0  # seconds

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Job_co = TypeVar("Job_co", covariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class SameFeed(Exception):
    """What this source names is being followed by another source of the same run."""

    def __init__(self, other: str) -> None:
        self.other = other
        super().__init__(f"The same feed as {other}")


class Company:
    """What the feeds of one run have to agree on: who follows which feed, who may fold now, and when to stop.

    :param gate: the one that all of them pass; it also knows when the run was told to stop.
    """

    def __init__(self, gate: ThrottleGate, *, folds: int = FOLDS_AT_ONCE) -> None:
        self.gate = gate
        self._folds = threading.BoundedSemaphore(folds)
        self._followed: dict[str, str] = {}
        self._lock = threading.Lock()

    def claim(self, feed: str, source: str) -> None:
        """:raises SameFeed: another source, spelled otherwise, leads to this feed; two would race for its commits."""
        with self._lock:
            if feed in self._followed:
                raise SameFeed(self._followed[feed])
            self._followed[feed] = source

    @contextmanager
    def turn(self) -> Iterator[None]:
        """To be put around what takes much memory.

        :raises RetryLater: the run was told to stop before it was this feed's turn.
        """
        while not self._folds.acquire(timeout=_BETWEEN_LOOKS):
            self.gate.check_stopped()
        try:
            yield
        finally:
            self._folds.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(Generic[Job_co, Answer_co]):
    """How one of many ended: with exactly one of an answer, a failure, and another source that is `same_as` it."""

    job: Job_co
    answer: Answer_co | None = None
    failure: Exception | None = None
    same_as: str = ""


def do_each(
    jobs: Sequence[Job], do: Callable[[Job], Answer], *, gate: ThrottleGate, threads: int
) -> list[Ending[Job, Answer]]:
    """Do every job, so many at a time, and tell how each ended, in the order given.

    Whatever ends the wait, such as Ctrl-C or a time-out, stops the others at their next request and goes on its way
    when they have stopped.
    """
    if not jobs:
        return []
    with ThreadPoolExecutor(min(threads, len(jobs)), thread_name_prefix="drivedelta") as pool:
        endings: list[Future[Ending[Job, Answer]]] = []
        try:
            endings += [pool.submit(_end, job, do) for job in jobs]
            while wait(endings, timeout=_BETWEEN_LOOKS).not_done:
                pass  # who only waits may not hear a signal that came just before
        except BaseException:
            gate.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [ending.result() for ending in endings]


def _end(job: Job, do: Callable[[Job], Answer]) -> Ending[Job, Answer]:
    try:
        return Ending(job=job, answer=do(job))
    except SameFeed as same:
        return Ending(job=job, same_as=same.other)
    except DriveDeltaError as failure:
        return Ending(job=job, failure=failure)
    except Exception as failure:  # a fault of ours in one feed is no reason to leave the others
        log.exception("%s ended with an error that is not foreseen", job)
        return Ending(job=job, failure=failure)
