"""Follows next links until a token comes, from the first page or from where an earlier try stopped."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import FeedProtocol, Kind, LinkedProtocol, Page, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, Flavour, RetryLater, StartOver
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.left_out import check_left_out
from airflow_provider_drivedelta.core.long_read import LongRead, read_key
from airflow_provider_drivedelta.core.plan import Plan, Progress
from airflow_provider_drivedelta.core.position import Position
from airflow_provider_drivedelta.core.read import Known, Read
from airflow_provider_drivedelta.core.restored import read_again, read_waiting
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.core.unfilled import check_filled

log = logging.getLogger(__name__)

MAX_PAGES = 1_000_000  # of one read, over all tries
MAX_EMPTY_PAGES = 1_000  # in a row; single ones are normal and go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one read is to bring: its first request, why, and whether it is everything.

    `refusal` is the service's answer to a dead token, which may offer another way to begin.
    """

    request: Request
    kind: Kind
    full: bool
    refusal: StartOver | None = None


class Chain:
    """The pages of one run: of one read, or of two when the token turns out to be dead."""

    def __init__(
        self, start: Begin, plan: Plan, protocol: FeedProtocol, transport: Transport, attempt: Attempt, known: Known
    ) -> None:
        self._start, self._plan, self._protocol, self._transport = start, plan, protocol, transport
        self._attempt, self._known = attempt, known
        self._pages = 0

    def read(self, asked: Asked) -> Read:
        """All pages of what is asked for, those that an earlier try staged included.

        :raises StartOver: the token is dead.
        :raises RetryLater: also when another run is in the middle of the same long read.
        """
        key = read_key(self._plan, self._protocol.name, self._start, kind=asked.kind, full=asked.full)
        kept = LongRead(self._plan, self._attempt, key, kind=asked.kind, max_wait=self._transport.gate.max_wait)
        with kept.watched():
            found, records = kept.find(), self._plan.records
            with self._attempt.new_stage(records, fields=self._known.fields, is_increment=not asked.full) as stage:
                page, position = self._begin(asked, found, kept)
                if position is not None:
                    kept.restore(stage, position)
                elif not asked.full:  # a full read meets them all again
                    stage.quarantine.waiting = {records.key(item): item for item in self._known.quarantined}
                at = position or self._at_the_start(asked, page)
                page, members = self._stage_all(page, at, stage, kept, full=asked.full)
                if not asked.full:
                    read_again(stage, self._known.state, records, self._protocol, self._transport)
                    read_waiting(stage, self._protocol, self._transport)
            if not asked.full:
                check_filled(stage, self._known.state, self._protocol, members, partial=self._known.partial)
                check_left_out(stage, self._known.state, self._protocol, self._transport, self._attempt.scratch())
        assert page.token is not None  # the last page has it
        return Read(
            stage=stage,
            token=page.token,
            kind=asked.kind,
            full=asked.full,
            pages=self._pages,
            began=at.began,
            flavour=_careful(at.flavour, asked.refusal.flavour if asked.refusal else None),
            scope=self._known.scope,
            based_on=at.based_on,
            kept=kept,
        )

    def _begin(self, asked: Asked, found: Position | None, kept: LongRead) -> tuple[Page, Position | None]:
        """The first page to stage, and the position it continues, None at the very start.

        A link that was kept and is refused is deleted before anything else, so it does no harm twice.
        Where all requests may be refused alike, the start is tried first: it would be a pity to lose
        what was read because a secret has expired.
        """
        if found is None:
            return self._first(asked), None
        read_before, self._pages = self._pages, found.pages
        try:
            return self._page(found.next, found.items), found
        except (StartOver, BrokenFeed) as refused:
            kept.give_up(refused)
            self._pages = read_before
        except (FixSetup, RetryLater) as refused:
            if not kept.is_in_doubt(refused):
                raise kept.still_kept(found, refused) from refused
            self._pages = read_before
            page = self._first(asked)
            kept.give_up(refused)
            return page, None
        return self._first(asked), None

    def _first(self, asked: Asked) -> Page:
        return (self._offered(asked.refusal) if asked.refusal else None) or self._page(asked.request)

    def _offered(self, refusal: StartOver) -> Page | None:
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

    def _at_the_start(self, asked: Asked, first: Page) -> Position:
        flavour = asked.refusal.flavour if asked.refusal else None
        based_on = self._start.number - 1 if asked.full else None
        return Position(next=asked.request, began=first.dated, flavour=flavour, based_on=based_on)

    def _stage_all(
        self, page: Page, at: Position, stage: Stage, kept: LongRead, *, full: bool
    ) -> tuple[Page, Mapping[str, int]]:
        """Stage `page` and those after it, up to the one with the token; of a full read, up to a certain one.

        Gives that page, and what the folders of an increment said of their members.
        """
        seen: set[bytes] = set()
        while True:
            if page.schema is not None:
                stage.learn(page.schema)
            stage.add(page.items, page.received_at, gone=page.gone)
            members = at.members if full else {**at.members, **page.members}
            onward = at.after(page, full=full)
            if onward is None:
                break
            at = replace(onward, pages=self._pages, items=stage.items, members=members)
            if not at.confirming:
                self._check_progress(at, seen)
            kept.passed(at, stage)
            page = self._next(at, stage, kept)
        assert page.token is not None  # a page has one or the other
        # A token that could never be used is no token: better stop now than at the next run.
        self._transport.check(self._protocol.since(page.token))
        return page, members

    def _next(self, position: Position, stage: Stage, kept: LongRead) -> Page:
        try:
            return self._page(position.next, stage.items)
        except RetryLater as error:
            if error.after is None:
                raise
            raise kept.sent_away(position, stage, error) from error

    def _page(self, request: Request, items: int = 0) -> Page:
        return self._count(self._transport.fetch(request, self._protocol.read), items)

    def _count(self, page: Page, items: int = 0) -> Page:
        self._pages += 1
        if self._plan.on_page:
            self._plan.on_page(Progress(self._pages, items + len(page.items)))
        return page

    def _check_progress(self, position: Position, seen: set[bytes]) -> None:
        """A chain that comes back to where it was never ends (odapi#1431 did so for days)."""
        asked = position.next.url.encode("utf-8", "surrogatepass") + (position.next.body or b"")
        mark = hashlib.blake2b(asked, digest_size=8).digest()
        then = "Nothing was published and the token was kept. If the next run ends the same way, report it."
        if mark in seen:
            raise BrokenFeed("The next links lead round in a circle", where=self._plan.source, then=then)
        if position.empty >= MAX_EMPTY_PAGES or position.pages >= MAX_PAGES:
            what = f"The pages do not come to an end after {position.pages}"
            raise BrokenFeed(what, where=self._plan.source, then=then)
        seen.add(mark)


def _careful(*told: Flavour | None) -> Flavour | None:
    """What holds for a read that was begun after one refusal and gone on with after another."""
    return "upload" if "upload" in told else next(filter(None, told), None)
