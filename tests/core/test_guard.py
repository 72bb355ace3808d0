"""A full read that would delete very much waits for a person."""

from __future__ import annotations

import re

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from tests.core.played import START, Follower, resync
from tests.graph_service import GraphService, file_item, folder_item, root_item

FOLDERS = [folder_item("full", "Full"), folder_item("other", "Other")]
FILES = [file_item(f"i{number}", parent="full" if number % 3 else "other") for number in range(300)]


@pytest.fixture
def emptied(service: GraphService, follower: Follower) -> Follower:
    """300 files are known; the token dies, and a full read finds 150 of them."""
    follower.read_fully(root_item(), *FOLDERS, *FILES)
    service.on("/d1", resync())
    service.replace(START, service.page([root_item(), *FOLDERS, *FILES[150:]], delta="/d9"))
    return follower


def held_back(follower: Follower, **options: object) -> str:
    """The id in the error of a run that was held back."""
    with pytest.raises(FixSetup, match="would delete 150 of 302 items") as caught:
        follower.pull(**options)
    assert "/Full: 100; /Other: 50" in str(caught.value)
    return re.search(r"confirm_deletes='(\w+)'", str(caught.value))[1]  # type: ignore[index]


def test_it_is_held_back_and_says_what_would_go(emptied: Follower) -> None:
    held_back(emptied)
    assert [commit.increment for commit in emptied.commits] == [1]
    assert emptied.token == "/d1"


def test_until_somebody_decides_a_run_costs_one_request(emptied: Follower) -> None:
    first = held_back(emptied)
    emptied.service.seen.clear()
    assert held_back(emptied) == first
    assert emptied.service.targets == ["/d1"]


def test_confirmed_it_is_published_from_what_was_kept(emptied: Follower) -> None:
    confirmation = held_back(emptied)
    emptied.service.seen.clear()
    summary = emptied.pull(confirm_deletes=confirmation)
    assert (summary.kind, summary.deleted, emptied.token) == ("resync", 150, "/d9")
    assert emptied.service.targets == []
    emptied.service.on("/d9", emptied.service.page([root_item()], delta="/d10"))
    assert emptied.pull().kind == "quiet"


def test_confirmed_it_may_be_most_of_what_is_known_from_then_on(service: GraphService, emptied: Follower) -> None:
    new = [file_item(f"new{number}", parent="other") for number in range(600)]
    service.replace(START, service.page([root_item(), *FOLDERS, *FILES[150:], *new], delta="/d9"))

    summary = emptied.pull(confirm_deletes=held_back(emptied))

    assert (summary.deleted, summary.inserted) == (150, 600)
    service.on("/d9", service.page([file_item("new1", parent="full")], delta="/d10"))
    assert emptied.pull().updated == 1


def test_confirmed_dry_it_is_counted_and_kept(emptied: Follower) -> None:
    confirmation = held_back(emptied)

    assert emptied.pull(confirm_deletes=confirmation, dry_run=True).deleted == 150
    assert emptied.pull(confirm_deletes=confirmation).increment == 2


def test_another_id_confirms_nothing(emptied: Follower) -> None:
    held_back(emptied)
    with pytest.raises(FixSetup, match="no read 'other' to confirm"):
        emptied.pull(confirm_deletes="other")


def test_where_nothing_waits_there_is_nothing_to_confirm_and_the_feed_goes_on(emptied: Follower) -> None:
    emptied.pull(confirm_deletes=held_back(emptied))
    emptied.service.on("/d9", emptied.service.page([root_item()], delta="/d10"))
    assert emptied.pull(confirm_deletes="of another feed").kind == "quiet"


def test_a_reload_reads_afresh_and_may_find_all_well(emptied: Follower) -> None:
    held_back(emptied)
    emptied.service.replace(START, emptied.service.page([root_item(), *FOLDERS, *FILES], delta="/d9"))
    assert (emptied.pull(full_reload=True).rows, emptied.token) == (0, "/d9")
    assert not (emptied.folder / "_drivedelta/held").exists()


def test_a_reload_is_guarded_too_and_leaves_the_feed_running(service: GraphService, emptied: Follower) -> None:
    held_back(emptied, full_reload=True)
    service.replace("/d1", service.page([root_item(), file_item("new", parent="full")], delta="/d2"))
    assert emptied.pull().inserted == 1


def test_confirmed_after_increments_it_leaves_to_them_what_is_theirs(service: GraphService, emptied: Follower) -> None:
    confirmation = held_back(emptied, full_reload=True)
    touched = file_item("i0", "touched.txt", "other")
    service.replace("/d1", service.page([root_item(), touched], delta="/d2"))
    emptied.pull()
    assert emptied.pull(confirm_deletes=confirmation).deleted == 149
    assert emptied.token == "/d2"


def test_a_hundred_deletes_go_unasked(service: GraphService, follower: Follower) -> None:
    follower.read_fully(root_item(), *FOLDERS, *FILES)
    service.on("/d1", resync())
    service.replace(START, service.page([root_item(), *FOLDERS, *FILES[100:]], delta="/d9"))
    assert follower.pull().deleted == 100


def test_an_id_that_confirms_nothing_lets_nothing_through(emptied: Follower) -> None:
    held_back(emptied, confirm_deletes="of another feed")
