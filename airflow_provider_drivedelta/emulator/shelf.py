"""What a drive holds: its tree and its change log, how to look at them, and the bookkeeping of operations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from airflow_provider_drivedelta.emulator import identity
from airflow_provider_drivedelta.emulator.changelog import ChangeLog
from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.content import Content
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.items import ADA, Act, FileTimes, Item, Person, Tags
from airflow_provider_drivedelta.emulator.tree import Tree


class NameTaken(ValueError):
    """Names are unique in a folder, without regard to case."""


class NoSuchItem(LookupError):
    """No such item, or it is deleted."""


class Shelf:
    """The readable half of a drive.

    ``seed`` decides the ids: the same seed gives the same ids in every process. ``keep`` bounds the change log. With
    ``withhold_descendant_tombstones`` the delete or restore of a folder is reported for the folder alone, as the
    service may do.
    """

    def __init__(
        self,
        name: str = "Documents",
        *,
        flavour: Flavour = Flavour.BUSINESS,
        clock: Clock | None = None,
        seed: str = "",
        keep: int = 200_000,
        case_sensitive: bool = False,
        withhold_descendant_tombstones: bool = False,
    ) -> None:
        self.name, self.flavour, self.clock = name, flavour, clock or Clock()
        self.id = identity.drive_id(flavour, seed or name)
        self.root_id = identity.root_id(flavour, self.id)
        self.site_id = identity.guid("site", self.id)
        self.withhold_descendant_tombstones = withhold_descendant_tombstones
        self.lock = threading.RLock()
        self.log = ChangeLog(keep)
        self._tree = Tree(self.root_id, case_sensitive=case_sensitive)
        self._touched: dict[str, bool] = {}
        self._depth = self._opened_at = self._made = 0
        born = self._act(ADA)
        self._record(_blank(self.root_id, None, "root", None, born, FileTimes(born.at, born.at)))

    @property
    def head(self) -> int:
        return self.log.head

    @property
    def root(self) -> Item:
        return self.item(self.root_id)

    def item(self, item_id: str) -> Item:
        item = self.log.latest(self.canonical(item_id))
        if item is None or item.deleted:
            raise NoSuchItem(item_id)
        return item

    def canonical(self, item_id: str) -> str:
        """Personal ids are compared without regard to case."""
        if self.flavour is Flavour.BUSINESS or "!" not in item_id:
            return item_id
        drive, _, number = item_id.partition("!")
        return f"{drive.upper()}!{number.lower()}"

    def children(self, folder_id: str) -> list[Item]:
        with self.lock:
            return [self.item(child) for child in self._tree.children(self.item(folder_id).id)]

    def walk(self) -> list[Item]:
        """Everything alive below the root, parents before children."""
        with self.lock:
            return [self.item(item_id) for item_id in self._tree.below(self.root_id)]

    def find(self, path: str) -> Item:
        """The item at a path such as ``/Reports/q3.csv``; ``/`` is the root."""
        with self.lock:
            found: str | None = self.root_id
            for name in filter(None, path.split("/")):
                found = self._tree.named(found, name) if found else None
            if found is None:
                raise NoSuchItem(path)
            return self.item(found)

    def path(self, item_id: str) -> str:
        with self.lock:
            names = [self.item(item_id).name, *(self.item(folder).name for folder in self._tree.ancestors(item_id))]
        return "/" + "/".join(reversed(names[:-1]))

    # -- bookkeeping --

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Several operations in one; folders get their new sizes and counts once, at the end."""
        with self.lock:
            if not self._depth:
                self._opened_at = self.head
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._settle()

    def _act(self, by: Person) -> Act:
        return Act(self.clock.now(), by)

    def _record(self, version: Item, *, own: bool = True) -> Item:
        sequence = self.head + 1
        own_sequence = sequence if own else version.own_sequence
        logged = replace(
            version,
            sequence=sequence,
            born=version.born or sequence,
            own_sequence=own_sequence,
            logged_at=self.clock.now(),
        )
        self.log.append(logged)
        return logged

    def _add(
        self,
        name: str,
        parent: str | None,
        content: Content | None,
        by: Person,
        times: FileTimes | None,
        seed: str,
        tags: Tags,
        unchecked: bool,
    ) -> Item:
        with self.batch():
            folder, act = self._folder(parent), self._act(by)
            self._claim(folder.id, name, "", unchecked)
            times = times or FileTimes(act.at, act.at)
            # What is mirrored from elsewhere was last changed there, not by being seen.
            act = Act(times.modified, by) if seed else act
            item = replace(_blank(self._next_id(seed), folder.id, name, content, act, times), tags=tags)
            self._attach(item)
            return self._record(item)

    def _next_id(self, seed: str) -> str:
        """A new id; a seed that was used before counts on, so that nothing deleted comes back under its old id."""
        attempt = 0
        while True:
            self._made += not seed
            spelling = f"{seed}#{attempt}" if seed else f"made {self._made}"
            fresh = identity.item_id(self.flavour, self.id, spelling)
            if self.log.latest(fresh) is None:
                return fresh
            attempt += 1

    def _folder(self, parent: str | None) -> Item:
        folder = self.item(parent or self.root_id)
        if not folder.is_folder:
            raise ValueError("a file has nothing below it")
        return folder

    def _tombstone(self, item_id: str) -> Item:
        item = self.log.latest(self.canonical(item_id))
        if item is None or not item.deleted:
            raise NoSuchItem(item_id)
        return item

    def _claim(self, parent: str, name: str, own_id: str, unchecked: bool) -> None:
        if not name or "/" in name:
            raise ValueError(f"not a name: {name!r}")
        if not unchecked and self._tree.named(parent, name) not in (None, own_id):
            raise NameTaken(name)

    def _refuse_loop(self, item: Item, folder: Item) -> None:
        if item.parent_id is None or item.id in (folder.id, *self._tree.ancestors(folder.id)):
            raise ValueError("a folder cannot move below itself, nor the root anywhere")

    def _attach(self, item: Item) -> None:
        self._tree.attach(item.id, item.parent_id or self.root_id, item.name, folder=item.is_folder)
        size = self._weight(item)
        self._tree.grow(item.id, size)
        self._touch_above(item.id, sizes=bool(size), members=True)

    def _detach(self, item: Item) -> None:
        size = self._weight(item)
        self._tree.grow(item.id, -size)
        self._touch_above(item.id, sizes=bool(size), members=True)
        self._tree.detach(item.id, item.name)

    def _weight(self, item: Item) -> int:
        return self._tree.sizes[item.id] if item.is_folder else item.size

    def _touch_above(self, item_id: str, *, sizes: bool, members: bool = False) -> None:
        """A folder is new with its members; those further up only where their size is."""
        for folder in self._tree.ancestors(item_id):
            self._touched[folder] = self._touched.get(folder, False) or members
            members = False
            if not sizes:
                return

    def _settle(self) -> None:
        touched, self._touched = self._touched, {}
        for folder, members_changed in touched.items():
            before = self.log.latest(folder)
            if before is not None and not before.deleted:
                self._record(self._summed(before, members_changed), own=False)

    def _summed(self, folder: Item, members_changed: bool) -> Item:
        """The folder with its aggregates; its eTag stays, since nothing of its own changed."""
        bumped = self.flavour is Flavour.PERSONAL
        return replace(
            folder,
            size=self._tree.sizes[folder.id],
            child_count=self._tree.count(folder.id),
            modified=self._act(folder.modified.by) if members_changed else folder.modified,
            tags=Tags(folder.tags.item, folder.tags.content + bumped),
            withheld=folder.withheld and folder.sequence > self._opened_at,
        )


def _blank(item_id: str, parent: str | None, name: str, content: Content | None, act: Act, times: FileTimes) -> Item:
    size = content.size if content else 0
    return Item(
        id=item_id,
        parent_id=parent,
        name=name,
        content=content,
        created=Act(min(act.at, times.created), act.by),
        modified=act,
        times=times,
        size=size,
        logged_at=act.at,
    )
