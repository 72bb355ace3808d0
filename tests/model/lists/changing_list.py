"""A list to which things happen, each told by a few small numbers, so that histories can be drawn and shrunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from airflow_provider_drivedelta.emulator import Field, Site
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import Backup, NoSuchListItem
from airflow_provider_drivedelta.emulator.lists.values import Lookup, Term, Url, User, Value

NAMES = ("a", "A b", "Ärger ☃ 文", "100%", "50%25", "#1", "it's", "%2F", "a;#b", "🎉")
_PARTS = (Lookup(7, "a; b"), Lookup(12, "ü"))
_PEOPLE = (User(21, "Bob", "bob@contoso.com"), User(22, "Zoë, the; first", "zoe@contoso.com"))
_TERMS = tuple(Term(number, f"Nord {number}", f"d389f1c3-2735-4fdf-9b41-91f3ada8f3f{number}") for number in (1, 2))
VALUES: Mapping[str, Sequence[Value]] = {
    "Text": (None, "x", "12", "1;#2", " <b> & 'ü' ", "2026-01-01"),
    "Number": (None, 0, -3, 0.5, 12345678),
    "Boolean": (None, True, False),
    "DateTime": (None, datetime(2026, 3, 1, 7, 30, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    "DateOnly": (None, date(2026, 7, 1), date(2026, 1, 31), date(2024, 2, 29)),
    "MultiChoice": (None, ("open",), ("open", "a, b", "ü")),
    "Lookup": (None, *_PARTS),
    "LookupMulti": (None, (), _PARTS[:1], _PARTS, _PARTS[::-1]),
    "User": (None, *_PEOPLE),
    "UserMulti": (None, (), _PEOPLE[1:], _PEOPLE),
    "URL": (None, Url("https://x/?a=1,2", "a, b"), Url("https://x/?a=1,2"), Url("https://y", "a, b")),
    "TaxonomyFieldType": (None, *_TERMS),
    "TaxonomyFieldTypeMulti": (None, (), _TERMS[:1], _TERMS),
}

Change = tuple[str, int, int, str]
"""What happens, to which item or field, where to or how, and a name."""

# How often each happens. Fields change seldom: SharePoint's own protocol then reads everything again.
_OFTEN = {"add": 3, "folder": 3, "grow": 2, "edit": 3, "rename": 3, "move": 4, "delete": 3, "restore": 3}
_OFTEN |= {"system": 2, "replace": 1, "attach": 1, "away": 1}

some = st.integers(0, 63)
names = st.sampled_from(NAMES)
change = st.tuples(st.sampled_from([what for what, times in _OFTEN.items() for _ in range(times)]), some, some, names)
changes = st.lists(change, min_size=2, max_size=10)
field_change = st.tuples(st.sampled_from(("add", "remove", "retitle", "retype")), some, some, names)


class NothingThere(LookupError):
    """There is no item or field for the change to happen to."""


def settings(kind: str) -> dict[str, str]:
    return {"kind": "DateTime", "format": "DateOnly"} if kind == "DateOnly" else {"kind": kind, "format": ""}


def kind_of(own: Field) -> str:
    return "DateOnly" if own.date_only else own.kind


class ChangingList:
    """`kinds` are those that fields have, at first one each."""

    def __init__(self, site: Site, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self.list = site.add_list("Projects", [Field(kind, **settings(kind)) for kind in kinds])
        self.other = site.add_list("Archive")
        self.backup: Backup = self.list.backup()

    @property
    def fields(self) -> list[Field]:
        return [own for own in self.list.fields if not own.built_in and own.name != "Title"]

    def plant(self) -> None:
        """Something to begin with: two folders in each other and one beside them, with items in each."""
        top = self.list.add_folder("a").id
        for folder in (None, top, self.list.add_folder("A b", top).id, self.list.add_folder("100%").id):
            self.list.add(
                {"Title": f"in {folder}", **{own.name: VALUES[kind_of(own)][-1] for own in self.fields}}, folder
            )

    def change(self, changes: Iterable[Change]) -> None:
        """Let it all happen, as far as it can."""
        for what, one, other, name in changes:
            with suppress(NoSuchListItem, NothingThere, ValueError):
                _HAPPENS[what](self, one, other, name)

    def change_fields(self, what: str, one: int, other: int, name: str) -> None:
        kind = self.kinds[other % len(self.kinds)]
        if what == "add":
            self.list.add_field(Field(name, **settings(kind)))
        elif what == "remove":
            self.list.remove_field(self.any_field(one).name)
        elif what == "retitle":
            self.list.rename_field(self.any_field(one).name, name)
        else:
            self.list.retype_field(self.any_field(one).name, **settings(kind))

    def any_item(self, number: int, *, folder: bool | None = None) -> int:
        found = [item.id for item in self.list.walk() if folder in (None, item.is_folder)]
        if not found:
            raise NothingThere
        return found[number % len(found)]

    def any_folder(self, number: int) -> int | None:
        """One time in four the list itself."""
        return self.any_item(number // 4, folder=True) if number % 4 else None

    def any_field(self, number: int) -> Field:
        if not self.fields:
            raise NothingThere
        return self.fields[number % len(self.fields)]

    def values(self, number: int, name: str) -> dict[str, Value]:
        """A title and one other value."""
        with suppress(NothingThere):
            own = self.any_field(number)
            choice = VALUES[kind_of(own)]
            return {"Title": name, own.name: choice[number // 7 % len(choice)]}
        return {"Title": name}

    def edit(self, number: int, other: int, name: str) -> None:
        item = self.list.item(self.any_item(number))
        given = self.values(other, name)
        if item.is_folder:  # a folder's title is its name, which a rename changes
            given.pop("Title")
        self.list.edit(item.id, given)

    def grow(self, number: int, name: str) -> None:
        """A small tree at once."""
        top = self.list.add_folder(name, self.any_folder(number)).id
        self.list.add({"Title": "leaf"}, top)
        self.list.add({"Title": "leaf"}, self.list.add_folder("below", top).id)

    def replace(self, number: int, other: int, name: str) -> None:
        """A folder is renamed, another takes its name and one of its members: that one's path is what it was."""
        old = self.list.item(self.any_item(number, folder=True))
        self.list.rename(old.id, f"old {name}")
        new = self.list.add_folder(old.name, old.folder)
        if members := self.list.children(old.id):
            self.list.move(members[other % len(members)].id, new.id)

    def restore(self, number: int) -> None:
        """What was deleted, if its folder is there."""
        dead = [deletion.top for deletion in self.list.recycle_bin]
        if not dead:
            raise NothingThere
        self.list.restore(dead[number % len(dead)])


_HAPPENS: dict[str, Callable[[ChangingList, int, int, str], object]] = {
    "add": lambda c, one, other, name: c.list.add(c.values(other, name), c.any_folder(one)),
    "folder": lambda c, one, other, name: c.list.add_folder(name, c.any_folder(one)),
    "grow": lambda c, one, other, name: c.grow(one, name),
    "edit": lambda c, one, other, name: c.edit(one, other, name),
    "system": lambda c, one, other, name: c.list.system_update(c.any_item(one, folder=False), c.values(other, name)),
    "rename": lambda c, one, other, name: c.list.rename(c.any_item(one, folder=True), name),
    "move": lambda c, one, other, name: c.list.move(c.any_item(one), c.any_folder(other)),
    "replace": lambda c, one, other, name: c.replace(one, other, name),
    "delete": lambda c, one, other, name: c.list.delete(c.any_item(one)),
    "restore": lambda c, one, other, name: c.restore(one),
    "attach": lambda c, one, other, name: c.list.attach(c.any_item(one, folder=False), "f.txt"),
    "away": lambda c, one, other, name: c.list.move_away(c.any_item(one, folder=False), c.other),
}
