"""A look at a list's feed, by both protocols: one request, no token moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.peek import Seen, peek
from airflow_provider_drivedelta.core.peek_list import ListWords, watched_list
from airflow_provider_drivedelta.emulator import Field, SharePointList
from tests.core.protocols.followed_list import Followed, followed


@dataclass
class Lake:
    """A list with two items in a folder of disk, captured by one protocol."""

    feed: Followed
    output: Path
    protocol: str
    part: dict[str, object]

    @property
    def list(self) -> SharePointList:
        return self.feed.list

    @property
    def base(self) -> str:
        protocol = self.feed.protocol
        return protocol.site_url if self.protocol == "sharepoint" else protocol.base_url  # type: ignore[union-attr]

    @property
    def named(self) -> dict[str, object]:
        site = self.base if self.protocol == "sharepoint" else self.feed.protocol.site_id  # type: ignore[union-attr]
        return {"site": site, "list": self.list.id, "protocol": self.protocol, **self.part}

    def pull(self) -> str:
        capture = ListCapture(output=str(self.output), **self.named)  # type: ignore[arg-type]
        return capture_list(capture, base_url=self.base, transport=self.feed.transport).kind

    def look(self) -> Seen:
        words = ListWords(**self.named)  # type: ignore[arg-type]
        watched = watched_list(words, str(self.output), base_url=self.base, transport=self.feed.transport)
        return peek(watched, self.feed.transport)


QUERY = "<Query><Where><Eq><FieldRef Name='State'/><Value Type='Choice'>open</Value></Eq></Where></Query>"
PARTS: list[tuple[str, dict[str, object]]] = [
    ("sharepoint", {}),
    ("sharepoint", {"fields": ("Title", "State"), "query": QUERY}),
    ("sharepoint", {"query_options": {"IncludePermissions": "TRUE"}}),
    ("graph", {}),
    ("graph", {"fields": ("State",)}),
]


@pytest.fixture(params=PARTS, ids=lambda param: f"{param[0]} {', '.join(param[1])}".strip())
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lake]:
    protocol, part = request.param
    with followed(protocol) as feed:
        for title in ("Draw", "Dig"):
            feed.list.add({"Title": title, "State": "open"})
        yield Lake(feed, tmp_path / "lake", protocol, part)


def test_a_list_is_looked_at_where_its_pull_stopped(lake: Lake) -> None:
    """The same words name the same feed, part of a list or all of it."""
    assert (lake.look().reason, lake.pull()) == ("never_read", "initial")
    lake.feed.emulator.clear_requests()
    assert (lake.look().reason, len(lake.feed.emulator.requests)) == (None, 1)
    lake.list.edit(1, {"Title": "Draw again"})
    assert (lake.look(), lake.look().reason) == (lake.look(), "changed")
    assert (lake.pull(), lake.look().reason) == ("incremental", None)


def test_a_delete_is_news_although_no_row_comes(lake: Lake) -> None:
    lake.pull()
    lake.list.delete(2)
    assert lake.look().reason == "changed"


def test_a_dead_token_is_left_to_the_pull(lake: Lake) -> None:
    """B8."""
    lake.pull()
    lake.feed.emulator.expire()
    assert (lake.look().reason, lake.pull()) == ("token_refused", "resync")


@pytest.mark.parametrize("lake", PARTS[:1], indirect=True)
def test_a_new_column_is_left_to_the_pull_as_well(lake: Lake) -> None:
    """B9."""
    lake.pull()
    lake.list.add_field(Field("Weight", "Number"))
    assert (lake.look().reason, lake.pull(), lake.look().reason) == ("token_refused", "resync", None)
