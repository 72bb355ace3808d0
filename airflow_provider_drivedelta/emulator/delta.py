"""The state feed: what changed since a token, each item once in its latest form, page by page from a fixed moment.

An enumeration is fixed when it starts: a change made while it is being paged turns up in the next one. Nothing is kept
between the pages, since the change log can tell the form of every item at any sequence.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.items import Item
from airflow_provider_drivedelta.emulator.tokens import DeltaToken, MalformedToken, decode

# Measured on live tenants for business; for personal drives about a month.
TOKEN_LIFE = {Flavour.BUSINESS: timedelta(days=60), Flavour.PERSONAL: timedelta(days=30)}
_SHORT_OFFSET = re.compile(r"([+-])(\d):")  # the documentation writes +8:00


class TokenExpired(Exception):
    """The change log no longer reaches back to the token."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and where it was: the parent, and the names from the root down to that parent."""

    item: Item
    parent: Item | None
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeltaPage:
    items: tuple[Placed, ...]
    token: DeltaToken
    since: int
    finished: bool
    """True: the token is one to resume from next time, not the next page."""


class DeltaFeed:
    """The feed of one drive."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self._log_id = str(uuid.uuid4())
        self._epoch = 0

    def expire_tokens(self) -> None:
        self._epoch += 1

    def fresh(self, *, after: int = 0) -> DeltaToken:
        """A token that starts a full enumeration."""
        return self._token(upto=self._settled(), after=after)

    def latest(self) -> DeltaToken:
        return self._token(since=self._settled())

    def read(self, text: str | None) -> DeltaToken:
        """A token as the client sent it, a timestamp, or None for everything."""
        if not text:
            return self._token()
        token = self._since(moment) if (moment := _timestamp(text)) else decode(text)
        self._refuse_expired(token)
        return token

    def begin(self, token: DeltaToken) -> DeltaToken:
        """Fixes the enumeration that a token to resume from starts."""
        return replace(token, upto=self._settled(), issued=self.drive.clock.now())

    def page(self, token: DeltaToken, size: int, scope: str, *, without_parents: bool = False) -> DeltaPage:
        """``scope`` is the item whose subtree is asked for; it comes first, whether it changed or not."""
        with self.drive.lock:
            waiting = self._waiting(token, scope, without_parents)
            found = list(islice(waiting, size + 1))
            items, finished = found[:size], len(found) <= size
            places = Places(self.drive, token.upto)
            placed = tuple(places.of(item) for item in items)
        resumed = replace(token, since=token.upto, upto=0, after=0)
        upcoming = resumed if finished else replace(token, after=_position(items[-1], token))
        return DeltaPage(placed, upcoming, token.since, finished)

    def _settled(self) -> int:
        """Where the log ends, between two operations: no enumeration begins in the middle of one."""
        with self.drive.lock:
            return self.drive.head

    def _waiting(self, token: DeltaToken, scope: str, without_parents: bool) -> Iterator[Item]:
        top = self.drive.log.at(scope, token.upto)
        if top is not None and not token.after and not (without_parents and top.own_sequence <= token.since):
            yield replace(top, sequence=0, born=0)
        for item in self._told(token):
            if item.id == scope:
                continue
            if without_parents and item.own_sequence <= token.since:
                continue
            if scope == self.drive.root_id:
                yield item
            elif scoped := self._scoped(item, token, scope):
                yield scoped

    def _told(self, token: DeltaToken) -> Iterator[Item]:
        if not token.since:
            return self.drive.log.everything(token.after, token.upto)
        changes = self.drive.log.changes(max(token.since, token.after), token.upto)
        return (item for item in changes if not item.withheld)

    def _scoped(self, item: Item, token: DeltaToken, scope: str) -> Item | None:
        """The item as a feed of one folder tells it: what left the folder is deleted there."""
        if Places(self.drive, token.upto).below(item, scope):
            return item
        before = self.drive.log.at(item.id, token.since)
        if before is None or not Places(self.drive, token.since).below(before, scope):
            return None
        return replace(item, parent_id=before.parent_id, deleted_by=item.sequence)

    def _since(self, moment: datetime) -> DeltaToken:
        if self.drive.flavour is Flavour.PERSONAL:
            raise MalformedToken("Provided sync token is malformed.")
        # Never 0: that would be a full enumeration, and a timestamp asks for changes, tombstones included.
        since = max(1, self.drive.log.sequence_at(moment))
        return replace(self._token(since=since), issued=moment)

    def _refuse_expired(self, token: DeltaToken) -> None:
        age = self.drive.clock.now() - token.issued
        forgotten = 0 < max(token.since, token.upto) < self.drive.log.floor or 0 < token.since < self.drive.log.floor
        if token.log != self._log_id or token.epoch != self._epoch or forgotten or age > TOKEN_LIFE[self.drive.flavour]:
            raise TokenExpired

    def _token(self, *, since: int = 0, upto: int = 0, after: int = 0) -> DeltaToken:
        issued = self.drive.clock.now()
        return DeltaToken(log=self._log_id, epoch=self._epoch, issued=issued, since=since, upto=upto, after=after)


class Places:
    """Where items were at one sequence."""

    def __init__(self, drive: Drive, sequence: int) -> None:
        self._log, self._sequence = drive.log, sequence
        self._folders: dict[str | None, tuple[str, ...]] = {None: ()}

    def of(self, item: Item) -> Placed:
        return Placed(item, self._parent(item), self.folders(item.parent_id))

    def folders(self, folder_id: str | None) -> tuple[str, ...]:
        """Names from the root down to that folder, the root's own left out."""
        if folder_id not in self._folders:
            folder = self._log.at(folder_id or "", self._sequence)
            above = self.folders(folder.parent_id) if folder else ()
            named = (folder.name,) if folder and folder.parent_id else ()
            self._folders[folder_id] = above + named
        return self._folders[folder_id]

    def below(self, item: Item, folder_id: str) -> bool:
        above: Item | None = item
        while above is not None and above.parent_id:
            if above.parent_id == folder_id:
                return True
            above = self._parent(above)
        return False

    def _parent(self, item: Item) -> Item | None:
        return self._log.at(item.parent_id, self._sequence) if item.parent_id else None


def _position(last: Item, token: DeltaToken) -> int:
    """The position after the last item of a page; after the first item alone that is the very beginning of the log."""
    return max(last.sequence if token.since else last.born, 1)


def _timestamp(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\g<1>0\2:", text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
