"""From a finished read to a commit: fold, ask the guard, write, publish; once more on a new head if that moved."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from airflow_provider_drivedelta.core import guard
from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.errors import LostRace
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.outcome import Outcome, question
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.reading import Read
from airflow_provider_drivedelta.core.tokens import TokenStore

log = logging.getLogger(__name__)

MOST_FOLDS = 5  # a head that moves more often than that is another run's feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What stays the same from the first fold to the last."""

    plan: Plan
    protocol: str
    storage: Storage
    tokens: TokenStore
    started: datetime


def conclude(
    run: Run,
    attempt: Attempt,
    read: Read,
    start: Begin,
    head: Commit | None,
    *,
    confirmed: bool = False,
) -> tuple[Outcome, Commit | None]:
    """Publish what the read says that the state does not know yet.

    :param confirmed: a person has said that this very read may delete what it does.
    :raises LostRace: another run published meanwhile, and the read was an increment: it must be read again.
    :raises FixSetup: a full read would delete so much that a person has to confirm it; the read is kept.
    """
    with read.kept.concluding() if read.kept else nullcontext():
        return _conclude(run, attempt, read, start, head, confirmed=confirmed)


def _conclude(
    run: Run,
    attempt: Attempt,
    read: Read,
    start: Begin,
    head: Commit | None,
    *,
    confirmed: bool,
) -> tuple[Outcome, Commit | None]:
    began_at = read.based_on if read.based_on is not None else head.increment if head else 0
    for _ in range(MOST_FOLDS):
        behind = head is not None and head.increment > began_at
        if behind and head is not None:
            read, start = _on_top_of(run, read, start, head)
        outcome, commit = _fold(run, attempt, read, start, head, began_at if behind else None, confirmed)
        if commit is None:
            if read.full and not run.plan.asked.dry_run:
                guard.release(run.storage)
            return outcome, None
        try:
            attempt.publish(commit)
        except LostRace:
            if not read.full:
                raise
            log.info("Another run published while everything was read; folding on top of it")
            attempt.clear(keep=read.stage.path)
            head = commits.settle(run.storage)
            continue
        if read.full:
            guard.release(run.storage)
        return outcome, commit
    raise LostRace(f"Other runs published {MOST_FOLDS} times while this one folded", where=run.plan.feed.key)


def _fold(
    run: Run,
    attempt: Attempt,
    read: Read,
    start: Begin,
    head: Commit | None,
    based_on: int | None,
    confirmed: bool,
) -> tuple[Outcome, Commit | None]:
    ends = partial(
        Outcome, plan=run.plan, protocol=run.protocol, started=run.started, head=head, start=start, read=read
    )
    if head is not None and _is_quiet(read, start, head):
        return ends(fold=None), None
    state = State(run.storage, head.state if head else (), read.stage.record)
    asked = question(run.plan, head, start, read, based_on)
    with run.plan.turn(), Fold(read.stage, state, asked, attempt.scratch(), run.plan.records) as fold:
        outcome = ends(fold=fold)
        if run.plan.asked.dry_run or not outcome.is_worth_a_commit:
            return outcome, None
        message = guard.too_many(fold) if read.full and head and not confirmed else None
        if message is None:
            return outcome, outcome.commit(attempt)
    based = based_on if based_on is not None else head.increment if head else 0
    if read.kept:
        read.kept.forget()  # held is kept, too, and whole
    raise guard.hold(run.storage, read, attempt=attempt.id, based_on=based, message=message).refusal()


def _is_quiet(read: Read, start: Begin, head: Commit) -> bool:
    """Whether an increment brought nothing but the root, and left nothing open: most do, and need no fold."""
    quarantine = read.stage.quarantine
    open_items = bool(quarantine or quarantine.waiting or head.quarantined)
    another_root = read.stage.root not in (None, head.root_key)
    return not (read.full or read.stage.changes or another_root or open_items or start.realign)


def _on_top_of(run: Run, read: Read, start: Begin, head: Commit) -> tuple[Read, Begin]:
    """The same read, for a head that is newer than its beginning: its own token would go back in time.

    It keeps it where the head's has other settings baked in: what comes twice by it is no news.
    """
    start = replace(start, number=max(start.number, head.increment + 1))
    if head.fingerprint != run.plan.fingerprint:
        return read, start
    saved = run.tokens.load(run.plan.feed.key)
    newest = saved.delta_token if saved and saved.increment == head.increment else head.token
    return replace(read, token=newest), start
