"""How late a change was captured is told by changes of content, and by nothing that keeps an older time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.lake.delay import newest_change_delay
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from tests.core.played import Follower
from tests.graph_service import GraphService, file_item, folder_item, root_item, tombstone


def ago(**time: float) -> dict[str, object]:
    return {"lastModifiedDateTime": (datetime.now(UTC) - timedelta(**time)).isoformat()}


class Changes:
    """A drive with a file and a folder, read two weeks after they were made; then what a run brings."""

    def __init__(self, service: GraphService, follower: Follower) -> None:
        self.service, self.follower = service, follower
        follower.read_fully(root_item(), folder_item("f", **ago(days=14)), file_item("a", parent="f", **ago(days=14)))

    def bring(self, *items: object) -> timedelta | None:
        self.service.on("/d1", self.service.page(list(items), delta="/d2"))
        increment = self.follower.pull().increment
        assert increment == 2
        return newest_change_delay(LocalStorage(self.follower.folder), increment)


@pytest.fixture
def changes(service: GraphService, follower: Follower) -> Changes:
    return Changes(service, follower)


def about(delay: timedelta | None, **time: float) -> bool:
    return delay is not None and abs(delay - timedelta(**time)) < timedelta(minutes=1)


def test_the_newest_of_new_items_counts(changes: Changes) -> None:
    delay = changes.bring(
        file_item("b", **ago(hours=5)), file_item("c", **ago(hours=2)), file_item("d", **ago(hours=9))
    )
    assert about(delay, hours=2)


def test_changed_content_counts(changes: Changes) -> None:
    assert about(changes.bring(file_item("a", parent="f", size=9, cTag="c2", **ago(hours=3))), hours=3)


def test_deleted_moved_and_renamed_items_do_not(changes: Changes) -> None:
    assert changes.bring(folder_item("f", "Renamed", **ago(days=14))) is None


def test_a_delete_alone_says_nothing(changes: Changes) -> None:
    assert changes.bring(tombstone("a")) is None


def test_a_clock_that_is_ahead_makes_no_negative_time(changes: Changes) -> None:
    assert changes.bring(file_item("b", **ago(hours=-1))) == timedelta(0)


def test_an_item_without_a_time_does_not_count(changes: Changes) -> None:
    assert changes.bring(file_item("b")) is None


def test_a_full_read_has_none(changes: Changes) -> None:
    assert newest_change_delay(LocalStorage(changes.follower.folder), 1) is None


def test_change_files_that_were_moved_away_are_not_missed(changes: Changes) -> None:
    changes.bring(file_item("b", **ago(hours=1)))
    folder: Path = changes.follower.folder
    for file in folder.glob("changes/*/00000002-*"):
        file.unlink()
    assert newest_change_delay(LocalStorage(folder), 2) is None
