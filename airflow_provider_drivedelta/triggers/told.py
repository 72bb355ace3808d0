"""What a trigger has told already, so that it tells nothing for ever, and nothing twice after a restart."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk.execution_time.context import AssetStateStoreAccessors

log = logging.getLogger(__name__)

FIRST_AGAIN = 600.0
"""Seconds after which the same is told a second time; each later time after twice as long."""
LAST_AGAIN = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told last, how often, and when, in seconds of the epoch.

    News of the same token are told again, though ever more rarely: the pull that should have moved it may have
    failed. One that is still running is not hurried: its token changes with its end.
    """

    mark: str = ""
    times: int = 0
    at: float = 0.0

    def is_due(self, mark: str, now: float) -> bool:
        if mark != self.mark:
            return True
        pause = min(LAST_AGAIN, FIRST_AGAIN * 2.0 ** (self.times - 1))
        return not 0 <= now - self.at < pause  # a clock that was put back is no reason to be silent

    def again(self, mark: str, now: float) -> Told:
        times = self.times + 1 if mark == self.mark else 1
        return Told(mark=mark, times=min(times, 16), at=now)


class Memory:
    """Keeps it in the watched asset's state, where Airflow has that (3.3); elsewhere it ends with the process.

    Then a restarted trigger tells the same again: one run that finds nothing more. No change is lost either way, since
    the token is the pull's.

    :param store: what Airflow gives a trigger that watches an asset.
    :param name: what is remembered, apart from all else that is kept for the asset.
    """

    def __init__(self, store: AssetStateStoreAccessors | None, name: str) -> None:
        self._store, self._key = store, f"drivedelta__{name}"
        self._told: Told | None = None

    async def is_due(self, mark: str, now: float) -> bool:
        if self._told is None:
            self._told = await self._load()
        return self._told.is_due(mark, now)

    async def remember(self, mark: str, now: float) -> None:
        self._told = (self._told or Told()).again(mark, now)
        try:
            if self._store is not None:
                await self._store.aset(self._key, asdict(self._told))
        except Exception as error:  # a hint that is told twice is better than a watch that ends
            log.warning("What was told is not kept: %s", error)

    async def _load(self) -> Told:
        try:
            return _read(await self._store.aget(self._key)) if self._store is not None else Told()
        except Exception as error:  # several assets share the trigger, or the store is out of order
            log.warning("What was told before is not known: %s", error)
            return Told()


def _read(kept: object) -> Told:
    """What was kept; nothing of it where it is spoiled."""
    if not isinstance(kept, Mapping):
        return Told()
    mark, times, at = kept.get("mark"), kept.get("times"), kept.get("at")
    if not (isinstance(mark, str) and isinstance(times, int) and times > 0 and isinstance(at, int | float)):
        return Told()
    return Told(mark=mark, times=min(times, 16), at=at)


def mark_of(value: Any) -> str:
    """A short name for whatever JSON can say, the same in every process."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
