"""Where a run begins: what the log and the stored token say, and what to do when they disagree."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Kind, Token
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.tokens import SavedToken

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The start of one run.

    `token` is None for a full read. `number` is the increment this run would publish. `adopt_from`
    is the first increment that was committed by a run which died before it could tell anybody.
    `realign`: the stored token is ahead of the log, so even a run without news commits.
    """

    kind: Kind
    token: Token | None
    number: int
    adopt_from: int | None = None
    realign: bool = False


def begin(head: Commit | None, saved: SavedToken | None, *, fingerprint: str, full_reload: bool) -> Begin:
    """Decide from the last commit and the stored token.

    The log is the truth about what was published; the stored token may be a little newer (a quiet
    run moves it without a commit) or, after a crash or a restore, out of step.

    :raises FixSetup: the output is empty although the feed was read before, or the settings changed.
    """
    number = max(head.increment if head else 0, saved.increment if saved else 0) + 1
    if head is None and saved is None:
        return Begin(kind="initial", token=None, number=number)
    if full_reload:
        return Begin(kind="reload", token=None, number=number, adopt_from=adopted_from(head, saved))
    if head is None:
        raise _emptied(saved)
    if head.fingerprint != fingerprint:
        raise FixSetup(
            f"The feed was captured with other settings (protocol, select, expand, sharing or scope) up to "
            f"increment {head.increment}; its token has them baked in",
            where=head.feed,
            then="Go back to the old settings, or run once with full_reload to change over.",
        )
    return Begin(
        kind="incremental",
        token=_newest(head, saved),
        number=number,
        adopt_from=adopted_from(head, saved),
        realign=number > head.increment + 1,
    )


def _newest(head: Commit, saved: SavedToken | None) -> Token:
    if saved is None:
        log.warning("No token is stored for %s: going on from increment %d of its log", head.feed, head.increment)
        return head.token
    if saved.increment == head.increment:
        return saved.delta_token
    if saved.increment > head.increment:
        log.warning(
            "The stored token of %s belongs to increment %d, but its log ends at %d (was the output restored?): "
            "going on from the log; numbers %d to %d are not used again",
            head.feed, saved.increment, head.increment, head.increment + 1, saved.increment,
        )  # fmt: skip
    return head.token


def adopted_from(head: Commit | None, saved: SavedToken | None) -> int | None:
    """The first increment nobody was told of. Without a stored token that is at least the last one."""
    if head is None or (saved is not None and saved.increment >= head.increment):
        return None
    return saved.increment + 1 if saved else head.increment


def _emptied(saved: SavedToken | None) -> FixSetup:
    increment = saved.increment if saved else 0
    return FixSetup(
        f"The output holds no log, but increment {increment} was published there before",
        where=saved.feed if saved else "",
        then="If it was moved, give its new place; if it was emptied on purpose, run once with full_reload.",
    )
