"""From the first request to the token: every page of one read, staged; over to a full read when the token is dead."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import (
    FeedProtocol,
    Json,
    Kind,
    LinkedProtocol,
    Page,
    Request,
    Token,
    TreeProtocol,
)
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, Flavour, NeedsReload, RetryLater, StartOver
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import token_hash
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.plan import Plan, Progress
from airflow_provider_drivedelta.core.restored import read_again, read_waiting
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

MAX_PAGES = 1_000_000
MAX_EMPTY_PAGES = 1_000  # in a row; single ones are normal and go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One complete read: everything up to `token` is in `stage`. `full`: what is not in it does not exist."""

    stage: Stage
    token: Token
    kind: Kind
    full: bool
    pages: int
    began: datetime | None = None
    flavour: Flavour | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What earlier runs left for this one.

    The state, ids they could not read, the error of a full read that waits for a person, and the
    key of the folder that is followed, and a list's columns.
    """

    state: State
    quarantined: tuple[str, ...] = ()
    waiting: FixSetup | None = None
    scope: str | None = None
    fields: Json = None


def read_feed(
    start: Begin, plan: Plan, protocol: FeedProtocol, transport: Transport, attempt: Attempt, known: Known
) -> Read:
    """Read what `start` asks for. A refused token turns it into a full read, once.

    :raises RetryLater: also when the service refuses the fresh start as well.
    :raises NeedsReload: the token was refused, and the plan says to stop then.
    """
    chain = _Chain(plan, protocol, transport, attempt, known)
    if start.token is not None:
        try:
            return chain.read(protocol.since(start.token), kind=start.kind, full=False)
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
            return chain.read(protocol.latest(), kind=start.kind, full=False)
        return chain.read(protocol.first(), kind=start.kind, full=True)
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


def _start_over(refusal: StartOver, chain: _Chain, protocol: FeedProtocol, *, kind: Kind) -> Read:
    """The full read that a dead token asks for: from what the service offered, or plainly without a token."""
    try:
        read = chain.read(protocol.first(), kind=kind, full=True, page=chain.offered(refusal))
    except StartOver as again:
        raise _twice(again) from again
    return replace(read, flavour=refusal.flavour)


def _twice(refusal: StartOver) -> RetryLater:
    return RetryLater("The service refused the fresh start as well", where=refusal.where)


class _Chain:
    """Follows next links until a token comes."""

    def __init__(
        self, plan: Plan, protocol: FeedProtocol, transport: Transport, attempt: Attempt, known: Known
    ) -> None:
        self._plan, self._protocol, self._transport = plan, protocol, transport
        self._attempt, self._known = attempt, known
        self._pages = 0

    def offered(self, refusal: StartOver) -> Page | None:
        """The first page as the service sent it, or at the link it offered.

        None where there is neither, or the link leads elsewhere or is out of order (#249).
        """
        if refusal.page is not None:
            return self._count(refusal.page)
        if not refusal.location or not isinstance(self._protocol, LinkedProtocol):
            return None
        try:
            return self._page(self._protocol.restart(refusal.location))
        except (BrokenFeed, FixSetup, RetryLater, StartOver) as error:
            log.info("The link offered for the restart is of no use (%s); starting without it", error.what)
            return None

    def read(self, request: Request, *, kind: Kind, full: bool, page: Page | None = None) -> Read:
        """All pages from `request` on; `page` is the first one where it is here already."""
        with self._attempt.new_stage(self._plan.records, fields=self._known.fields, is_increment=not full) as stage:
            if not full:  # a full read meets them all again
                stage.quarantine.waiting = {self._plan.records.key(i): i for i in self._known.quarantined}
            first = page or self._page(request)
            for page in self._pages_from(first, stage, full=full):
                if page.schema is not None:
                    stage.learn(page.schema)
                stage.add(page.items, page.received_at, gone=page.gone)
            if not full:
                read_again(stage, self._known.state, self._plan.records, self._protocol, self._transport)
                read_waiting(stage, self._protocol, self._transport)
        assert page is not None  # there is a first one
        assert page.token is not None  # and the last one has the token
        return Read(
            stage=stage,
            token=page.token,
            kind=kind,
            full=full,
            pages=self._pages,
            began=first.dated,
            scope=self._known.scope,
        )

    def _pages_from(self, page: Page, stage: Stage, *, full: bool) -> Iterator[Page]:
        """`page` and those after it, up to the one with the token; of a full read, up to a certain one."""
        seen: set[bytes] = set()
        empty, confirming = 0, False
        yield page
        while page.next is not None or (full and page.confirm is not None and not confirming):
            if page.next is not None:
                empty = 0 if page.items else empty + 1
                self._check_progress(page.next, seen, empty)
            confirming = page.next is None
            page = self._page(page.next or page.confirm, stage.items)  # type: ignore[arg-type]  # one of them is there
            yield page
        assert page.token is not None  # a page has one or the other
        # A token that could never be used is no token: better stop now than at the next run.
        self._transport.check(self._protocol.since(page.token))

    def _page(self, request: Request, items: int = 0) -> Page:
        return self._count(self._transport.fetch(request, self._protocol.read), items)

    def _count(self, page: Page, items: int = 0) -> Page:
        self._pages += 1
        if self._plan.on_page:
            self._plan.on_page(Progress(self._pages, items + len(page.items)))
        return page

    def _check_progress(self, request: Request, seen: set[bytes], empty: int) -> None:
        """A chain that comes back to where it was never ends (odapi#1431 did so for days)."""
        mark = hashlib.blake2b(
            request.url.encode("utf-8", "surrogatepass") + (request.body or b""), digest_size=8
        ).digest()
        then = "Nothing was published and the token was kept. If the next run ends the same way, report it."
        if mark in seen:
            raise BrokenFeed("The next links lead round in a circle", where=self._plan.source, then=then)
        if empty >= MAX_EMPTY_PAGES or len(seen) >= MAX_PAGES:
            raise BrokenFeed(f"The pages do not come to an end after {len(seen)}", where=self._plan.source, then=then)
        seen.add(mark)
