"""What the feed does not say by itself is asked for: what came back with a folder, and items in quarantine."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping

from airflow_provider_drivedelta.core.changes import FeedProtocol, Request, TreeProtocol
from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.staging import Records, Stage
from airflow_provider_drivedelta.core.lake.state import State
from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

MOST_FOLDERS = 100_000  # of one run; each costs a request


def read_again(stage: Stage, state: State, records: Records, protocol: FeedProtocol, transport: Transport) -> None:
    """Stage what lies below folders that this run reported alive and the state holds as deleted or missed.

    It is read as it is now, later than the token; what changes meanwhile is told again by the next
    increment, where it is no news.
    Where the service cannot be asked for a folder's members, `unfilled` looks whether they came.
    """
    if not isinstance(protocol, TreeProtocol) or protocol.tells_restored or not state.layers or not stage.containers:
        return
    back = state.absent().intersection(stage.containers)
    waiting = deque(stage.containers[key] for key in sorted(back))
    seen = set(back)
    while waiting:
        folder = waiting.popleft()
        if len(seen) > MOST_FOLDERS:
            then = "Run once with full_reload, which reads everything in pages."
            raise BrokenFeed(f"More than {MOST_FOLDERS} folders came back at once", then=then)
        for item_id, key in _members(folder, stage, records, protocol, transport):
            if key not in seen:
                seen.add(key)
                waiting.append(item_id)


def read_waiting(stage: Stage, protocol: FeedProtocol, transport: Transport) -> None:
    """Stage the items in quarantine as they are now, one by one; what is gone leaves it."""
    for key, item_id in list(stage.quarantine.waiting.items()):
        item = transport.fetch(protocol.item(item_id), protocol.read_item)
        if item is None:
            stage.quarantine.heal_if_open(key)
        else:
            stage.add([item] if isinstance(item, Mapping) else item, None)


def _members(
    folder: str, stage: Stage, records: Records, protocol: TreeProtocol, transport: Transport
) -> list[tuple[str, str]]:
    """Stage a folder's members; gives those that may have members of their own."""
    containers: list[tuple[str, str]] = []
    request: Request | None = protocol.children(folder)
    seen: set[str] = set()
    while request is not None and request.url not in seen:
        seen.add(request.url)
        page = transport.fetch(request, protocol.read_children)
        stage.add(page.items, None, restored=True)
        containers += [
            (item_id, records.key(item_id))
            for item in page.items
            if isinstance(item_id := item.get("id"), str) and item.get("file") is None
        ]
        request = page.next
    return containers
