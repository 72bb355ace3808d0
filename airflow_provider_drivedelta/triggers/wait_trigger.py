"""What a deferred sensor waits in: it watches a feed until there is something new, and tells the sensor once."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_drivedelta.triggers.feed_words import FeedWords
from airflow_provider_drivedelta.triggers.lookout import Lookout
from airflow_provider_drivedelta.triggers.watch import Watch, is_final

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.peek import Seen


class FeedWaitTrigger(BaseTrigger):
    """
    The sensors' own; for an ``AssetWatcher`` there are triggers that never end.

    :param feed: which feed, as ``FeedWords.to_json`` writes it
    :param poll_interval: seconds between two looks
    :param max_trouble: seconds for which every look may fail before the sensor does
    """

    def __init__(self, *, feed: Mapping[str, Any], poll_interval: float, max_trouble: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.feed, self.poll_interval, self.max_trouble = FeedWords(**feed), poll_interval, max_trouble
        self._in_vain_since: float | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kwargs = {"feed": self.feed.to_json(), "poll_interval": self.poll_interval, "max_trouble": self.max_trouble}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    def watch(self) -> Watch:
        return Watch(look=Lookout(self.feed).look, poll_interval=self.poll_interval)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        async with aclosing(self.watch().looks()) as looks:
            async for seen in looks:
                conclusion = self._conclusion(seen)
                if conclusion:
                    yield TriggerEvent(conclusion)  # type: ignore[no-untyped-call]
                    return

    def _conclusion(self, seen: Seen | Exception) -> dict[str, Any] | None:
        """What the sensor is told of a look; None where it has to wait on."""
        if not isinstance(seen, Exception):
            self._in_vain_since = None
            return {"feed": seen.feed, "source": seen.source, "reason": seen.reason} if seen.has_news else None
        now = time.monotonic()
        self._in_vain_since = now if self._in_vain_since is None else self._in_vain_since
        is_over = is_final(seen) or now - self._in_vain_since >= self.max_trouble
        return {"trouble": str(seen), "is_final": is_final(seen)} if is_over else None
