"""A read that is kept now and then, so that a run that dies or is sent away can be gone on with.

What is kept belongs to one start: whoever finds it would ask for the very same pages. A reload or a
reconcile is asked for because somebody doubts what is known, so only their own run goes on with
theirs, and not for long.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import Kind
from airflow_provider_drivedelta.core.errors import (
    BrokenFeed,
    DriveDeltaError,
    FixSetup,
    LostRace,
    RetryLater,
    StartOver,
)
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.checkpoint_folder import CheckpointFolder
from airflow_provider_drivedelta.core.lake.commits import token_hash
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.position import Position, parse_position
from airflow_provider_drivedelta.version import __version__

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
"""For how long a run that is silent is believed to be alive; longer where it may wait longer for the service."""
_BETWEEN_SIGNS = timedelta(minutes=5)
ASKED_FOR: frozenset[Kind] = frozenset({"reload", "reconcile"})
NEWEST = timedelta(days=1)
"""How old what was kept of a read that was asked for may be."""
DOUBT = 3
"""After so many faults of the moment in a row at one link, the start is tried, to see whether it is the link."""


def read_key(plan: Plan, protocol: str, start: Begin, *, kind: Kind, full: bool) -> str:
    """The same for all reads that would get the same pages, and go the same way afterwards.

    A full read may be folded on a head that moved; an increment may not, so its number is part of it.
    Another version may stage other rows.
    """
    asked_by = plan.asked.run if plan.asked.named_run and kind in ASKED_FOR else ""
    number = 0 if full else start.number
    about = [kind, full, token_hash(start.token), plan.fingerprint, protocol, number, asked_by, __version__]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


class LongRead:
    """One read of one run, kept in a folder of its own; a dry run keeps and finds nothing."""

    def __init__(self, plan: Plan, attempt: Attempt, key: str, *, kind: Kind, max_wait: float) -> None:
        self._every, self._clock = plan.asked.checkpoints, plan.clock
        self._newest = NEWEST if kind in ASKED_FOR else None
        self._kept_at, self._kept_pages = plan.clock(), 0
        self._source = plan.source
        self._folder: CheckpointFolder | None = None
        if not plan.asked.dry_run:
            lease = max(LEASE, timedelta(seconds=max_wait) + _BETWEEN_SIGNS)
            run = plan.asked.run if plan.asked.named_run else ""
            self._folder = CheckpointFolder(attempt, key, run=run, lease=lease, clock=plan.clock)

    def find(self) -> Position | None:
        """Where an earlier try stopped; it is this one's to go on from.

        :raises RetryLater: another run is at it.
        """
        found = self._folder and self._folder.claim(newest=self._newest)
        if not found:
            return None
        try:
            position = parse_position(found.position)
        except BrokenFeed as spoiled:
            self.give_up(spoiled)
            return None
        self._kept_pages = position.pages
        return position

    def restore(self, stage: Stage, position: Position) -> None:
        """Stage what that try had staged."""
        assert self._folder is not None  # something was found
        self._folder.restore(stage)
        log.info("Going on with a read of %s after %d pages, %d items", self._source, position.pages, position.items)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """To be put around the read: who ends in good order leaves it to the next, or deletes what is of no use."""
        try:
            yield
        except (StartOver, BrokenFeed) as refused:
            self.give_up(refused)
            raise
        except BaseException as error:
            self._release(error)
            raise

    @contextmanager
    def concluding(self) -> Iterator[None]:
        """To be put around what comes after the read: once that is done, or cannot be any more, the read is over."""
        try:
            with self.watched():
                yield
        except LostRace:
            self.forget()
            raise
        self.forget()

    def passed(self, position: Position, stage: Stage) -> None:
        """Keep the read, if it is time to."""
        pages, since = position.pages - self._kept_pages, self._clock() - self._kept_at
        if pages < self._every.every_pages and since.total_seconds() < self._every.every_seconds:
            return
        self._keep(position, stage)

    def sent_away(self, position: Position, stage: Stage, error: RetryLater) -> RetryLater:
        """Keep the read because the service wants to be left alone; the error that says so."""
        return _saying_so(error, position) if self._keep(position, stage) else error

    def still_kept(self, position: Position, error: DriveDeltaError) -> DriveDeltaError:
        """The error of a try that came no further than what it found, which stays."""
        return _saying_so(error, position) if isinstance(error, RetryLater) else error

    def is_in_doubt(self, error: DriveDeltaError) -> bool:
        """Whether the link that was kept may be to blame, and not the service or our permissions as a whole."""
        if isinstance(error, RetryLater):
            return error.after is None and self._folder is not None and self._folder.tries >= DOUBT
        return isinstance(error, FixSetup)

    def give_up(self, refused: DriveDeltaError) -> None:
        """Delete what was kept: it leads nowhere."""
        self._kept_pages = 0
        if self._folder:
            self._folder.give_up(refused.what)

    def forget(self) -> None:
        """The read was concluded."""
        if self._folder:
            self._folder.delete()

    def _keep(self, position: Position, stage: Stage) -> bool:
        """Whether it is kept. That it cannot be is no reason to stop reading."""
        self._kept_at, self._kept_pages = self._clock(), position.pages
        if self._folder is None:
            return False
        try:
            self._folder.write(stage, position=position.to_json(), pages=position.pages)
        except (RetryLater, FixSetup) as error:
            log.warning("The read of %s could not be kept (%s); going on", self._source, error.what)
            return False
        log.debug("Kept %d pages, %d items", position.pages, position.items)
        return True

    def _release(self, error: BaseException) -> None:
        if self._folder is None:
            return
        fault = isinstance(error, RetryLater) and error.after is None and self._folder.tries < DOUBT
        ours = isinstance(error, Exception) and not isinstance(error, DriveDeltaError)
        try:
            self._folder.release(excused=not (fault or ours))
        except DriveDeltaError as silent:
            log.warning("A read that ended could not be released (%s); it is free after a while", silent.what)


def _saying_so(error: RetryLater, position: Position) -> RetryLater:
    then = f"Nothing is lost: the {position.pages} pages read so far are kept, and the next try goes on from there."
    if error.after is not None:
        then += " A higher max_wait waits longer."
    return RetryLater(error.what, where=error.where, then=then, after=error.after, pages_kept=position.pages)
