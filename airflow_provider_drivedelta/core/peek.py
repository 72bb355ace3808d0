"""Is there anything new? One page from where the feed stopped: the token stays, and nothing is written.

The answer is a hint. What the page tells of may turn out to be no change, and a pull finds out; what it
does not tell of is not there. So a feed that was never read and a token that is refused are news as well:
both are for a pull to deal with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from airflow_provider_drivedelta.core.changes import FeedProtocol, Page, Request, Token
from airflow_provider_drivedelta.core.errors import StartOver
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import token_hash
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.sources import Feed
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport

Reason = Literal["never_read", "changed", "token_refused"]

MOST_PAGES = 8
"""An empty page may lead on to another; who leads on for longer is left to a pull, which is patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One feed, and how its service is asked.

    `since` is the request for what came after a token, where the protocol's own would ask for more than is looked at.
    """

    feed: Feed
    source: str
    protocol: FeedProtocol
    storage: Storage
    tokens: TokenStore
    since: Callable[[Token], Request] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at a feed found.

    `mark` is a hash of the token that was looked from: it stays the same as long as no pull moves the token, and tells
    nothing of it.
    """

    feed: str
    source: str
    reason: Reason | None
    mark: str

    @property
    def has_news(self) -> bool:
        return self.reason is not None


def peek(watched: Watched, transport: Transport) -> Seen:
    """Look whether there is anything new, by one request if the service does not lead on.

    :raises RetryLater: the service cannot be asked now.
    :raises FixSetup: a person must change something first.
    :raises BrokenFeed: the service or the output contradicts itself.
    """
    token = stored_token(watched)
    reason = "never_read" if token is None else _news(watched, token, transport)
    return Seen(feed=watched.feed.key, source=watched.source, reason=reason, mark=token_hash(token))


def stored_token(watched: Watched) -> Token | None:
    """Where the next pull would start; the log knows it too, should it have been deleted.

    Where the two disagree, the pull decides: the stored one is older after a crash, and then finds what the pull
    has yet to tell of.
    """
    saved = watched.tokens.load(watched.feed.key)
    if saved is not None:
        return saved.delta_token
    head = log.newest(watched.storage)
    return head.token if head else None


def _news(watched: Watched, token: Token, transport: Transport) -> Reason | None:
    request: Request | None = (watched.since or watched.protocol.since)(token)
    for _ in range(MOST_PAGES):
        if request is None:
            return None
        try:
            page = transport.fetch(request, watched.protocol.read)
        except StartOver:
            return "token_refused"
        if _tells(page):
            return "changed"
        request = page.next
    return "changed"


def _tells(page: Page) -> bool:
    """Whether it tells of anything but the root, which is told of for no reason at all."""
    if page.gone:
        return True
    if not isinstance(page.items, Sequence):  # a list's rows, which have no root among them
        return len(page.items) > 0
    return any(not (isinstance(item, Mapping) and item.get("root") is not None) for item in page.items)
