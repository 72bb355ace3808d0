"""What a list's change log tells beside the rows: what is gone, and what must be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from airflow_provider_drivedelta.core.changes import Answer
from airflow_provider_drivedelta.core.errors import StartOver
from airflow_provider_drivedelta.core.lists.answer import ListAnswer
from airflow_provider_drivedelta.core.lists.row_facts import folders_in, ids_of
from airflow_provider_drivedelta.core.protocols.list_step import Step

TOKEN_LIFE = timedelta(days=59)
"""The change log reaches back 60 days, and an older token may get an empty answer for an error (sp-dev-docs#10389)."""
MOST_ASKED_FOR = 5000
"""Beyond as many items to be asked for by id, reading everything is the shorter way."""
_GONE = frozenset({"Delete", "MoveAway"})
_ITSELF_ONLY = "SystemUpdate"
_TICKS_A_MICROSECOND = 10
_DOTNET_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer told, and where that leaves the chain."""

    step: Step
    gone: Sequence[str] = ()
    silent: Sequence[int] = ()
    """Asked for by id alone, and not there."""


def take_in(said: ListAnswer, step: Step, *, where: str) -> Told:
    """Take in an answer: deletes first, then rows (C6), whatever the order they stand in.

    :raises StartOver: it says, or leaves open, that more changed than it tells.
    """
    if said.schema is not None and step.doing == "changes":
        raise StartOver("The fields of the list changed", where=where)
    if said.list_restored:
        raise StartOver("The list was restored from a backup", where=where)
    came = {number for number in ids_of(said.rows) if number is not None}
    waiting, deep = dict.fromkeys(step.waiting), dict.fromkeys(step.deep)
    gone: dict[int, None] = {}
    for change in said.changes:
        if change.id is None:
            raise StartOver(f"SharePoint tells of a change without saying of what ({change.type!r})", where=where)
        if change.type in _GONE:
            gone[change.id] = None
            waiting.pop(change.id, None)  # but not of `deep`: what is out of the scope is called deleted, too
            continue
        waiting[change.id] = None
        if change.type != _ITSELF_ONLY:
            deep[change.id] = None
    folders = [path for number, path in folders_in(said.rows).items() if number in deep]
    if max(len(waiting), len(deep)) > MOST_ASKED_FOR or "" in folders:
        raise StartOver("More changed than is told by itself", where=where)
    after = replace(
        step,
        asked=tuple(number for number in step.asked if number not in came and number not in gone),
        unsure=tuple(number for number in step.unsure if number not in came and number not in gone),
        waiting=tuple(number for number in waiting if number not in came),
        deep=tuple(number for number in deep if number not in came),
        folders=tuple(dict.fromkeys((*step.folders, *folders))),
    )
    return Told(after, gone=[str(number) for number in gone])


def check_token_age(token: str, answer: Answer) -> None:
    """:raises StartOver: the token is so old that even an answer without changes proves nothing."""
    issued = issued_at(token)
    if issued is not None and answer.dated - issued > TOKEN_LIFE:
        raise StartOver(f"The token is older than {TOKEN_LIFE.days} days", where=answer.where)


def issued_at(token: str) -> datetime | None:
    """When a change token (`1;3;<list>;<ticks>;<number>`) was issued; None where it does not say."""
    parts = token.split(";")
    if len(parts) < 5 or not (parts[3].isascii() and parts[3].isdecimal() and len(parts[3]) < 20):
        return None
    try:
        return _DOTNET_EPOCH + timedelta(microseconds=int(parts[3]) // _TICKS_A_MICROSECOND)
    except OverflowError:
        return None
