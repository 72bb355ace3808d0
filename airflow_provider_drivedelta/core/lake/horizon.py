"""How far back a feed's change files reach: up to its horizon they were vacuumed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.layout import VACUUMED
from airflow_provider_drivedelta.core.lake.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The change files of increments up to `increment` are not to be read any more; those up to `removed` are gone.

    The two differ while they are being removed, and after a crash until the next vacuum.
    """

    increment: int = 0
    removed: int = 0
    at: str = ""
    by: str = ""


def load_horizon(storage: Storage) -> Horizon:
    """:raises BrokenFeed: what is kept of it is damaged."""
    content = storage.read(VACUUMED)
    if content is None:
        return Horizon()
    try:
        fields = json.loads(content)
        found = Horizon(**{name: fields[name] for name in Horizon.__dataclass_fields__})
        if type(found.increment) is not int or type(found.removed) is not int:
            raise ValueError("no numbers")
    except (ValueError, TypeError, KeyError, RecursionError):
        then = "Delete the file: the next vacuum writes it anew."
        raise BrokenFeed("The vacuum's mark cannot be read", where=storage.full_path(VACUUMED), then=then) from None
    return found


def save_horizon(storage: Storage, horizon: Horizon) -> None:
    storage.replace(VACUUMED, (json.dumps(asdict(horizon), indent=1) + "\n").encode())


def check_horizon(storage: Storage, first: int, *, then: str) -> None:
    """Make sure that increments from `first` on can still be read.

    :param then: what to do if not; `{horizon}` in it stands for the last increment that is gone.
    :raises FixSetup: they were vacuumed.
    """
    horizon = load_horizon(storage)
    if first <= horizon.increment:
        raise FixSetup(
            f"The change files of increments up to {horizon.increment} were vacuumed on {horizon.at[:10]}, and "
            f"increment {first} is one of them",
            where=storage.full_path(),
            then=then.format(horizon=horizon.increment),
        )
