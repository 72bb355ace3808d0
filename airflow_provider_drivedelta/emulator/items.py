"""An item of a drive, in one of the forms it has had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from airflow_provider_drivedelta.emulator.content import Content

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str


ADA = Person("Ada Lovelace", "ada@contoso.com")


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and when."""

    at: datetime
    by: Person


@dataclass(frozen=True, slots=True)
class FileTimes:
    """What the owner's file system says, as opposed to what the service saw."""

    created: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class Tags:
    """Version numbers behind eTag (anything changed) and cTag (the content changed)."""

    item: int = 1
    content: int = 1

    def changed(self, *, content: bool = False) -> "Tags":
        return Tags(self.item + 1, self.content + content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version; the sequence numbers are those of the drive's change log."""

    id: str
    parent_id: str | None
    name: str
    content: Content | None
    created: Act
    modified: Act
    times: FileTimes
    tags: Tags = Tags()
    size: int = 0
    child_count: int = 0
    facets: Mapping[str, Json] = field(default_factory=dict)
    deleted_by: int | None = None
    """Sequence of the deletion that took it: what went together comes back together."""
    withheld: bool = False
    """True: delta says nothing about this version."""
    sequence: int = 0
    born: int = 0
    """Sequence of its first version."""
    own_sequence: int = 0
    """When the item itself last changed; ``sequence`` also moves when only a folder's aggregates do."""
    shared_sequence: int = 0
    logged_at: datetime

    @property
    def is_folder(self) -> bool:
        return self.content is None

    @property
    def deleted(self) -> bool:
        return self.deleted_by is not None


def changed(item: Item, act: Act, *, content: bool = False) -> Item:
    """The item with new tags, changed by somebody just now."""
    return replace(item, modified=act, tags=item.tags.changed(content=content), withheld=False)
