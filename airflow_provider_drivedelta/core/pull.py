"""The whole story of one run: from the stored token over pages, fold and commit to the next token.

    token ──► protocol ──► transport ──► page ──► stage ──► fold ──► Parquet ──► commit ──► token saved
                 ▲                         │ next
                 └─────────────────────────┘

A crash before the commit leaves the feed as it was; after it, the next run finishes what is left to
do. The token is saved last, so nothing can be lost between the two.
"""

from __future__ import annotations

import logging

from airflow_provider_drivedelta.core import guard
from airflow_provider_drivedelta.core.begin import begin
from airflow_provider_drivedelta.core.changes import FeedProtocol
from airflow_provider_drivedelta.core.conclude import Run, conclude
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.reading import Known, find_folder, read_feed
from airflow_provider_drivedelta.core.replay import answer_again, replay
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import SavedToken, TokenStore
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)


def pull(plan: Plan, protocol: FeedProtocol, transport: Transport, storage: Storage, tokens: TokenStore) -> Summary:
    """Bring the feed up to date: at most one increment, published whole or not at all.

    :raises RetryLater: the service or another run was in the way; the token is where it was.
    :raises FixSetup: a person must change something first, or confirm what a full read would delete.
    :raises BrokenFeed: the service or the output contradicts itself.
    """
    if plan.asked.window:
        return replay(plan, storage, plan.asked.window)
    run = Run(plan=plan, protocol=protocol.name, storage=storage, tokens=tokens, started=plan.clock())
    # The token first: it is saved after its commit, so a log that is read later is behind it only if it was restored.
    saved = load_token(tokens, plan)
    head = commits.newest(storage) if plan.asked.dry_run else commits.settle(storage)
    if told := answer_again(plan, storage, tokens, head, saved):
        return told
    start = begin(head, saved, fingerprint=plan.fingerprint, full_reload=plan.asked.full_reload)
    left_behind = known(plan, protocol, transport, storage, head)
    with Attempt(storage, dry_run=plan.asked.dry_run) as attempt:
        held = guard.confirmed(storage, plan.asked.confirm_deletes)
        if held:
            read = held.read(storage, attempt, plan.records, left_behind.scope)
        else:
            read = read_feed(start, plan, protocol, transport, attempt, left_behind)
        outcome, commit = conclude(run, attempt, read, start, head, confirmed=held is not None)
    if not plan.asked.dry_run:
        tokens.save(outcome.record(commit, saved))
    summary = outcome.summary(commit, transport)
    log.info("%s: %s", plan.source, summary)
    return summary


def known(plan: Plan, protocol: FeedProtocol, transport: Transport, storage: Storage, head: Commit | None) -> Known:
    """What earlier runs left for this one; the first one finds the folder, later ones know it by its key."""
    held = guard.held_read(storage)
    scope = head.scope_key if head else find_folder(plan, protocol, transport)
    return Known(
        state=State(storage, head.state if head else ()),
        partial=bool(head and head.partial_since),
        quarantined=head.quarantined if head else (),
        waiting=held.refusal() if held else None,
        scope=scope,
        fields=head.list_fields if head else None,
    )


def load_token(tokens: TokenStore, plan: Plan) -> SavedToken | None:
    """The stored token. A reload does without a spoiled one, and replaces it."""
    try:
        return tokens.load(plan.feed.key)
    except FixSetup as spoiled:
        if not plan.asked.full_reload:
            raise
        log.warning("%s; full_reload replaces it", spoiled.what)
        return None
