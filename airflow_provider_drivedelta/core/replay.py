"""Hands out again what was committed before, from the log: asks the service nothing, and publishes nothing."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from airflow_provider_drivedelta.core.begin import adopted_from
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.fold import Counts
from airflow_provider_drivedelta.core.lake.horizon import check_horizon
from airflow_provider_drivedelta.core.lake.layout import QUARANTINE
from airflow_provider_drivedelta.core.lake.runs import committed_by
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.plan import Plan, Window
from airflow_provider_drivedelta.core.summary import Outcome, Summary
from airflow_provider_drivedelta.core.tokens import SavedToken, TokenStore

log = logging.getLogger(__name__)

_GONE = "What is still there begins after increment {horizon}; read_current and `drivedelta snapshot` give all items."


def replay(plan: Plan, storage: Storage, window: Window) -> Summary:
    """What was committed inside the window, added up; `to_increment` is None when that is nothing.

    Commits never go back in time, so windows that meet without a gap hand out each increment exactly once.
    Where a crash kept one from its final place, that is finished first, so that it can be read.

    :raises FixSetup: it was committed, but vacuumed since.
    """
    if not plan.asked.dry_run:
        commits.settle(storage)
    found = _inside(storage, window)
    told = _tell(plan, storage, found, kind="replay")
    log.info("%s: %d increments were committed %s", plan.source, len(found), window)
    return told


def answer_again(
    plan: Plan, storage: Storage, tokens: TokenStore, head: Commit | None, saved: SavedToken | None
) -> Summary | None:
    """What this very run did before, in an earlier try or before it was cleared; None if it did nothing.

    Where the run died before it could save the token, that is done now, and what nobody was told of yet is adopted.

    :raises FixSetup: it was vacuumed since.
    """
    if head is None or not plan.asked.named_run or plan.asked.dry_run:
        return None
    mine = [number for number in committed_by(storage, plan.asked.run) if number <= head.increment]
    if not mine:
        return _still_quiet(plan, head, saved)
    if saved is not None and saved.increment >= mine[-1]:
        kind = "replay" if plan.asked.cleared else commits.read(storage, mine[-1]).kind
        told = _tell(plan, storage, mine, kind=kind, increment=mine[-1])
    else:
        first = min(mine[0], adopted_from(head, saved) or mine[0])
        numbers = [number for number in commits.readable(storage) if first <= number <= head.increment]
        told = _tell(plan, storage, numbers, kind=commits.read(storage, mine[-1]).kind, increment=mine[-1])
        tokens.save(_saved(plan, head).after(saved))
    log.info("%s: this run committed increment %d before", plan.source, mine[-1])
    return told


def _still_quiet(plan: Plan, head: Commit, saved: SavedToken | None) -> Summary | None:
    """Of a feed in which an earlier try of this run found nothing new: it is not asked again, for others' failures.

    That nothing was committed leaves no record, but who saved the token last. Who clears a run wants to know anew.
    """
    if plan.asked.cleared or saved is None or saved.run != plan.asked.run or head.run == plan.asked.run:
        return None
    if (saved.increment, saved.fingerprint) != (head.increment, plan.fingerprint):
        return None
    log.info("%s: this run found nothing new before", plan.source)
    return Summary(feed=plan.feed.key, source=plan.source, protocol=head.protocol, kind="quiet", path=plan.path)


def _inside(storage: Storage, window: Window) -> Sequence[int]:
    numbers = commits.readable(storage)

    def time(number: int) -> datetime:
        return commits.read(storage, number).time

    start = bisect_left(numbers, window.start, key=time)
    return numbers[start : bisect_left(numbers, window.end, lo=start, key=time)]


def _tell(
    plan: Plan, storage: Storage, numbers: Sequence[int], *, kind: Outcome, increment: int | None = None
) -> Summary:
    """The summary of these increments together."""
    if numbers:
        check_horizon(storage, numbers[0], then=_GONE)
    counts, bad, protocol = Counter[str](), 0, ""
    for commit in (commits.read(storage, number) for number in numbers):
        counts.update({name: commit.counts.get(name, 0) for name in Counts.__dataclass_fields__})
        bad += sum(file.rows for file in commit.state_files if file.final.startswith(QUARANTINE))
        protocol = commit.protocol
    return Summary(
        feed=plan.feed.key,
        source=plan.source,
        protocol=protocol,
        kind=kind,
        path=plan.path,
        increment=increment,
        from_increment=numbers[0] if numbers else None,
        to_increment=numbers[-1] if numbers else None,
        quarantined=bad,
        **asdict(Counts(**counts)),
    )


def _saved(plan: Plan, head: Commit) -> SavedToken:
    now = plan.clock().isoformat()
    return SavedToken(
        feed=plan.feed.key,
        increment=head.increment,
        fingerprint=head.fingerprint,
        delta_token=head.token,
        saved_at=now,
        last_success=now,
        run=plan.asked.run,
    )
