"""Folders that a query leaves out while what lies in them is followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.lake.read_current import read_current
from airflow_provider_drivedelta.core.summary import Summary
from tests.core.protocols.followed_list import Followed, followed

OPEN = "<Query><Where><Eq><FieldRef Name='State'/><Value Type='Text'>open</Value></Eq></Where></Query>"


class OpenItems:
    """The open items of a list, folders or not, followed into a folder."""

    def __init__(self, feed: Followed, output: Path) -> None:
        self.list, self.feed, self.output = feed.list, feed, output

    def add(self, title: str, folder: int | None = None, *, state: str = "open") -> int:
        return self.list.add({"Title": title, "State": state}, folder).id

    def pull(self) -> Summary:
        base = self.feed.protocol.site_url  # type: ignore[union-attr]
        capture = ListCapture(site=base, list="Tasks", output=str(self.output), query=OPEN)
        return capture_list(capture, base_url=base, transport=self.feed.transport)

    @property
    def titles(self) -> list[str]:
        return sorted(read_current(self.output).read_all()["title"].to_pylist())


@pytest.fixture
def items(tmp_path: Path) -> Iterator[OpenItems]:
    with followed("sharepoint") as feed:
        yield OpenItems(feed, tmp_path)


def test_what_lay_in_a_folder_that_is_deleted_goes_with_it(items: OpenItems) -> None:
    """C6: the change log may name the folder alone, of which the feed knows nothing but the path."""
    folder = items.list.add_folder("F").id
    items.add("in it", folder)
    items.add("beside it")
    items.pull()
    items.list.delete(folder)

    told = items.pull()

    assert (told.kind, told.deleted, items.titles) == ("resync", 1, ["beside it"])


@pytest.mark.parametrize("in_folder", [False, True])
def test_what_was_never_followed_may_go_without_a_full_read(items: OpenItems, in_folder: bool) -> None:
    """A folder that is known, and the list itself, hide nobody."""
    folder = items.add("F", state="open") if not in_folder else items.list.add_folder("F").id
    other = items.add("closed", folder if in_folder else None, state="closed")
    items.add("beside it")
    items.pull()
    items.list.delete(other)

    assert items.pull().kind == "quiet"


def test_a_folder_that_was_in_the_query_once_is_as_unknown_as_any(items: OpenItems) -> None:
    """C6: its own end was told when it left the query; that of what is in it is still to be told."""
    folder = items.list.add_folder("F").id
    items.list.edit(folder, {"State": "open"})
    items.add("in it", folder)
    items.add("beside it")
    items.pull()
    items.list.edit(folder, {"State": "closed"})
    items.pull()
    assert "in it" in items.titles
    items.list.delete(folder)

    items.pull()

    assert items.titles == ["beside it"]
