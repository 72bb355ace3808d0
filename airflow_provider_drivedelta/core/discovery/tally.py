"""What a discovery has gathered so far, each thing once, and what it left out or was refused."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Generic, Protocol, TypeVar

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.found import Discovery, Refused

log = logging.getLogger(__name__)

MOST_FOUND = 100_000


class Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=Named)


class Tally(Generic[Thing]):
    """With `strict` the first refusal ends it all."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._found: dict[str, Thing] = {}
        self._left_out: Counter[str] = Counter()
        self._refused: list[Refused] = []

    def add(self, thing: Thing, key: str = "") -> None:
        """A thing met twice, such as a group's library that is a site's as well, counts once.

        :raises FixSetup: that is more than anybody can follow at once.
        """
        self._found.setdefault(key or thing.id, thing)
        if len(self._found) > MOST_FOUND:
            then = "Discover part by part, with include and exclude, each in a task of its own."
            raise FixSetup(f"There are more than {MOST_FOUND} to follow", then=then)

    def leave_out(self, why: str, count: int = 1) -> None:
        if count:
            self._left_out[why] += count

    def refuse(self, name: str, error: DriveDeltaError) -> None:
        """:raises DriveDeltaError: that error, where the discovery is strict."""
        if self._strict:
            raise error
        self._refused.append(Refused(name, error))

    def take_over(self, other: Discovery[object]) -> None:
        """What was left out and refused on the way here."""
        self._left_out.update(other.left_out)
        self._refused += other.refused

    def result(self) -> Discovery[Thing]:
        """Sorted by name, whatever order the service told it in."""
        found = sorted(self._found.values(), key=lambda thing: (thing.name.casefold(), thing.id))
        return Discovery(found, dict(sorted(self._left_out.items())), tuple(self._refused))
