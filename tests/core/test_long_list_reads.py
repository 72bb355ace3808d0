"""Long reads of lists, over both protocols: their next requests are positions in bodies, or links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.emulator import Field
from tests.core.long_reads import NEVER, DiesAt, Killed, told
from tests.core.protocols.followed_list import Followed, followed

OFTEN = Checkpoints(every_pages=1)


@dataclass
class Lake:
    """A list followed into a folder, by a run that is killed or by one that is not."""

    feed: Followed
    protocol: str
    output: Path

    def pull(self, checkpoints: Checkpoints = OFTEN, progress: list[Progress] | None = None) -> Summary:
        about = self.feed.protocol
        site, base = (about.site_id, about.base_url) if self.protocol == "graph" else (about.site_url,) * 2  # type: ignore[union-attr]
        capture = ListCapture(
            site=site,
            list="Tasks",
            output=str(self.output),
            protocol=self.protocol,
            row_limit=3,
            checkpoints=checkpoints,
            run="any",
        )
        on_page = ([] if progress is None else progress).append
        return capture_list(capture, base_url=base, transport=self.feed.transport, on_page=on_page)

    def dies_at(self, page: int) -> None:
        with pytest.raises(Killed):
            self.pull(progress=DiesAt(page))

    def rows(self) -> list[dict[str, object]]:
        files = sorted(self.output.glob("list-*/changes/*/*.parquet"))
        return told([row for file in files for row in pq.ParquetFile(file).read().to_pylist()])

    def fields(self) -> list[object]:
        logs = sorted(self.output.glob("list-*/_drivedelta/log/*.json"))
        return [json.loads(file.read_text())["list_fields"] for file in logs]


@pytest.fixture(params=["sharepoint", "graph"])
def lakes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Lake, Lake]]:
    """The one that is killed and the other; a list of three pages in a folder and beside it."""
    with followed(request.param) as feed:
        folder = feed.list.add_folder("Old")
        for number in range(8):
            feed.list.add({"Title": f"{number}", "State": "open"}, folder=folder.id if number % 2 else None)
        yield Lake(feed, request.param, tmp_path / "one"), Lake(feed, request.param, tmp_path / "other")


def asked(lake: Lake) -> int:
    """Calls of the feed itself since this was looked at last."""
    seen = [request.path.lower() for request in lake.feed.emulator.requests]
    lake.feed.emulator.clear_requests()
    return sum("getlistitemchangessincetoken" in path or "/items/delta" in path for path in seen)


def undisturbed(other: Lake) -> int:
    """How many calls of the feed it takes."""
    asked(other)
    other.pull(NEVER)
    return asked(other)


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_a_first_read_goes_on_where_it_was_killed(lakes: tuple[Lake, Lake], page: int) -> None:
    """E2: also right after the list told what columns it has, which it tells once."""
    one, other = lakes
    needed = undisturbed(other)
    one.dies_at(page)
    done = asked(one) - 1  # the page it died with is asked for again
    one.pull()
    assert asked(one) == needed - max(done, 0)
    assert (one.rows(), one.fields()) == (other.rows(), other.fields())


def test_an_increment_goes_on_with_what_is_gone_and_the_columns_that_are_new(lakes: tuple[Lake, Lake]) -> None:
    one, other = lakes
    for lake in lakes:
        lake.pull(NEVER)
    one.feed.list.delete(3)
    for number in (2, 4, 5, 6, 7):
        one.feed.list.edit(number, {"State": "done"})
    for number in range(90):  # SharePoint tells of some forty at a time
        one.feed.list.add({"Title": f"new {number}"})
    other.pull(NEVER)
    one.dies_at(2)
    one.pull()
    assert one.rows() == other.rows()


def test_a_new_column_is_read_again_and_goes_on(lakes: tuple[Lake, Lake]) -> None:
    """B9, E2."""
    one, other = lakes
    for lake in lakes:
        lake.pull(NEVER)
    one.feed.list.add_field(Field("More", "Number"))
    one.feed.list.edit(2, {"More": 2})
    other.pull(NEVER)
    one.dies_at(2)
    summary = one.pull()
    assert summary.schema_changed
    assert (one.rows(), one.fields()) == (other.rows(), other.fields())
