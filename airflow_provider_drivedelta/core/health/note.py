"""Keeps beside the data how a run failed, for those who ask after the feed's health; a success forgets it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from airflow_provider_drivedelta.core.changes import FeedProtocol
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, LostRace
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import parse_commit
from airflow_provider_drivedelta.core.lake.last_error import (
    LastError,
    forget_last_error,
    load_last_error,
    save_last_error,
)
from airflow_provider_drivedelta.core.lake.layout import commit_path
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

Told = TypeVar("Told", Summary, Reconciled)
Call = Callable[[Plan, FeedProtocol, Transport, Storage, TokenStore], Told]


def noted(
    call: Call[Told],
    plan: Plan,
    protocol: FeedProtocol,
    transport: Transport,
    storage: Storage,
    tokens: TokenStore,
) -> Told:
    """Make the call, `pull` or `reconcile`; its error is noted and raised as it is.

    Not noted is what says nothing of the feed: dry runs, replays out of the log, and that another run was quicker.
    """
    says_nothing = plan.asked.dry_run or plan.asked.window is not None
    try:
        told = call(plan, protocol, transport, storage, tokens)
    except LostRace:
        raise
    except Exception as error:
        if not says_nothing:
            _note(error, plan, storage)
        raise
    summary = told.summary if isinstance(told, Reconciled) else told
    if not says_nothing and summary.kind != "replay":
        _forget(storage)
    return told


def _note(error: Exception, plan: Plan, storage: Storage) -> None:
    """What went wrong with the run matters more than what goes wrong here."""
    now = plan.clock().isoformat()
    try:
        if _is_newer(storage):
            return
        before = _before(storage, now)
        note = LastError(
            at=now,
            since=before.since if before else now,
            times=before.times + 1 if before else 1,
            kind=type(error).__name__,
            text=_text(error),
            feed=plan.feed.key,
            source=plan.source,
            run=plan.asked.run,
        )
        save_last_error(storage, note)
    except DriveDeltaError as another:
        log.warning("How this run failed could not be noted: %s", another)


def _is_newer(storage: Storage) -> bool:
    """Whether a newer provider wrote to the feed: then nothing there may be touched, not even by a note."""
    numbers = commits.numbers(storage)
    content = storage.read(commit_path(numbers[-1])) if numbers else None
    try:
        parse_commit(content or b"", storage.full_path())
    except FixSetup:
        return True
    except BrokenFeed:
        pass  # no log yet, or a damaged one, which is worth a note like anything else
    return False


def _forget(storage: Storage) -> None:
    try:
        forget_last_error(storage)
    except DriveDeltaError as error:
        log.warning("An older error stays noted, although this run has succeeded: %s", error)


def _before(storage: Storage, now: str) -> LastError | None:
    try:
        before = load_last_error(storage)
    except BrokenFeed:
        return None  # it is about to be written anew
    return before if before and datetime.fromisoformat(before.since) <= datetime.fromisoformat(now) else None


def _text(error: Exception) -> str:
    """Ours hold no secret. What others say may quote anything, so only its kind is kept."""
    if isinstance(error, DriveDeltaError):
        return str(error)
    return f"An error that is not ours ({type(error).__name__}). The run's own log says more."
