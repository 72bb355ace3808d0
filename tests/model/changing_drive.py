"""A drive to which things happen, each told by a few small numbers, so that histories can be drawn and shrunk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

from hypothesis import strategies as st

from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.drive import NameTaken, NoSuchItem
from tests.model.shadow import Tree, above, look

NAMES = (
    *("a.txt", "b.png", "Ärger ☃ 文.docx", "100%.csv", "50%25.csv", "#1"),
    *('it\'s "q"', " blank", "x ", "%2F", "..", "🎉"),
)
FACETS: tuple[Mapping[str, object], ...] = (
    {"description": "said"},
    {"description": None},
    {"photo": {"iso": 100}},
    {"malware": {}},
    {"bogus": {"unknown": [1, None, "ü"]}},
    {"bogus": None},
)

Change = tuple[str, int, int, str]
"""What happens, to which item, where to or how, and a name."""

# How often each happens. More is made than deleted, so that a history does not end with an empty drive.
_OFTEN = {"folder": 2, "file": 2, "grow": 2, "edit": 2, "rename": 3, "move": 4, "replace": 1, "cross": 2}
_OFTEN |= {"delete": 2, "restore": 2, "recreate": 1, "share": 1, "facets": 2}

some = st.integers(0, 63)
change = st.tuples(
    st.sampled_from([what for what, times in _OFTEN.items() for _ in range(times)]), some, some, st.sampled_from(NAMES)
)
changes = st.lists(change, min_size=2, max_size=10)


class NothingThere(LookupError):
    """There is no item for the change to happen to."""


class ChangingDrive:
    """`keeps_to_itself` says that the service withheld something that only a full read can bring to light.

    `told` and `told_dead` are what a follower was told so far: a service that withholds the tombstones of
    what a deleted folder holds does so only where a follower can know by itself. `scope` is the folder
    that is followed, None for all.
    """

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.keeps_to_itself = False
        self.told: Tree = {}
        self.told_dead: Collection[str] = ()
        self.scope: str | None = None

    def plant(self) -> None:
        """Something to begin with: two chains of folders in folders, with files in each."""
        for names in (NAMES[:4], NAMES[4:8]):
            parent = None
            for name in names:
                self.drive.create_file(f"in {name}", name.encode(), parent)
                parent = self.drive.create_folder(name, parent).id
                self.drive.create_file(name, b"", parent)

    def change(self, changes: Iterable[Change]) -> None:
        """Let it all happen, as far as it can."""
        for what, one, other, name in changes:
            with suppress(NameTaken, NoSuchItem, NothingThere, ValueError):
                _HAPPENS[what](self, one, other, name)

    def any_item(self, number: int, *, folder: bool | None = None) -> str:
        found = [item.id for item in self.drive.walk() if folder in (None, item.is_folder)]
        if not found:
            raise NothingThere
        return found[number % len(found)]

    def any_folder(self, number: int) -> str | None:
        """One time in eight the root."""
        return self.any_item(number, folder=True) if number % 8 else None

    def grow(self, number: int, name: str) -> None:
        """A small tree at once."""
        top = self.drive.create_folder(name, self.any_folder(number)).id
        self.drive.create_file("leaf", b"leaf", top)
        self.drive.create_file("leaf", b"", self.drive.create_folder("below", top).id)

    def replace(self, number: int, other: int, name: str) -> None:
        """A folder is renamed, another takes its name and one of its members: that one's path is what it was."""
        old = self.drive.item(self.any_item(number, folder=True))
        self.drive.rename(old.id, f"old {name}")
        new = self.drive.create_folder(old.name, old.parent_id)
        if members := self.drive.children(old.id):
            self.drive.move(members[other % len(members)].id, new.id)

    def cross(self, number: int) -> None:
        """Something moves into the followed folder, or out of it."""
        if self.scope is None:
            raise NothingThere
        item_id = self.any_item(number)
        self.drive.move(item_id, None if self.scope in above(item_id, look(self.drive)) else self.scope)

    def any_light(self, number: int, *, folder: bool = False) -> str:
        """An item with at most a third of the drive in it, so that a delete leaves something to go on with."""
        now = look(self.drive)
        found = [item_id for item_id in now if sum(item_id in above(other, now) for other in now) * 3 <= len(now)]
        found = [item_id for item_id in found if now[item_id].is_folder or not folder]
        if not found:
            raise NothingThere
        return found[number % len(found)]

    def remove(self, item_id: str, how: Callable[[str], object]) -> None:
        """Delete it, and see what a follower cannot know of that."""
        loses = self.drive.withhold_descendant_tombstones and self._holds_what_came_unseen(item_id)
        how(item_id)
        self.keeps_to_itself |= loses

    def rename_above(self, item_id: str) -> None:
        """The folder that holds the item, or held it, gets another name; not the root."""
        parent = self.drive.log.latest(item_id).parent_id
        if parent != self.drive.root_id:
            self.drive.rename(parent, f"new {self.drive.item(parent).name}")

    def any_dead(self, number: int) -> str:
        """Something that can come back: the folder it was in is there."""
        dead = sorted({item.id for item in self.drive.log.changes(0, self.drive.head) if item.deleted})
        tops = [item_id for item_id in dead if self._parent_is_alive(item_id)]
        if not tops:
            raise NothingThere
        return tops[number % len(tops)]

    def restore(self, item_id: str) -> None:
        is_missed = item_id in self.told and self.told[item_id].missing
        self.drive.restore(item_id)
        is_known = is_missed or item_id in self.told_dead
        self.keeps_to_itself |= self.drive.withhold_descendant_tombstones and not is_known

    def _parent_is_alive(self, item_id: str) -> bool:
        with suppress(NoSuchItem):
            return bool(self.drive.item(self.drive.log.latest(item_id).parent_id))
        return False

    def _holds_what_came_unseen(self, folder: str) -> bool:
        """Whether something known came below the folder since the last run: its end would be withheld."""
        now = look(self.drive)
        return any(
            above(item_id, now) != above(item_id, self.told)
            for item_id in now
            if folder in above(item_id, now) and item_id in self.told
        )


_HAPPENS: dict[str, Callable[[ChangingDrive, int, int, str], object]] = {
    "folder": lambda d, one, other, name: d.drive.create_folder(name, d.any_folder(one)),
    "file": lambda d, one, other, name: d.drive.create_file(name, b"x" * other, d.any_folder(one)),
    "grow": lambda d, one, other, name: d.grow(one, name),
    "edit": lambda d, one, other, name: d.drive.edit(d.any_item(one, folder=False), b"y" * other),
    "rename": lambda d, one, other, name: d.drive.rename(d.any_item(one), name),
    "move": lambda d, one, other, name: d.drive.move(d.any_item(one), d.any_folder(other)),
    "replace": lambda d, one, other, name: d.replace(one, other, name),
    "cross": lambda d, one, other, name: d.cross(one),
    "delete": lambda d, one, other, name: d.remove(d.any_light(one), d.drive.delete),
    "restore": lambda d, one, other, name: d.restore(d.any_dead(one)),
    "recreate": lambda d, one, other, name: d.remove(d.any_light(one), d.drive.recreate),
    "share": lambda d, one, other, name: d.drive.share(d.any_item(one)),
    "facets": lambda d, one, other, name: d.drive.set_facets(d.any_item(one), FACETS[other % len(FACETS)]),
}
