"""``GetListItemChangesSinceToken``: what a call gets, from everything there is to the changes since a token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote

from airflow_provider_drivedelta.emulator.lists.events import GONE, SHOWN, Change, Event
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.tokens import ChangeToken, read_change_token
from airflow_provider_drivedelta.emulator.sharepoint.caml import sort_key
from airflow_provider_drivedelta.emulator.sharepoint.failures import over_threshold
from airflow_provider_drivedelta.emulator.sharepoint.item_values import value_of
from airflow_provider_drivedelta.emulator.sharepoint.list_schema import list_element
from airflow_provider_drivedelta.emulator.sharepoint.rowset import (
    INVALID_TOKEN,
    ChangesAnswer,
    Rows,
    filtered_id,
    id_element,
)
from airflow_provider_drivedelta.emulator.sharepoint.selection import Selection

TOKEN_LIFE = timedelta(days=60)
MOST_CHANGED = 40
"""Inserted and updated items that one answer to a token holds, whatever its row limit."""
_TOLD_BY_ID = GONE | {Change.RESTORE, Change.SYSTEM_UPDATE, Change.RENAME}


def answer_changes(sharepoint_list: SharePointList, change_token: str, selection: Selection) -> ChangesAnswer:
    """Raises MalformedChangeToken and ForeignChangeToken; an expired token is an answer."""
    with sharepoint_list.lock:
        reading = _Reading(sharepoint_list, selection)
        if not change_token:
            return reading.everything()
        return reading.since(read_change_token(change_token, sharepoint_list.id))


def start_of(sharepoint_list: SharePointList, token: ChangeToken) -> int | None:
    """The change number that a token stands for; None: the change log no longer reaches back to it."""
    number = sharepoint_list.log.number_at(token.at) if token.number == -1 else token.number
    too_old = sharepoint_list.site.clock.now() - token.at > TOKEN_LIFE
    unknown = number < -1 or number > sharepoint_list.log.head
    return None if too_old or unknown or number < sharepoint_list.floor else number


@dataclass(frozen=True, slots=True)
class _Taken:
    """Events that one answer has room for: up to which number, and the items among them that are shown."""

    upto: int
    shown: Sequence[int]
    more: bool


class _Reading:
    def __init__(self, sharepoint_list: SharePointList, selection: Selection) -> None:
        self._list, self._selection = sharepoint_list, selection

    def everything(self) -> ChangesAnswer:
        return ChangesAnswer(token=self._token(), schema=list_element(self._list), rows=self._all_rows())

    def since(self, token: ChangeToken) -> ChangesAnswer:
        start = start_of(self._list, token)
        if start is None:
            return ChangesAnswer(token=self._token()) if self._list.quirks.silent_when_expired else _INVALID
        events = self._list.log.after(start)
        changes = {event.change for event in events}
        if Change.LIST_RESTORED in changes:
            restored = next(event for event in events if event.change is Change.LIST_RESTORED)
            return ChangesAnswer(token=self._token(), ids=[id_element(restored)])
        if Change.SCHEMA in changes and self._list.quirks.contents_with_schema:
            return self.everything()
        return self._changed(start, events, schema=Change.SCHEMA in changes)

    def _changed(self, start: int, events: Sequence[Event], *, schema: bool) -> ChangesAnswer:
        taken = _take(events)
        seen = [event for event in self._list.log.after(start, taken.upto) if event.change in _TOLD_BY_ID]
        alive = [item for item_id in taken.shown if (item := self._list.find(item_id)) is not None]
        extra = [item for item_id in self._selection.extra_ids if (item := self._list.find(item_id)) is not None]
        hidden = [item for item in alive if not self._selection.shows(item)]
        shown = {item.id: item for item in (*alive, *extra) if self._selection.shows(item)}
        at = next((event.at for event in events if event.number == taken.upto), None) if taken.more else None
        return ChangesAnswer(
            token=self._token(taken.upto if taken.more else None, at),
            more=taken.more,
            ids=[*map(id_element, seen), *map(filtered_id, hidden)],
            schema=list_element(self._list) if schema else "",
            rows=Rows(items=list(shown.values())),
        )

    def _token(self, number: int | None = None, at: datetime | None = None) -> str:
        head = self._list.log.head if number is None else number
        return ChangeToken(self._list.id, at or self._list.site.clock.now(), head).encode()

    def _all_rows(self) -> Rows:
        """A page of everything that the query matches, after the position of the page before."""
        selection, items = self._selection, self._list.walk()
        if len(items) > self._list.threshold and not selection.cheap:
            raise over_threshold()
        matching = [item for item in items if selection.shows(item)]
        for field, downwards in reversed(selection.query.order):
            matching.sort(key=lambda item: sort_key(field, value_of(self._list, item, field)), reverse=downwards)
        start = self._position(matching)
        page = matching[start : start + selection.row_limit]
        more = start + selection.row_limit < len(matching)
        return Rows(items=page, position=self._position_after(page[-1]) if more else "")

    def _position(self, matching: Sequence[ListItem]) -> int:
        """Where the page begins that a position names; by ID, it need not be there any more."""
        after = dict(parse_qsl(self._selection.position)).get("p_ID", "")
        if not after.isdigit():
            return 0
        if self._selection.query.order:
            ids = [item.id for item in matching]
            return ids.index(int(after)) + 1 if int(after) in ids else 0
        return sum(item.id <= int(after) for item in matching)

    def _position_after(self, item: ListItem) -> str:
        sorted_by = [field for field, _ in self._selection.query.order if field.name != "ID"]
        sorted_values = (
            f"&p_{field.name}={quote(str(value_of(self._list, item, field) or ''))}" for field in sorted_by
        )
        return f"Paged=TRUE{''.join(sorted_values)}&p_ID={item.id}"


_INVALID = ChangesAnswer(ids=[INVALID_TOKEN])


def _take(events: Sequence[Event]) -> _Taken:
    shown: dict[int, None] = {}
    upto = 0
    for event in events:
        if event.change in SHOWN and event.item not in shown:
            if len(shown) == MOST_CHANGED:
                return _Taken(upto, tuple(shown), more=True)
            shown[event.item] = None
        upto = event.number
    return _Taken(upto or 0, tuple(shown), more=False)
