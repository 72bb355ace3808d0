"""A SharePoint list in memory: the operations that change it, each written to its change log."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.emulator.items import ADA, Act, Person
from airflow_provider_drivedelta.emulator.lists.events import Change
from airflow_provider_drivedelta.emulator.lists.field_shelf import NoSuchField
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.item_shelf import Deletion, ItemShelf, NoSuchListItem
from airflow_provider_drivedelta.emulator.lists.items import FIRST_VERSION, Attachment, ListItem
from airflow_provider_drivedelta.emulator.lists.quirks import Quirks
from airflow_provider_drivedelta.emulator.lists.values import Value
from airflow_provider_drivedelta.emulator.refusal import Refusal

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator.lists.site import Site

__all__ = ["Backup", "Given", "NoSuchField", "NoSuchListItem", "SharePointList"]

Given = Mapping[str, Value | Person | tuple[Person, ...]]
"""Values by internal name or by title of the field; people as they are known everywhere."""


@dataclass(frozen=True, slots=True)
class Backup:
    """The items of a list as they were at one moment."""

    items: tuple[ListItem, ...]


class SharePointList(ItemShelf):
    """Operations take ids and return the new form of the item; values go by internal name or by title of the field.

    ``threshold`` is how many items the service looks through for a query that no index answers; ``versioning`` lets
    the version that people see grow with every edit. ``template`` is Graph's word for what the list was made from;
    ``system`` lists are the service's own.
    """

    def __init__(self, site: "Site", title: str, path: str, fields: Iterable[Field], seed: str) -> None:
        super().__init__(site, title, path, fields, seed)
        self.quirks, self.refusal = Quirks(), Refusal()
        self.threshold, self.versioning = 5000, False
        self.template, self.hidden, self.system = "genericList", False, False
        self.epoch = 0
        """How often the tokens were expired."""

    def add(self, values: Given, folder: int | None = None, *, by: Person = ADA) -> ListItem:
        with self.lock:
            return self._put(self._made(values, folder, by, name=""), Change.ADD)

    def add_folder(self, name: str, folder: int | None = None, *, by: Person = ADA) -> ListItem:
        with self.lock:
            return self._put(self._made({"Title": name}, folder, by, name=name), Change.ADD)

    def edit(self, item_id: int, values: Given, *, by: Person = ADA) -> ListItem:
        with self.lock:
            before = self.item(item_id)
            after = replace(self._edited(before, by), values={**before.values, **self._checked(values)})
            return self._put(after, Change.UPDATE)

    def system_update(self, item_id: int, values: Given) -> ListItem:
        """Changes values without a new version and without saying who did it and when."""
        with self.lock:
            before = self.item(item_id)
            after = replace(before, values={**before.values, **self._checked(values)})
            return self._put(after, Change.SYSTEM_UPDATE)

    def set_properties(self, item_id: int, properties: Mapping[str, str]) -> ListItem:
        """Changes the property bag, as a system update."""
        with self.lock:
            before = self.item(item_id)
            after = replace(before, properties={**before.properties, **properties})
            return self._put(after, Change.SYSTEM_UPDATE)

    def attach(self, item_id: int, name: str, *, by: Person = ADA) -> ListItem:
        """A second file of a name takes the place of the first, as its next version."""
        with self.lock:
            before = self.item(item_id)
            old = {attachment.name: attachment for attachment in before.attachments}
            version = old[name].version + 1 if name in old else 1
            old[name] = Attachment(name, str(uuid.uuid5(uuid.UUID(before.unique_id), name)), version)
            return self._put(replace(self._edited(before, by), attachments=tuple(old.values())), Change.UPDATE)

    def detach(self, item_id: int, name: str, *, by: Person = ADA) -> ListItem:
        with self.lock:
            before = self.item(item_id)
            left = tuple(attachment for attachment in before.attachments if attachment.name != name)
            if left == before.attachments:
                raise ValueError(f"item {item_id} has no attachment {name!r}")
            return self._put(replace(self._edited(before, by), attachments=left), Change.UPDATE)

    def rename(self, folder_id: int, name: str, *, by: Person = ADA) -> ListItem:
        """Of a folder: the paths of all that is below change, and the change log says nothing of it."""
        with self.lock:
            before = self.item(folder_id)
            if not before.is_folder:
                raise ValueError("only a folder is renamed; of an item, edit the Title")
            self._claim(before.folder, name, before.id)
            after = replace(self._edited(before, by), name=name, values={**before.values, "Title": name})
            return self._put(after, Change.RENAME)

    def move(self, item_id: int, folder: int | None, *, by: Person = ADA) -> ListItem:
        """Into another folder of this list, which the change log calls a rename."""
        with self.lock:
            before = self.item(item_id)
            self._check_folder(folder)
            if folder in (before.id, *(item.id for item in self.below(before))):
                raise ValueError("a folder cannot be moved into itself")
            self._claim(folder, before.name, before.id)
            return self._put(replace(self._edited(before, by), folder=folder), Change.RENAME)

    def delete(self, item_id: int) -> ListItem:
        """Into the recycle bin, with all that is below; the change log names the item alone."""
        with self.lock:
            top = self.item(item_id)
            self._bin[top.id] = Deletion(top.id, self._taken_out(top))
            self.last_deleted = self.site.clock.now()
            self._record(Change.DELETE, top)
            return top

    def restore(self, item_id: int) -> ListItem:
        """Out of the recycle bin, with all that was deleted with it."""
        with self.lock:
            if item_id not in self._bin:
                raise NoSuchListItem(f"the recycle bin has no item {item_id}")
            top = next(item for item in self._bin[item_id].items if item.id == item_id)
            self._check_folder(top.folder)
            self._claim(top.folder, top.name, top.id)
            for item in self._bin.pop(item_id).items:
                self._items[item.id] = item
            self._fit_fields()
            self._record(Change.RESTORE, top)
            return self.item(item_id)

    def move_away(self, item_id: int, to: "SharePointList", *, by: Person = ADA) -> ListItem:
        """An item into another list, where it is a new one; gives back that one. Fields it has not are dropped."""
        with self.lock, to.lock:
            item = self.item(item_id)
            if item.is_folder:
                raise ValueError("the emulator moves items to another list, not folders")
            fitting = {name: value for name, value in item.values.items() if to.takes(name, value)}
            arrived = to.add(fitting, by=by)
            self._taken_out(item)
            self._record(Change.MOVE_AWAY, item, after_list=to.id, after_item=arrived.id)
            return arrived

    def backup(self) -> Backup:
        return Backup(tuple(self.walk()))

    def restore_backup(self, backup: Backup) -> None:
        """Puts the whole list back to what it was then; the change log says that, and no more."""
        with self.lock:
            self._items = {item.id: item for item in backup.items}
            self._fit_fields()
            self._bin.clear()
            self._record(Change.LIST_RESTORED)

    def expire_tokens(self, refusal: Refusal | None = None) -> None:
        """Change tokens and delta tokens issued so far are refused; the refusal is how Graph words it."""
        with self.lock:
            self._record(Change.EXPIRY)
            self.floor = self.log.head
            self.epoch += 1
            self.refusal = refusal or Refusal()

    def takes(self, name: str, value: Value) -> bool:
        try:
            return self.field(name).accepts(value)
        except NoSuchField:
            return False

    def _made(self, values: Given, folder: int | None, by: Person, *, name: str) -> ListItem:
        self._check_folder(folder)
        checked = self._checked(values)
        if name:
            self._claim(folder, name, 0)
        self._last_id += 1
        act = Act(self.site.clock.now(), by)
        unique = uuid.uuid5(uuid.UUID(self.id), f"item {self._last_id}")
        return ListItem(
            id=self._last_id,
            unique_id=str(unique),
            guid=str(uuid.uuid5(unique, "GUID")),
            name=name or f"{self._last_id}_.000",
            is_folder=bool(name),
            folder=folder,
            values=checked,
            created=act,
            modified=act,
        )

    def _edited(self, item: ListItem, by: Person) -> ListItem:
        act, seen = Act(self.site.clock.now(), by), FIRST_VERSION if self.versioning else 0
        return replace(item, modified=act, version=item.version + 1, ui_version=item.ui_version + seen)

    def _taken_out(self, top: ListItem) -> tuple[ListItem, ...]:
        gone = (top, *self.below(top))
        for item in gone:
            del self._items[item.id]
        return gone

    def _check_folder(self, folder: int | None) -> None:
        if folder is not None and not self.item(folder).is_folder:
            raise ValueError(f"item {folder} is no folder")

    def _claim(self, folder: int | None, name: str, item_id: int) -> None:
        if not name or "/" in name:
            raise ValueError(f"a folder cannot be named {name!r}")
        if any(child.name.casefold() == name.casefold() and child.id != item_id for child in self.children(folder)):
            raise ValueError(f"there is {name!r} in that folder already")

    def _fit_fields(self) -> None:
        """What comes back may be older than the fields: their types may be others now, or they may be gone."""
        self._rewrite({**self._fields, **dict.fromkeys(self._lost_fields())})

    def _lost_fields(self) -> set[str]:
        """Fields that items have and the list no longer does."""
        return {name for item in self._items.values() for name in item.values if name not in self._fields}
