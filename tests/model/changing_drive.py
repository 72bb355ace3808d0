"""A drive to which things happen, each told by a few small numbers, so that histories can be drawn and shrunk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

from hypothesis import strategies as st

from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.drive import NameTaken, NoSuchItem
from tests.model.shadow import Known, Tree, look

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

some = st.integers(0, 7)
change = st.tuples(
    st.sampled_from(
        (
            *("folder", "folder", "file", "file", "edit", "rename", "rename", "move", "move", "move", "delete"),
            *("restore", "restore", "recreate", "share", "facets"),
        )
    ),
    some,
    some,
    st.sampled_from(NAMES),
)
changes = st.lists(change, min_size=2, max_size=10)


class NothingThere(LookupError):
    """There is no item for the change to happen to."""


class ChangingDrive:
    """`keeps_to_itself` says that the service withheld something that only a full read can bring to light.

    `told` and `told_dead` are what a follower was told so far: a service that withholds the tombstones of
    what a deleted folder holds does so only where a follower can know by itself.
    """

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.keeps_to_itself = False
        self.told: Tree = {}
        self.told_dead: Collection[str] = ()

    def plant(self) -> None:
        """Something to begin with: folders in folders, with files in each."""
        above = None
        for name in NAMES[:4]:
            self.drive.create_file(f"in {name}", name.encode(), above)
            above = self.drive.create_folder(name, above).id
            self.drive.create_file(name, b"", above)

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
        return self.any_item(number, folder=True) if number else None

    def remove(self, number: int, how: Callable[[str], object]) -> None:
        item_id = self.any_item(number)
        loses = self.drive.withhold_descendant_tombstones and self._holds_what_came_unseen(item_id)
        how(item_id)
        self.keeps_to_itself |= loses

    def restore(self, number: int) -> None:
        dead = sorted({item.id for item in self.drive.log.changes(0, self.drive.head) if item.deleted})
        tops = [item_id for item_id in dead if self._parent_is_alive(item_id)]
        if not tops:
            raise NothingThere
        item_id = tops[number % len(tops)]
        missed = item_id in self.told and self.told[item_id].missing
        self.drive.restore(item_id)
        self.keeps_to_itself |= self.drive.withhold_descendant_tombstones and not (missed or item_id in self.told_dead)

    def _parent_is_alive(self, item_id: str) -> bool:
        with suppress(NoSuchItem):
            return bool(self.drive.item(self.drive.log.latest(item_id).parent_id))
        return False

    def _holds_what_came_unseen(self, folder: str) -> bool:
        """Whether something known came below the folder since the last run: its end would be withheld."""
        now = look(self.drive)
        return any(
            _above(item, now) != _above(self.told[item.id], self.told)
            for item in now.values()
            if folder in _above(item, now) and item.id in self.told
        )


_HAPPENS: dict[str, Callable[[ChangingDrive, int, int, str], object]] = {
    "folder": lambda d, one, other, name: d.drive.create_folder(name, d.any_folder(one)),
    "file": lambda d, one, other, name: d.drive.create_file(name, b"x" * other, d.any_folder(one)),
    "edit": lambda d, one, other, name: d.drive.edit(d.any_item(one, folder=False), b"y" * other),
    "rename": lambda d, one, other, name: d.drive.rename(d.any_item(one), name),
    "move": lambda d, one, other, name: d.drive.move(d.any_item(one), d.any_folder(other)),
    "delete": lambda d, one, other, name: d.remove(one, d.drive.delete),
    "restore": lambda d, one, other, name: d.restore(one),
    "recreate": lambda d, one, other, name: d.remove(one, d.drive.recreate),
    "share": lambda d, one, other, name: d.drive.share(d.any_item(one)),
    "facets": lambda d, one, other, name: d.drive.set_facets(d.any_item(one), FACETS[other % len(FACETS)]),
}


def _above(item: Known, tree: Tree) -> list[str]:
    """Ids from the item's parent up."""
    above: list[str] = []
    while item.parent in tree:
        item = tree[item.parent]
        above.append(item.id)
    return above
