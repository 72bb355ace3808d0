"""What discovery finds: sites, users, groups, drives and lists, as plain values whose names are safe to show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from airflow_provider_drivedelta.core.errors import DriveDeltaError

Thing_co = TypeVar("Thing_co", covariant=True)

_LONGEST_NAME = 200
_OPENS_TEMPLATE = re.compile(r"{(?=[{%#])")


class Followable(Protocol):
    """A drive or a list."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    def source(self) -> dict[str, str]:
        """What to follow, in the words of the operators' `sources`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSite:
    """A site. `id` is Graph's, of three parts; empty where only SharePoint itself was asked, by the site's address."""

    id: str
    name: str
    web_url: str
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOwner:
    """A user or group that may have drives. `route` is as `users/{id}`; `licensed` is None where that is not told."""

    route: str
    name: str
    login: str = ""
    licensed: bool | None = None

    @property
    def id(self) -> str:
        return self.route


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDrive:
    """A drive; its name begins with its owner's: `Marketing / Documents`."""

    id: str
    name: str
    web_url: str
    drive_type: str
    system: bool = False

    def source(self) -> dict[str, str]:
        return {"source": f"drives/{self.id}", "name": untemplated(self.name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A list on a site; its name begins with the site's: `Team / Tasks`. `site` is the site's address."""

    id: str
    name: str
    web_url: str
    template: str
    site: str = ""
    hidden: bool = False
    library: bool = False

    def source(self) -> dict[str, str]:
        return {"site": self.site, "list": self.id, "name": untemplated(self.name)}


@dataclass(frozen=True, slots=True)
class Refused:
    """A site, user or group that could not be looked at, and why."""

    name: str
    error: DriveDeltaError


@dataclass(frozen=True, slots=True)
class Discovery(Generic[Thing_co]):
    """What there is, in an order that is the same every day, and what is not in it: left out by reason, or refused."""

    found: Sequence[Thing_co]
    left_out: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[Refused] = ()


def shown(text: object) -> str:
    """A name from the service as one line to look at: nothing in it steers a terminal or breaks a table."""
    if not isinstance(text, str):
        return ""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * _LONGEST_NAME])
    return " ".join(line.split())[:_LONGEST_NAME]


def untemplated(text: str) -> str:
    """A name that no template engine takes for its own; whoever may name a site must not run code in a task."""
    return _OPENS_TEMPLATE.sub("{ ", text)
