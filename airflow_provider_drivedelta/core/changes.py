"""What every protocol speaks: requests out, answers in, pages of items, and the token to go on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NewType, Protocol

Token = NewType("Token", str)
"""Where the next run starts; opaque, passed on verbatim (for Graph: the whole deltaLink)."""

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
JsonObject = Mapping[str, Json]

Kind = Literal["initial", "incremental", "resync", "reload", "reconcile"]
"""Why a run reads what it reads; `quiet` and `replay` are outcomes, see `summary`."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call to the service, without credentials: the transport adds those."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    where: str
    """Method and redacted address, for messages."""

    @property
    def dated(self) -> datetime:
        """When the service answered, by its own clock where it says so; ours may be wrong."""
        try:
            said = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, TypeError, IndexError, OverflowError):
            return self.received_at
        return said if said.tzinfo else said.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Children:
    """Some members of a folder, and the request for more of them."""

    items: Sequence[JsonObject]
    next: Request | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Items, plus exactly one of the next request or the token to resume from."""

    items: Sequence[JsonObject]
    next: Request | None = None
    token: Token | None = None
    received_at: datetime | None = None
    dated: datetime | None = None

    def __post_init__(self) -> None:
        if (self.next is None) == (self.token is None):
            raise ValueError("A page has either a next request or a token: never both, never neither.")


class FeedProtocol(Protocol):
    """One wire protocol of a source. Pure: it never sends, it only says what to send and reads what came."""

    @property
    def name(self) -> str: ...

    def first(self) -> Request:
        """The first request of a full read."""

    def latest(self) -> Request:
        """The request whose only page is empty and holds the token of now."""

    def since(self, token: Token) -> Request:
        """The first request of an increment."""

    def restart(self, location: str) -> Request:
        """The first request of a full read, at the link that the service offered when it refused the token."""

    def children(self, item_id: str) -> Request:
        """The request for what lies directly in a folder now."""

    def folder(self, path: str) -> Request:
        """The request for the folder at a path from the root."""

    def item(self, item_id: str) -> Request:
        """The request for one item as it is now."""

    def read_item(self, answer: Answer) -> JsonObject | None:
        """The item, None when it is gone. Raises as `read` does."""

    def read_children(self, answer: Answer) -> Children:
        """The members of a folder; none when the folder itself is gone again. Raises as `read` does."""

    def read(self, answer: Answer) -> Page:
        """One page out of one answer.

        :raises StartOver: the token was refused.
        :raises FixSetup: the service refuses us for a reason that a person must mend.
        :raises RetryLater: the answer is cut or unreadable, or the service is out of order.
        :raises BrokenFeed: the answer is whole and yet makes no sense.
        """
