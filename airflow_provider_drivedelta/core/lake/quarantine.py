"""Items that cannot be read: one of them does not stop the rest, and none of them is forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.commits import DataFile
from airflow_provider_drivedelta.core.lake.layout import QUARANTINE
from airflow_provider_drivedelta.core.lake.values import BadValue, whole_characters, without_credentials

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lake.attempt import Attempt

FEW = 100
SHARE = 0.01  # of what was read; more than both is no bad item but a bad service, or a bad reader


@dataclass(frozen=True, slots=True)
class Bad:
    """One item as the service sent it, and the property that could not be read."""

    id: str | None
    property: str
    item: Json

    def to_json(self) -> str:
        return json.dumps(self.shown(), sort_keys=True)

    def shown(self) -> JsonObject:
        """What may be kept of it."""
        try:
            body = without_credentials(self.item, "")
        except BadValue:
            body = "too deep to be shown"
        return {"id": self.id, "property": self.property, "item": body}


@dataclass(slots=True)
class Quarantine:
    """What one read could not read, by key where the item has a readable id.

    `waiting` are the keys that earlier runs could not read; they leave when they are read or gone.
    """

    by_key: dict[str, Bad] = field(default_factory=dict)
    nameless: list[Bad] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)

    def put(self, key: str | None, bad: Bad, read: int) -> None:
        """Take in one; `read` is how many items could be read so far.

        :raises BrokenFeed: too much of what came cannot be read.
        """
        if key is None:
            self.nameless.append(bad)
        else:
            self.by_key[key] = bad
        if len(self) > 10 * FEW and len(self) > SHARE * read:
            self.check(read)  # no need to collect a whole drive of them first

    def heal_if_open(self, key: str) -> None:
        """The item of this key was read, or is gone."""
        self.by_key.pop(key, None)
        self.waiting.pop(key, None)

    def check(self, read: int) -> None:
        """:raises BrokenFeed: more than a few items, and more than their share, cannot be read."""
        if len(self) <= max(FEW, SHARE * read):
            return
        one = next(iter([*self.by_key.values(), *self.nameless]))
        raise BrokenFeed(
            f"{len(self)} of {read + len(self)} items cannot be read; one of them for its {one.property!r}",
            where=f"item {str(one.id)[:100]!r}",
            then="Nothing was published and the token was kept. Report it with the item's id.",
        )

    def __len__(self) -> int:
        return len(self.by_key) + len(self.nameless)

    @property
    def open(self) -> dict[str, str]:
        """Key and id of what is to be tried again next time: what was not read yet of before, and what is new."""
        return self.waiting | {key: str(bad.id) for key, bad in self.by_key.items()}

    def remember(self) -> JsonObject:
        """What it holds, for the checkpoint of a read."""
        return {
            "by_key": {key: bad.shown() for key, bad in self.by_key.items()},
            "nameless": [bad.shown() for bad in self.nameless],
            "waiting": dict(self.waiting),
        }

    def to_jsonl(self) -> bytes:
        return "".join(f"{bad.to_json()}\n" for bad in [*self.by_key.values(), *self.nameless]).encode()


def recalled(kept: Any) -> Quarantine:
    """What `remember` gave. Raises KeyError or TypeError where it did not."""
    return Quarantine(
        by_key={key: Bad(**bad) for key, bad in kept["by_key"].items()},
        nameless=[Bad(**bad) for bad in kept["nameless"]],
        waiting=dict(kept["waiting"]),
    )


def as_bad(item: JsonObject | Json, prop: str) -> Bad:
    item_id = item.get("id") if isinstance(item, dict) else None
    # The id as rows have it: it is written down, and asked for.
    return Bad(whole_characters(item_id) if isinstance(item_id, str) and item_id else None, prop, item)


def write_quarantine(attempt: Attempt, quarantine: Quarantine, number: int) -> tuple[DataFile, ...]:
    """A file of what could not be read, for a person to look at; it comes and goes with the commit."""
    if not quarantine:
        return ()
    name = f"{number:08d}-{attempt.id}.jsonl"
    staged, content = f"{attempt.folder}/{name}", quarantine.to_jsonl()
    attempt.workplace.replace(staged, content)
    return (DataFile(staged=staged, final=f"{QUARANTINE}/{name}", rows=len(quarantine), size=len(content)),)
