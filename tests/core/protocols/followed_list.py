"""A list of the emulator's, followed by a protocol over a real connection, without any lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from airflow_provider_drivedelta.core.changes import Request, Token
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.core.transport.policy import RetryPolicy
from airflow_provider_drivedelta.emulator import Clock, Emulator, Field, SharePointList, Site


class AnyBearer(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = "Bearer x"
        return request


@dataclass
class Followed:
    """What a reader of the feed holds: titles by number, kept up to date page by page."""

    emulator: Emulator
    list: SharePointList
    protocol: ListChanges | GraphList
    transport: Transport
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = ""
    pages: int = 0

    def read(self, between: Callable[[], object] | None = None) -> Followed:
        """Everything, from the start; `between` is called after the first page with items."""
        self.items.clear()
        return self._follow(self.protocol.first(), between)

    def increment(self, between: Callable[[], object] | None = None) -> Followed:
        return self._follow(self.protocol.since(Token(self.token)), between)

    @property
    def titles(self) -> dict[str, str | None]:
        return {number: item.get("Title") for number, item in self.items.items()}

    @property
    def truth(self) -> dict[str, str | None]:
        return {str(item.id): item.title for item in self.list.walk()}

    def _follow(self, request: Request | None, between: Callable[[], object] | None) -> Followed:
        self.pages = 0
        while request is not None:
            page = self.transport.fetch(request, self.protocol.read)
            self.pages += 1
            for number in page.gone:
                self.items.pop(number, None)
            for item in _items(page.items):
                self.items[str(item.get("ID", item.get("id")))] = item
            if between is not None and len(page.items):
                between()
                between = None
            request, self.token = page.next, page.token or self.token
        return self


@contextmanager
def followed(kind: str, *, page_size: int = 3, **scope: Any) -> Iterator[Followed]:
    site = Site(clock=Clock(datetime(2026, 1, 1, tzinfo=UTC)))
    own = site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done"), indexed=True)])
    with Emulator(sites=[site], clock=site.clock, page_size=page_size) as emulator:
        protocol: ListChanges | GraphList
        if kind == "graph":
            base = f"{emulator.url}/v1.0"
            protocol = GraphList(base_url=base, site_id=site.graph_id, list_id=own.id, page_size=page_size, **scope)
        else:
            base = emulator.url + site.path
            protocol = ListChanges(site_url=base, list_id=own.id, row_limit=page_size, **scope)
        policy = RetryPolicy(attempts=2)
        with Transport(auth=AnyBearer(), base_url=base, policy=policy, sleep=lambda seconds: None) as transport:
            yield Followed(emulator, own, protocol, transport)


def _items(items: Any) -> list[dict[str, Any]]:
    if isinstance(items, RawRows):
        names = list(items.columns)
        rows = zip(*(items.columns[name].to_pylist() for name in names), strict=True)
        return [{name: text for name, text in zip(names, row, strict=True) if text is not None} for row in rows]
    return [{**item, **item.get("fields", {})} for item in items]
