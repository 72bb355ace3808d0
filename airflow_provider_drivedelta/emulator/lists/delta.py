"""The state feed of a list, as Graph tells it: each changed item once, in its present form, page by page.

Which items an enumeration tells is fixed when it starts; how they look is not, and what changes meanwhile comes again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from airflow_provider_drivedelta.emulator.lists.events import Change, Event
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.tokens import DeltaToken, MalformedToken, decode

TOKEN_LIFE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """``is_folder`` is for what is gone."""

    item: int
    is_folder: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """``finished``: the token is one to resume from next time, not the next page."""

    changes: Sequence[ChangedItem]
    token: DeltaToken
    finished: bool


class ListDelta:
    def __init__(self, sharepoint_list: SharePointList) -> None:
        self._list = sharepoint_list

    def latest(self) -> DeltaToken:
        return self._token(since=self._list.log.head)

    def fresh(self) -> DeltaToken:
        """A token that starts a full enumeration."""
        return self._token(upto=self._list.log.head)

    def read(self, text: str | None) -> DeltaToken | None:
        """A token as the client sent it, or one for everything; None: it is refused. Raises MalformedToken."""
        if not text:
            return self.fresh()
        token = decode(text)
        if token.log != self._list.id:
            raise MalformedToken("Provided sync token is malformed.")
        too_old = self._list.site.clock.now() - token.issued > TOKEN_LIFE
        if too_old or token.epoch != self._list.epoch or self._restored(token.since):
            return None
        return token

    def page(self, token: DeltaToken, size: int) -> ListPage:
        if token.starts:
            token = replace(token, upto=self._list.log.head, issued=self._list.site.clock.now())
        waiting = self._changed(token) if token.since else self._everything(token)
        page, finished = waiting[:size], len(waiting) <= size
        resumed = replace(token, since=token.upto, upto=0, after=0)
        upcoming = resumed if finished else replace(token, after=page[-1][0])
        return ListPage([change for _, change in page], upcoming, finished)

    def _everything(self, token: DeltaToken) -> list[tuple[int, ChangedItem]]:
        return [(item.id, ChangedItem(item.id, item.is_folder)) for item in self._list.walk() if item.id > token.after]

    def _changed(self, token: DeltaToken) -> list[tuple[int, ChangedItem]]:
        """By the number of each item's last change."""
        latest: dict[int, Event] = {}
        for event in self._list.log.after(token.since, token.upto):
            if event.item:
                latest[event.item] = event
        ordered = sorted(latest.values(), key=lambda event: event.number)
        waiting = [event for event in ordered if event.number > token.after]
        return [(event.number, ChangedItem(event.item, event.is_folder)) for event in waiting]

    def _restored(self, since: int) -> bool:
        """Whether the whole list was put back since then, which no token survives."""
        return bool(since) and any(event.change is Change.LIST_RESTORED for event in self._list.log.after(since))

    def _token(self, *, since: int = 0, upto: int = 0) -> DeltaToken:
        now = self._list.site.clock.now()
        return DeltaToken(log=self._list.id, epoch=self._list.epoch, issued=now, since=since, upto=upto)
