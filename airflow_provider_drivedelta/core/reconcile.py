"""Is the lake what the service says? A full read beside the feed, for changes that the feed never delivered.

That happens (odapi#1927). The feed is pulled to its head first, then everything is read, then the
feed is pulled again: what that second pull explains changed while we were reading, and is no drift.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Literal

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import FeedProtocol
from airflow_provider_drivedelta.core.conclude import Run, conclude
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.pull import known, pull
from airflow_provider_drivedelta.core.reading import read_feed
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

Verdict = Literal["in_sync", "drift", "indeterminate"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The verdict, and what was published to mend the drift.

    `indeterminate`: the feed itself had to start over in the middle, so nothing can be said of it.
    """

    verdict: Verdict
    summary: Summary

    def to_dict(self) -> dict[str, str | int | float | bool | None]:
        return self.summary.to_dict() | {"verdict": self.verdict}


def reconcile(
    plan: Plan, protocol: FeedProtocol, transport: Transport, storage: Storage, tokens: TokenStore
) -> Reconciled:
    """Compare the lake with the service, and publish what differs as an increment of kind `reconcile`.

    Raises as `pull` does; what it pulled before is published then.
    """
    plan = replace(plan, asked=replace(plan.asked, full_reload=False))
    if plan.asked.dry_run:
        raise FixSetup("A reconcile cannot be dry: it has to pull first", then="Leave dry_run out.")
    # A pull that answers with what this run did before, in another try, would not have looked.
    looking = replace(plan, asked=replace(plan.asked, named_run=False))
    first = pull(looking, protocol, transport, storage, tokens)
    plan, looking = _without_confirmation(plan), _without_confirmation(looking)
    base = commits.settle(storage)
    assert base is not None  # a pull leaves a commit
    run = Run(plan=plan, protocol=protocol.name, storage=storage, tokens=tokens, started=plan.clock())
    with Attempt(storage) as attempt:
        start = Begin(kind="reconcile", token=None, number=base.increment + 1)
        read = read_feed(start, plan, protocol, transport, attempt, known(plan, protocol, transport, storage, base))
        second = pull(looking, protocol, transport, storage, tokens)
        saved, head = tokens.load(plan.feed.key), commits.settle(storage)
        assert head is not None  # base is there, or a later one
        assert saved is not None  # a pull leaves a token
        read = replace(read, token=saved.delta_token)
        start = replace(start, number=head.increment + 1, adopt_from=_first_of(first, second))
        outcome, commit = conclude(run, attempt, read, start, head)
    if commit:
        tokens.save(outcome.record(commit, saved))
    told_twice = second.kind not in ("quiet", "incremental")
    verdict: Verdict = "indeterminate" if told_twice else "drift" if outcome.counts.rows else "in_sync"
    summary = outcome.summary(commit, transport)
    log.info("%s: reconciled, %s; %s", plan.source, verdict, summary)
    return Reconciled(verdict, summary)


def _without_confirmation(plan: Plan) -> Plan:
    """It named a read of the feed's own, and that is published now."""
    return replace(plan, asked=replace(plan.asked, confirm_deletes=""))


def _first_of(*pulls: Summary) -> int | None:
    """The first increment that the pulls around the comparison published: this run answers for those, too."""
    return next((pull.from_increment for pull in pulls if pull.from_increment is not None), None)
