"""What the triggers have in common that start runs: they watch a feed for ever, and tell when a pull is due."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from airflow_provider_drivedelta.triggers.feed_words import FeedWords
from airflow_provider_drivedelta.triggers.lookout import Lookout
from airflow_provider_drivedelta.triggers.told import Memory, mark_of
from airflow_provider_drivedelta.triggers.watch import Watch, is_final

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.peek import Seen

CANNOT_LOOK = "cannot_look"


class FeedEventTrigger(BaseEventTrigger):
    """
    Watches one feed.

    :param feed: which one
    :param poll_interval: seconds between two looks
    """

    def __init__(self, *, feed: FeedWords, poll_interval: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if poll_interval <= 0:
            raise ValueError(f"poll_interval is {poll_interval!r}; it is a number of seconds above 0")
        self.feed, self.poll_interval = feed, float(poll_interval)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kwargs = {**self.feed.arguments, "poll_interval": self.poll_interval}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    def watch(self) -> Watch:
        return Watch(look=Lookout(self.feed).look, poll_interval=self.poll_interval)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        store = getattr(self, "asset_state_store", None)  # not before Airflow 3.3
        own = mark_of(self.serialize())
        news, trouble = Memory(store, own), Memory(store, f"{own}__{CANNOT_LOOK}")
        async with aclosing(self.watch().looks()) as looks:
            async for seen in looks:
                payload = self.payload(seen)
                if payload is None:
                    continue
                mark, now = _mark(seen), time.time()
                told = trouble if isinstance(seen, Exception) else news
                if await told.is_due(mark, now):
                    yield TriggerEvent(payload)  # type: ignore[no-untyped-call]
                    await told.remember(mark, now)  # after: an event lost with the process is told again at once

    def payload(self, seen: Seen | Exception) -> dict[str, str] | None:
        """What there is to tell, None where there is nothing: it is kept in the database, and anybody may read it.

        What a person must mend is told as well: only a run that fails is seen, a log of the triggerer's is not.
        """
        if not isinstance(seen, Exception):
            return {"feed": seen.feed, "source": seen.source, "reason": seen.reason} if seen.reason else None
        return {"feed": "", "source": self.feed.source, "reason": CANNOT_LOOK} if is_final(seen) else None


def _mark(seen: Seen | Exception) -> str:
    return mark_of(str(seen) if isinstance(seen, Exception) else [seen.feed, seen.mark])
