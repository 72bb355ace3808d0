"""Where in a chain of calls for a list's changes one request stands; travels with it as its note."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

Doing = Literal["schema", "all", "changes", "ids", "kinds", "below", "item"]
Goal = Literal["all", "changes", "latest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the answer must know of what was asked, and of what is still to be asked."""

    doing: Doing
    goal: Goal = "changes"
    """What the description of the list is asked for first."""
    fields: tuple[str, ...] = ()
    """Internal names of the fields asked for: the same in every request of the chain."""
    since: str = ""
    """The token that was sent, or will be."""
    token: str = ""
    """The token to resume from, as far as it is known: of a full read the first one told (A14)."""
    more: bool = False
    """Whether a page before this one said that there are more changes."""
    asked: tuple[int, ...] = ()
    """Items that this request asks for by id, and that no page before has told."""
    waiting: tuple[int, ...] = ()
    """Items to be asked for: they changed, and the service does not send them by itself."""
    unsure: tuple[int, ...] = ()
    """Items that were asked for among the changes and did not come."""
    deep: tuple[int, ...] = ()
    """Items that came back or were renamed: of a folder, so did what lies below it."""
    hidden: tuple[int, ...] = ()
    """Those of them that are not in the scope, so that nobody knows yet whether they are folders."""
    folders: tuple[str, ...] = ()
    """Paths of folders whose contents are to be read; the first one is being read."""

    def note(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})


def read_step(note: str) -> Step:
    """The step that a request took along."""
    said: dict[str, Any] = json.loads(note, object_hook=_tuples)
    return Step(**said)


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
