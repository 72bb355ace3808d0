"""The change log of a list: what happened, to which item, in order; never what an item was."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Change(Enum):
    """The words of the answer's ``ChangeType``, and those that are told in another way."""

    ADD = "Add"
    UPDATE = "Update"
    DELETE = "Delete"
    MOVE_AWAY = "MoveAway"
    RESTORE = "Restore"
    SYSTEM_UPDATE = "SystemUpdate"
    RENAME = "Rename"
    SCHEMA = "schema"
    LIST_RESTORED = "list restored"
    EXPIRY = "expiry"


SHOWN = frozenset((Change.ADD, Change.UPDATE, Change.RESTORE))
"""Of these, SharePoint sends the item itself."""
GONE = frozenset((Change.DELETE, Change.MOVE_AWAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``number`` is the change number that tokens hold; item 0 is the list itself."""

    number: int
    at: datetime
    change: Change
    item: int = 0
    unique_id: str = ""
    is_folder: bool = False
    after_list: str = ""
    after_item: int = 0


class EventLog:
    def __init__(self) -> None:
        self._events: list[Event] = []

    @property
    def head(self) -> int:
        return self._events[-1].number if self._events else 0

    def append(self, event: Event) -> None:
        self._events.append(event)

    def after(self, number: int, upto: int | None = None) -> Sequence[Event]:
        """Events above a number, up to and including another."""
        end = len(self._events) if upto is None else self._position(upto)
        return self._events[self._position(number) : end]

    def number_at(self, moment: datetime) -> int:
        """The last change number at that moment."""
        found = bisect_right(self._events, moment, key=lambda event: event.at)
        return self._events[found - 1].number if found else 0

    def _position(self, number: int) -> int:
        return bisect_right(self._events, number, key=lambda event: event.number)
