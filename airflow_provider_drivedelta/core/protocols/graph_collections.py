"""Pages of a Graph collection that is no feed: its members, and the link to more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.found import shown
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.json_pages import read_object

Member = TypeVar("Member")

HEADERS = {"Accept": "application/json"}

_LEAVE_IT_OUT = "Check its spelling and the permission, or leave it out."
_FIX: dict[int, tuple[str, str]] = {
    404: ("The service knows no such site, user or group, or hides it from this application", _LEAVE_IT_OUT),
    410: ("It is gone for good", _LEAVE_IT_OUT),
    423: ("The site is locked", "Ask a SharePoint administrator to unlock it, or leave it out."),
}


@dataclass(frozen=True, slots=True)
class Some(Generic[Member]):
    """Some members of a collection, and the request for more; `unreadable` counts those that name no id."""

    members: Sequence[Member]
    next: Request | None = None
    unreadable: int = 0


def read_some(
    answer: Answer, read: Callable[[JsonObject], Member | None], *, link: str = "@odata.nextLink"
) -> Some[Member]:
    """One page; `read` gives None for a member that cannot be used.

    :raises FixSetup: the collection may not be seen, or is not there.
    """
    if answer.status != 200:
        raise refusal(answer)
    body = read_object(answer)
    value, more = body.get("value"), body.get(link)
    if not isinstance(value, list) or not (more is None or (isinstance(more, str) and more)):
        raise BrokenFeed("A page of a collection makes no sense", where=answer.where, then="Report it.")
    members = [read(each) if isinstance(each, dict) else None for each in value]
    good = [member for member in members if member is not None]
    return Some(good, Request(more, headers=HEADERS) if more else None, len(members) - len(good))


def refusal(answer: Answer) -> DriveDeltaError:
    """The error that an answer stands for. Outside of feeds there is no token to be kept or to start over from."""
    if answer.status in _FIX:
        what, then = _FIX[answer.status]
        return FixSetup(f"{what}: {answer.status}", where=answer.where, then=then)
    return explain(answer)


def text_in(found: JsonObject, *names: str) -> str:
    """The first of these properties that is a text with something in it."""
    return next((text for name in names if isinstance(text := found.get(name), str) and text), "")


def name_in(found: JsonObject, *names: str, otherwise: str) -> str:
    """The first of these properties that has something to show, else what it can be called instead."""
    return next((line for name in names if (line := shown(found.get(name)))), shown(otherwise))
