"""How discovery asks: page after page, twenty questions in one request, never without end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.protocols.graph_batch import MOST, ask_at_once, read_at_once
from airflow_provider_drivedelta.core.protocols.graph_collections import Some
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

Member = TypeVar("Member")
Reading = TypeVar("Reading")

MOST_PAGES = 10_000  # of one collection
MOST_MEMBERS = 500_000  # of one collection
_TELL_EVERY = 500


@dataclass(slots=True)
class Service:
    """Microsoft Graph, as far as discovery goes. `batches` ends when it turns out to take none.

    A collection has at most so many members (`most`); more is taken for a service that does not end.
    """

    base_url: str
    transport: Transport
    batches: bool = True
    most: int = MOST_MEMBERS

    def all_of(self, request: Request, read: Callable[[Answer], Some[Member]]) -> list[Member]:
        """Every member of a collection."""
        return self.rest_of(self.transport.fetch(request, read), read)

    def rest_of(self, first: Some[Member], read: Callable[[Answer], Some[Member]]) -> list[Member]:
        """The members of a page and of all that follow it.

        :raises BrokenFeed: the pages go round in a circle, or there is no end of them.
        """
        members, some, seen, unreadable = list(first.members), first, set[str](), first.unreadable
        while some.next is not None:
            if some.next.url in seen or len(seen) >= MOST_PAGES or len(members) > self.most:
                raise BrokenFeed(f"A collection does not end: {len(members)} members so far", then="Report it.")
            seen.add(some.next.url)
            some = self.transport.fetch(some.next, read)
            members += some.members
            unreadable += some.unreadable
        if unreadable:
            log.warning("%d members of a collection were left out: the service gave them no usable id", unreadable)
        return members

    def each(
        self, requests: Sequence[Request], read: Callable[[Answer], Reading], *, what: str
    ) -> Iterator[Reading | FixSetup]:
        """What is read of each request, in order; a question that is refused gets its error for an answer.

        :param what: what is asked for, for the log.
        :raises RetryLater: the service is not up to it now; half an answer would pass for a whole one.
        """
        for start in range(0, len(requests), MOST):
            group = requests[start : start + MOST]
            for request, answer in zip(group, self._at_once(group), strict=True):
                yield self._one(request, answer, read)
            done = start + len(group)
            if done // _TELL_EVERY > start // _TELL_EVERY:
                log.info("%s: asked for %d of %d", what, done, len(requests))

    def each_whole(
        self, requests: Sequence[Request], read: Callable[[Answer], Some[Member]], *, what: str
    ) -> Iterator[list[Member] | FixSetup]:
        """As `each`, of requests for collections: all their members."""
        for some in self.each(requests, read, what=what):
            if isinstance(some, FixSetup):
                yield some
                continue
            try:
                yield self.rest_of(some, read)
            except FixSetup as refused:
                yield refused

    def _at_once(self, group: Sequence[Request]) -> Sequence[Answer | None]:
        alone: Sequence[Answer | None] = [None] * len(group)
        if not self.batches or len(group) == 1:
            return alone
        batch = ask_at_once(self.base_url, group)
        answers = self.transport.fetch(batch, lambda answer: read_at_once(answer, group))
        self.batches = answers is not None
        return answers or alone

    def _one(self, request: Request, answer: Answer | None, read: Callable[[Answer], Reading]) -> Reading | FixSetup:
        """Only an answer is a refusal: a sign-in that fails, or TLS that is not trusted, fails for all."""

        def judged(answer: Answer) -> Reading | FixSetup:
            try:
                return read(answer)
            except FixSetup as refused:
                if answer.status == 401:
                    raise
                return refused

        if answer is not None:
            try:
                return judged(answer)
            except RetryLater as fault:
                log.debug("%s in a batch; asking for it alone", fault.what)
        return self.transport.fetch(request, judged)
