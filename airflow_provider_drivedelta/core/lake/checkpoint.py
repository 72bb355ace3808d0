"""How far a long read has come: one small file that names what was staged and what to ask for next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from airflow_provider_drivedelta.core.changes import JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed

CHECKPOINT_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """When a long read is kept: once so many pages came, or so many seconds passed, since it last was."""

    every_pages: int = 100
    every_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the staged rows, as a file. It never changes; size in bytes."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who goes on with a read: one attempt of one run, believed to be alive before `until`.

    `run` is empty where the run has no name that comes again. `tries` counts those in a row that
    were cut short without coming further. `free`: the attempt ended in good order, anybody may go on.
    """

    attempt: str
    run: str
    until: datetime
    tries: int = 0
    free: bool = False

    def to_json(self) -> bytes:
        return json.dumps({**asdict(self), "until": self.until.isoformat()}).encode()

    def gives_way_to(self, run: str, now: datetime) -> bool:
        """Whether this run may go on instead: it is the same one tried again, or nothing is to be waited for."""
        return self.free or now >= self.until or bool(run and run == self.run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A read that can be gone on with. Internal like a commit: it holds a link, and is never logged.

    `position` is where the chain of pages stands, in the words of `core.position`; `stage` is what
    the stage has besides its rows; `parts` are the rows in order, the last of them perhaps few.
    """

    owner: Owner
    sequence: int
    at: datetime
    pages: int
    position: JsonObject
    stage: JsonObject
    parts: tuple[Part, ...]

    @property
    def id(self) -> str:
        return f"{self.sequence:08d}-{self.owner.attempt}"

    def to_json(self) -> bytes:
        told = {
            "format": CHECKPOINT_FORMAT,
            **{name: getattr(self, name) for name in ("sequence", "pages", "position", "stage")},
            "at": self.at.isoformat(),
            "owner": json.loads(self.owner.to_json()),
            "parts": [asdict(part) for part in self.parts],
        }
        return json.dumps(told).encode()


def parse_checkpoint(content: bytes) -> Checkpoint:
    """:raises BrokenFeed: it is damaged, or in a format this version does not know."""
    try:
        told: dict[str, Any] = json.loads(content)
        if told.pop("format") != CHECKPOINT_FORMAT or not all(isinstance(told[n], dict) for n in ("position", "stage")):
            raise ValueError("format")
        told |= {"at": _moment(told["at"]), "owner": _owner(told["owner"])}
        return replace(Checkpoint(**told), parts=tuple(Part(**part) for part in told["parts"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BrokenFeed("A checkpoint is damaged, or of another version") from None


def parse_owner(content: bytes) -> Owner:
    """:raises BrokenFeed: it is damaged."""
    try:
        return _owner(json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BrokenFeed("A claim on a checkpoint is damaged") from None


def _owner(told: Mapping[str, Any]) -> Owner:
    owner = Owner(**{**told, "until": _moment(told["until"])})
    if type(owner.tries) is not int or type(owner.free) is not bool:
        raise ValueError("tries")
    return owner


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
