"""From the first request to the token: every page of one read, staged; over to a full read when the token is dead."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.chain import Asked, Chain
from airflow_provider_drivedelta.core.changes import FeedProtocol, Kind, TreeProtocol
from airflow_provider_drivedelta.core.errors import FixSetup, NeedsReload, RetryLater, StartOver
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import token_hash
from airflow_provider_drivedelta.core.lake.old_reads import remove_old_reads
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.read import Known, Read
from airflow_provider_drivedelta.core.transport import Transport

__all__ = ["Known", "Read", "find_folder", "read_feed"]

log = logging.getLogger(__name__)


def read_feed(
    start: Begin, plan: Plan, protocol: FeedProtocol, transport: Transport, attempt: Attempt, known: Known
) -> Read:
    """Read what `start` asks for. A refused token turns it into a full read, once.

    Goes on with what an earlier try of the same read kept, see `long_read`.

    :raises RetryLater: also when the service refuses the fresh start as well.
    :raises NeedsReload: the token was refused, and the plan says to stop then.
    """
    if not plan.asked.dry_run:
        remove_old_reads(attempt.storage)
    chain = Chain(start, plan, protocol, transport, attempt, known)
    if start.token is not None:
        try:
            return chain.read(Asked(request=protocol.since(start.token), kind=start.kind, full=False))
        except StartOver as refusal:
            if plan.asked.on_resync == "stop":
                mark = token_hash(start.token)
                raise NeedsReload(refusal.what, mark=f"{plan.feed.key}-{mark}", where=refusal.where) from refusal
            if known.waiting is not None:
                raise known.waiting from refusal
            log.warning("%s. Reading %s again from the start.", refusal.what, plan.source)
            return _start_over(refusal, chain, protocol, kind="resync")
    only_latest = start.kind == "initial" and plan.start == "latest"
    try:
        if only_latest:
            return chain.read(Asked(request=protocol.latest(), kind=start.kind, full=False))
        return chain.read(Asked(request=protocol.first(), kind=start.kind, full=True))
    except StartOver as refusal:
        if only_latest or refusal.page is None:
            raise _twice(refusal) from refusal
        # Asked for everything, the service may call its answer a resync as well: it is what was asked for.
        return _start_over(refusal, chain, protocol, kind=start.kind)


def find_folder(plan: Plan, protocol: FeedProtocol, transport: Transport) -> str | None:
    """The key of the folder to follow, None for the whole drive. Asked for once: it stays itself when it moves.

    :raises FixSetup: there is no such folder.
    """
    if not plan.folder:
        return None
    if not isinstance(protocol, TreeProtocol):
        raise FixSetup("This source has no folders to follow", where=plan.source, then="Leave folder out.")
    asked = protocol.folder(plan.folder) if "/" in plan.folder else protocol.item(plan.folder)
    found = transport.fetch(asked, protocol.read_item)
    item_id = found.get("id") if isinstance(found, Mapping) else None
    if not isinstance(item_id, str) or not isinstance(found, Mapping) or found.get("folder") is None:
        then = "Give a folder's path from the drive's root, such as /Reports/2026, or its item id."
        raise FixSetup(f"There is no folder {plan.folder!r} to follow", where=plan.source, then=then)
    return plan.records.key(item_id)


def _start_over(refusal: StartOver, chain: Chain, protocol: FeedProtocol, *, kind: Kind) -> Read:
    """The full read that a dead token asks for: from what the service offered, or plainly without a token."""
    try:
        return chain.read(Asked(request=protocol.first(), kind=kind, full=True, refusal=refusal))
    except StartOver as again:
        raise _twice(again) from again


def _twice(refusal: StartOver) -> RetryLater:
    return RetryLater("The service refused the fresh start as well", where=refusal.where)
