"""One complete read, and what earlier runs left for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from airflow_provider_drivedelta.core.changes import Json, Kind, Token
from airflow_provider_drivedelta.core.errors import FixSetup, Flavour
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.long_read import LongRead


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Everything up to `token` is in `stage`. `full`: what is not in it does not exist.

    `based_on` is the last increment there was when a full read began, which may have been in another run.
    """

    stage: Stage
    token: Token
    kind: Kind
    full: bool
    pages: int
    began: datetime | None = None
    flavour: Flavour | None = None
    scope: str | None = None
    based_on: int | None = None
    kept: LongRead | None = None
    """What there is to go on from if it is not concluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What earlier runs left for this one.

    The state, ids they could not read, the error of a full read that waits for a person, and the
    key of the folder that is followed, and a list's columns. `partial`: the state knows only what
    changed since the feed began.
    """

    state: State
    quarantined: tuple[str, ...] = ()
    waiting: FixSetup | None = None
    scope: str | None = None
    fields: Json = None
    partial: bool = False
