"""The fault plan: which requests go wrong, and how.

A rule is JSON, all of its parts optional; ``docs/emulator.md`` has a table of them::

    {"name": "busy", "match": {"method": "GET", "path": "/delta", "nth": 2, "times": 1},
     "reply": {"status": 429, "headers": {"Retry-After": "2"}},
     "page": {"links": "drop"},
     "transfer": {"bytes_per_second": 1000}}

``reply`` answers instead of the service and ``resync`` refuses the token; ``page`` alters what a page of a feed says,
``body`` its bytes, ``headers`` and ``skew_seconds`` what stands above them, ``transfer`` the way it is sent.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from airflow_provider_drivedelta.emulator.faults.parts import BodyEdit, Match, PageEdit, Reply, Resync, Transfer
from airflow_provider_drivedelta.emulator.strict import read_strictly

__all__ = [
    "ActiveFault",
    "BodyEdit",
    "Fault",
    "FaultPlan",
    "Match",
    "PageEdit",
    "Reply",
    "Resync",
    "Transfer",
    "load_faults",
    "read_faults",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``headers`` are set on the answer, or for null taken away; ``skew_seconds`` move its ``Date``."""

    name: str = ""
    match: Match = Match()  # noqa: RUF009 - a frozen value
    reply: Reply | None = None
    resync: Resync | None = None
    page: PageEdit = PageEdit()  # noqa: RUF009 - a frozen value
    body: BodyEdit = BodyEdit()  # noqa: RUF009 - a frozen value
    headers: Mapping[str, str | None] = field(default_factory=dict)
    skew_seconds: float = 0.0
    transfer: Transfer = Transfer()  # noqa: RUF009 - a frozen value


@dataclass(slots=True)
class ActiveFault:
    """A fault at work: what has to be remembered from one request to the next."""

    fault: Fault
    count: int = 0
    hits: int = 0
    previous_items: list[object] = field(default_factory=list)
    previous_address: str = ""
    previous_fields: str = ""


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
                        active.hits += 1
        return due

    def told(self) -> list[dict[str, object]]:
        """Each rule with the number of requests that it fitted, and of those that it was applied to."""
        with self._lock:
            return [{"fault": asdict(a.fault), "count": a.count, "hits": a.hits} for a in self._active]


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
