"""What every protocol speaks: requests out, answers in, pages of items, and the token to go on from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal, NewType, Protocol, runtime_checkable

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lists.fields import ListSchema

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
    note: str = ""
    """What the protocol wants to know again when it reads the answer; never sent."""
    telling: frozenset[int] = frozenset()
    """Statuses that pass for a fault of the moment elsewhere, and whose body the protocol reads first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    where: str
    """Method and redacted address, for messages."""
    note: str = ""
    """The note of the request."""

    @property
    def dated(self) -> datetime:
        """When the service answered, by its own clock where it says so; ours may be wrong."""
        try:
            said = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, TypeError, IndexError, OverflowError):
            return self.received_at
        return said if said.tzinfo else said.replace(tzinfo=UTC)


class Items(Protocol):
    """Items as a protocol gives them and the reader of its source takes them: JSON objects, or rows of texts."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Children:
    """Some members of a folder, and the request for more of them."""

    items: Sequence[JsonObject]
    next: Request | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Items, plus exactly one of the next request or the token to resume from.

    `confirm`: the service did not say clearly that this is the end. A full read, which takes what it
    did not meet for deleted, asks once more and believes it at the second time.
    """

    items: Items
    next: Request | None = None
    token: Token | None = None
    confirm: Request | None = None
    received_at: datetime | None = None
    dated: datetime | None = None
    gone: Sequence[str] = ()
    """Ids that are said to be gone beside the items; an item of the same page is there all the same (C6)."""
    schema: ListSchema | None = None
    """How a list describes itself; comes before the first of its items."""
    members: Mapping[str, int] = field(default_factory=dict)
    """Of folders among the items, by id, how many members each says it has; see `unfilled`."""

    def __post_init__(self) -> None:
        if (self.next is None) == (self.token is None):
            raise ValueError("A page has either a next request or a token: never both, never neither.")
        if self.confirm is not None and self.token is None:
            raise ValueError("Only an end can be confirmed.")


class FeedProtocol(Protocol):
    """One wire protocol of a source. Pure: it never sends, it only says what to send and reads what came.

    `tells_restored`: what lies below a folder that comes back comes with it, without being asked for.
    `whole`: every item of the source is asked for, so that the feed knows all folders there are.
    """

    @property
    def name(self) -> str: ...
    @property
    def tells_restored(self) -> bool: ...
    @property
    def whole(self) -> bool: ...

    def first(self) -> Request:
        """The first request of a full read."""

    def latest(self) -> Request:
        """The request whose only page is empty and holds the token of now."""

    def since(self, token: Token) -> Request:
        """The first request of an increment."""

    def item(self, item_id: str) -> Request:
        """The request for one item as it is now."""

    def read_item(self, answer: Answer) -> JsonObject | Items | None:
        """The item, alone or as a page would hold it; None when it is gone. Raises as `read` does."""

    def read(self, answer: Answer) -> Page:
        """One page out of one answer.

        :raises StartOver: the token was refused.
        :raises FixSetup: the service refuses us for a reason that a person must mend.
        :raises RetryLater: the answer is cut or unreadable, or the service is out of order.
        :raises BrokenFeed: the answer is whole and yet makes no sense.
        """


@runtime_checkable
class LinkedProtocol(FeedProtocol, Protocol):
    """One whose requests are links of the service's own."""

    def restart(self, location: str) -> Request:
        """The request at such a link: a next page, or where it offered to start over."""


@runtime_checkable
class PartProtocol(FeedProtocol, Protocol):
    """One that may follow a part of a source, and can be asked whether items are there, in that part or not."""

    def present(self, item_ids: Sequence[str]) -> Iterator[Request]:
        """The requests that together ask for these items."""

    def read_present(self, answer: Answer) -> Collection[str]:
        """Those of them that are there. Raises as `read` does."""


@runtime_checkable
class TreeProtocol(FeedProtocol, Protocol):
    """One whose folders can be asked for what is in them."""

    def children(self, item_id: str) -> Request:
        """The request for what lies directly in a folder now."""

    def folder(self, path: str) -> Request:
        """The request for the folder at a path from the root."""

    def read_children(self, answer: Answer) -> Children:
        """The members of a folder; none when the folder itself is gone again. Raises as `read` does."""
