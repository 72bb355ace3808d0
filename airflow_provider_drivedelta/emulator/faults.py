"""The fault plan: which requests go wrong, and how.

A rule is JSON of four parts, all but ``match`` optional::

    {"match": {"method": "GET", "path": "/delta", "nth": 2, "times": 1},
     "reply": {"status": 429, "headers": {"Retry-After": "2"}},
     "page": {"links": "drop"},
     "transfer": {"bytes_per_second": 1000}}

``reply`` answers instead of the service, ``page`` alters the JSON of an answer, ``transfer`` the way it is sent.
"""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from airflow_provider_drivedelta.emulator.strict import read_strictly

_LINKS = ("", "drop", "loop")
_ITEMS = ("", "repeat", "reverse", "repeat_previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``path`` is a regular expression, searched for in the path and its query; ``times`` 0 means for ever."""

    method: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1

    def __post_init__(self) -> None:
        if self.nth < 1 or self.times < 0:
            raise ValueError("match: nth counts from 1, times from 0 (for ever)")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"match.path: {error}") from None

    def fits(self, method: str, target: str) -> bool:
        return (not self.method or self.method.upper() == method) and re.search(self.path, target) is not None

    def covers(self, count: int) -> bool:
        """Whether the rule applies to the count-th request that fits."""
        return count >= self.nth and (not self.times or count < self.nth + self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``body`` is text sent as it is, or JSON; without one, what the service sends with that status.

    ``redirect`` is an origin such as ``http://localhost:8099``: the same path and query there, with 302 or the 3xx
    status given.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    redirect: str = ""

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError("reply.status: 200 to 599")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEdit:
    """``links``: ``drop`` both, ``loop`` to the page itself, or the origin of another host to lead to.

    ``items``: ``repeat`` each within the page, ``repeat_previous`` (the items of the page before as well), ``reverse``.
    """

    links: str = ""
    items: str = ""

    def __post_init__(self) -> None:
        if self.links not in _LINKS and not self.links.startswith(("http://", "https://")):
            raise ValueError("page.links: drop, loop, or an origin that begins with http")
        if self.items not in _ITEMS:
            raise ValueError("page.items: " + ", ".join(filter(None, _ITEMS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """How an answer is sent.

    ``delay`` seconds before it starts; ``bytes_per_second`` of a slow body; ``cut_after`` so many bytes of the body the
    connection closes, the promised Content-Length (or, ``chunked``, the last chunk) notwithstanding; ``drop`` closes it
    before any answer; ``empty`` sends no body; ``broken_json`` half of it, as if that were all.
    """

    delay: float = 0.0
    bytes_per_second: int = 0
    cut_after: int | None = None
    chunked: bool = False
    drop: bool = False
    empty: bool = False
    broken_json: bool = False

    def __post_init__(self) -> None:
        if self.delay < 0 or self.bytes_per_second < 0 or (self.cut_after or 0) < 0:
            raise ValueError("transfer: numbers are not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    match: Match = Match()
    reply: Reply | None = None
    page: PageEdit = PageEdit()
    transfer: Transfer = Transfer()


@dataclass(slots=True)
class ActiveFault:
    """A fault at work: what has to be remembered from one request to the next."""

    fault: Fault
    count: int = 0
    previous_items: list[object] = field(default_factory=list)


class FaultPlan:
    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._active = [ActiveFault(fault) for fault in faults]

    def add(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            self._active += [ActiveFault(fault) for fault in faults]

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def take(self, method: str, target: str) -> ActiveFault | None:
        """Counts the request with every rule that it fits; the first one due applies."""
        due = None
        with self._lock:
            for active in self._active:
                if active.fault.match.fits(method, target):
                    active.count += 1
                    if due is None and active.fault.match.covers(active.count):
                        due = active
        return due


def read_faults(given: object) -> list[Fault]:
    """A list of rules, one rule, or ``{"faults": [...]}``."""
    if isinstance(given, Mapping):
        given = given["faults"] if set(given) == {"faults"} else [given]
    if not isinstance(given, list):
        raise ValueError("faults: expected a list of rules")
    return [read_strictly(Fault, rule, f"faults[{index}]") for index, rule in enumerate(given)]


def load_faults(file: Path) -> list[Fault]:
    try:
        return read_faults(json.loads(file.read_text("utf-8")))
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None
