"""The items of a list as it is now: found by id, placed in folders, recorded when they change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.emulator.items import Person
from airflow_provider_drivedelta.emulator.lists.events import Change, Event, EventLog
from airflow_provider_drivedelta.emulator.lists.field_shelf import FieldShelf, in_line
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.values import User, Value, Values

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator.lists.site import Site


class NoSuchListItem(LookupError):
    """No item of that id, or not any more."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What went into the recycle bin together."""

    top: int
    items: tuple[ListItem, ...]


class ItemShelf(FieldShelf):
    def __init__(self, site: "Site", title: str, path: str, fields: Iterable[Field], seed: str) -> None:
        super().__init__(seed, fields)
        self.site, self.title, self.path = site, title, path
        self.log = EventLog()
        self.created = self.last_deleted = site.clock.now()
        self.floor = 0
        """Tokens from before this change number are expired."""
        self._items: dict[int, ListItem] = {}
        self._bin: dict[int, Deletion] = {}
        self._last_id = 0
        self._record(Change.SCHEMA)

    @property
    def modified(self) -> datetime:
        return max([self.created, *(event.at for event in self.log.after(self.log.head - 1))])

    def item(self, item_id: int) -> ListItem:
        found = self._items.get(item_id)
        if found is None:
            raise NoSuchListItem(f"the list has no item {item_id}")
        return found

    def find(self, item_id: int) -> ListItem | None:
        return self._items.get(item_id)

    def walk(self) -> list[ListItem]:
        """All items and folders, by id."""
        with self.lock:
            return sorted(self._items.values(), key=lambda item: item.id)

    @property
    def recycle_bin(self) -> list[Deletion]:
        """What can be restored, by id."""
        with self.lock:
            return [self._bin[top] for top in sorted(self._bin)]

    def children(self, folder: int | None) -> list[ListItem]:
        return [item for item in self.walk() if item.folder == folder]

    def item_path(self, item: ListItem) -> str:
        """Server-relative: ``/sites/team/Lists/Projects/Folder/3_.000``."""
        return f"{self.folder_path(item.folder)}/{item.name}"

    def folder_path(self, folder: int | None) -> str:
        return self.path if folder is None else self.item_path(self.item(folder))

    def below(self, item: ListItem) -> Iterator[ListItem]:
        """What is in a folder, at any depth."""
        for child in self.children(item.id) if item.is_folder else ():
            yield child
            yield from self.below(child)

    def _record(
        self, change: Change, item: ListItem | None = None, *, after_list: str = "", after_item: int = 0
    ) -> None:
        event = Event(
            number=self.log.head + 1,
            at=self.site.clock.now(),
            change=change,
            item=item.id if item else 0,
            unique_id=item.unique_id if item else "",
            is_folder=bool(item and item.is_folder),
            after_list=after_list,
            after_item=after_item,
        )
        self.log.append(event)

    def _put(self, item: ListItem, change: Change) -> ListItem:
        self._items[item.id] = item
        self._record(change, item)
        return item

    def _checked(self, values: Mapping[str, Value | Person | tuple[Person, ...]]) -> Values:
        """Values by internal name, people as the site knows them; ValueError for what a field does not take."""
        checked: dict[str, Value] = {}
        for name, given in values.items():
            field, value = self.field(name), self._known(given)
            if field.built_in:
                raise ValueError(f"{field.name} is the service's own")
            if not field.accepts(value):
                raise ValueError(f"{field.title} ({field.kind}) does not take {type(given).__name__} {given!r}")
            checked[field.name] = value
        return checked

    def _known(self, given: Value | Person | tuple[Person, ...]) -> Value:
        if isinstance(given, Person):
            return self.site.member(given)
        if isinstance(given, tuple) and any(isinstance(part, Person) for part in given):
            return tuple(part if isinstance(part, User) else self.site.member(part) for part in given)  # type: ignore[arg-type]
        return given  # type: ignore[return-value]

    def _rewrite(self, fields: Mapping[str, Field | None]) -> None:
        for item in self._items.values():
            values = dict(item.values)
            for name, field in fields.items():
                value = values.pop(name, None)
                if field is not None and value is not None:
                    values[name] = in_line(value, field)
            self._items[item.id] = replace(item, values=values)
