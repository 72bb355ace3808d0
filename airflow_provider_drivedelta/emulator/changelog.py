"""The change log: every version of every item in order, kept for as long as a token may ask for it."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from airflow_provider_drivedelta.emulator.items import Item


class ChangeLog:
    """Versions in ascending sequence.

    ``keep`` bounds the memory: beyond it the oldest versions that are no item's latest are forgotten, and tokens from
    before ``floor`` can no longer be answered.
    """

    def __init__(self, keep: int) -> None:
        self.floor = 0
        self._keep = keep
        self._entries: list[Item] = []
        self._versions: dict[str, list[Item]] = {}
        self._births: list[Item] = []

    @property
    def head(self) -> int:
        return self._entries[-1].sequence if self._entries else 0

    def append(self, version: Item) -> None:
        self._entries.append(version)
        if version.id not in self._versions:
            self._births.append(version)
        self._versions.setdefault(version.id, []).append(version)
        if len(self._entries) > len(self._versions) + 2 * self._keep:
            self._forget(self._entries[-self._keep].sequence)

    def latest(self, item_id: str) -> Item | None:
        versions = self._versions.get(item_id)
        return versions[-1] if versions else None

    def at(self, item_id: str, sequence: int) -> Item | None:
        """The version that was current at that sequence."""
        versions = self._versions.get(item_id, [])
        index = bisect_right(versions, sequence, key=_sequence)
        return versions[index - 1] if index else None

    def changes(self, after: int, upto: int) -> Iterator[Item]:
        """Each item that changed after one sequence, once, in its form at the other, ordered by that form."""
        for index in range(bisect_right(self._entries, after, key=_sequence), len(self._entries)):
            version = self._entries[index]
            if version.sequence > upto:
                return
            if self.at(version.id, upto) is version:
                yield version

    def everything(self, after: int, upto: int) -> Iterator[Item]:
        """What was alive at a sequence, in the order in which it was made; ``after`` is the birth of an item.

        So a folder comes before what was made in it, but not always before what was moved into it.
        """
        for index in range(bisect_right(self._births, after, key=_birth), len(self._births)):
            if self._births[index].born > upto:
                return
            version = self.at(self._births[index].id, upto)
            if version is not None and not version.deleted:
                yield version

    def sequence_at(self, moment: datetime) -> int:
        index = bisect_right(self._entries, moment, key=lambda version: version.logged_at)
        return self._entries[index - 1].sequence if index else 0

    def _forget(self, floor: int) -> None:
        kept = [version for version in self._entries if version.sequence > floor or self._needed(version, floor)]
        self.floor = floor
        self._entries, self._versions = kept, {}
        for version in kept:
            self._versions.setdefault(version.id, []).append(version)
        self._births = [first for first in self._births if first.id in self._versions]

    def _needed(self, version: Item, floor: int) -> bool:
        return self.at(version.id, floor) is version and not version.deleted


def _sequence(version: Item) -> int:
    return version.sequence


def _birth(version: Item) -> int:
    return version.born
