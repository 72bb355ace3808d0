"""Both list protocols against the emulator: whoever follows the pages ends up with the list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.emulator import Field
from tests.core.protocols.followed_list import Followed, followed


@pytest.fixture(params=["sharepoint", "graph"])
def both(request):
    with followed(request.param) as feed:
        yield feed


@pytest.fixture
def feed():
    with followed("sharepoint") as feed:
        yield feed


def fill(feed: Followed, count: int = 8) -> None:
    folder = feed.list.add_folder("F")
    for number in range(count):
        feed.list.add({"Title": f"{number}", "State": "open"}, folder.id if number % 2 else None)


def test_a_full_read_is_the_list(both) -> None:
    fill(both)
    assert both.read().titles == both.truth
    assert len(both.truth) == 9


def test_increments_follow_the_list(both) -> None:
    fill(both)
    both.read()
    for change in (
        lambda: both.list.edit(2, {"Title": "edited"}),
        lambda: both.list.add({"Title": "new"}),
        lambda: both.list.delete(3),
        lambda: both.list.restore(3),
        lambda: both.list.system_update(4, {"Title": "by the system"}),
        lambda: both.list.rename(1, "G"),
        lambda: None,
    ):
        change()
        assert both.increment().titles == both.truth


def test_more_than_forty_changes_come_in_turns(feed) -> None:
    """A13."""
    feed.read()
    for number in range(100):
        feed.list.add({"Title": f"{number}"})
    for number in range(1, 101, 7):
        feed.list.system_update(number, {"Title": "again"})
    assert feed.increment().titles == feed.truth
    assert feed.pages == 5  # the fields, three times up to forty, and what the system changed


def test_what_changes_during_a_full_read_is_told_by_the_next_increment(both) -> None:
    """A14."""
    fill(both)

    def change() -> None:
        both.list.delete(2)
        both.list.edit(8, {"Title": "meanwhile"})
        both.list.add({"Title": "meanwhile, too"})

    both.read(between=change)
    assert both.increment().titles == both.truth


def test_a_folders_rename_moves_the_paths_below_it(feed) -> None:
    """D2."""
    fill(feed)
    feed.read()
    feed.list.rename(1, "50% ä'#")
    feed.increment()
    below = {number: item["FileRef"] for number, item in feed.items.items() if "/F" in item["FileRef"]}
    assert below == {}
    assert sum("/50% ä'#/" in item["FileRef"] for item in feed.items.values()) == 4


def test_a_folder_restored_brings_back_what_lay_below_it(feed) -> None:
    fill(feed)
    feed.read()
    feed.list.delete(1)
    feed.increment()
    feed.items = {number: item for number, item in feed.items.items() if "/F" not in item["FileRef"]}
    feed.list.restore(1)
    assert feed.increment().titles == feed.truth


def test_an_item_moved_to_another_list_is_gone(feed) -> None:
    fill(feed)
    feed.read()
    feed.list.move_away(2, feed.list.site.add_list("Other"))
    assert feed.increment().titles == feed.truth


def test_a_filtered_feed_follows_what_comes_and_leaves() -> None:
    where = "<Query><Where><Eq><FieldRef Name='State'/><Value Type='Choice'>open</Value></Eq></Where></Query>"
    with followed("sharepoint", query=where) as feed:
        items = [feed.list.add({"Title": f"{number}", "State": "open"}).id for number in range(5)]
        assert len(feed.read().items) == 5
        feed.list.edit(items[0], {"State": "done"})
        feed.list.system_update(items[1], {"State": "done"})
        feed.list.system_update(items[2], {"Title": "still open"})
        assert set(feed.increment().items) == set(map(str, items[2:]))
        assert feed.items[str(items[2])]["Title"] == "still open"


def test_one_folder_of_a_list_is_followed_whatever_happens_elsewhere() -> None:
    with followed("sharepoint", options={"Folder": "/sites/team/Lists/Tasks/F"}) as feed:
        fill(feed)
        other = feed.list.add_folder("Other")
        assert set(feed.read().items) == {"3", "5", "7", "9"}
        feed.list.move(3, other.id)
        feed.list.move(2, 1)
        feed.list.system_update(4, {"Title": "elsewhere"})
        assert set(feed.increment().items) == {"2", "5", "7", "9"}
        feed.list.rename(other.id, "Another")
        with pytest.raises(StartOver, match="out of sight"):
            feed.increment()


@pytest.mark.parametrize("twist", ["expired", "restored"])
def test_a_dead_token_is_a_reason_to_start_over(both, twist: str) -> None:
    """B8."""
    fill(both)
    backup = both.list.backup()
    both.read()
    both.list.delete(2)
    if twist == "expired":
        both.list.expire_tokens()
    else:
        both.list.restore_backup(backup)
    with pytest.raises(StartOver):
        both.increment()
    assert both.read().titles == both.truth


@pytest.mark.parametrize("contents", [True, False])
def test_a_changed_schema_is_a_reason_to_start_over(feed, contents: bool) -> None:
    """B9: whether the rows beside it are then everything is not certain, so they are not trusted."""
    fill(feed)
    feed.read()
    feed.list.quirks.contents_with_schema = contents
    feed.list.add_field(Field("More", "Text"))
    with pytest.raises(StartOver, match="fields"):
        feed.increment()
    feed.list.edit(2, {"More": "more"})
    assert feed.read().items["2"]["More"] == "more"


def test_an_expired_token_that_gets_an_empty_answer_is_found_out(feed) -> None:
    """sp-dev-docs#10389."""
    fill(feed)
    feed.read()
    feed.list.quirks.silent_when_expired = True
    feed.list.site.clock.advance(timedelta(days=61))
    with pytest.raises(StartOver, match="59 days"):
        feed.increment()


@pytest.mark.parametrize("spoiled", ["garbage", "1;3;00000000-0000-0000-0000-000000000000;638000000000000000;7"])
def test_a_spoiled_token_is_a_reason_to_start_over(feed, spoiled: str) -> None:
    fill(feed)
    feed.read()
    feed.token = spoiled
    with pytest.raises(StartOver, match="cannot use the token"):
        feed.increment()


def test_an_error_in_place_of_a_deleted_item_is_a_reason_to_start_over() -> None:
    """Rule 9; msgraph-sdk-typescript#544."""
    with followed("graph") as feed:
        fill(feed)
        feed.read()
        feed.list.quirks.error_for_deleted = True
        feed.list.delete(2)
        with pytest.raises(StartOver, match="could not write"):
            feed.increment()
        assert feed.read().titles == feed.truth


def test_a_query_over_the_threshold_says_what_to_do() -> None:
    where = "<Query><Where><Eq><FieldRef Name='Title'/><Value Type='Text'>x</Value></Eq></Where></Query>"
    with followed("sharepoint", query=where) as feed:
        fill(feed)
        feed.list.threshold = 5
        with pytest.raises(FixSetup, match=r"list view threshold.*Index the columns"):
            feed.read()


def test_a_large_list_is_read_in_pages_below_the_threshold(feed) -> None:
    fill(feed)
    feed.list.threshold = 5
    assert feed.read().titles == feed.truth


def test_a_field_that_fails_the_whole_call_is_told_as_what_it_is(feed) -> None:
    """sp-dev-docs#9412."""
    fill(feed)
    feed.list.quirks.failing_field = "State"
    with pytest.raises(RetryLater, match=r"500 .*System.ArgumentException.*2 times in a row"):
        feed.read()


@pytest.mark.parametrize(("kind", "scope"), [("sharepoint", {"known_fields": ["ID", "Title"]}), ("graph", {})])
def test_an_item_is_read_by_itself(kind: str, scope: dict[str, list[str]]) -> None:
    with followed(kind, **scope) as feed:
        fill(feed)
        there = feed.transport.fetch(feed.protocol.item("2"), feed.protocol.read_item)
        assert there is not None
        assert len(there) == 1
        feed.list.delete(2)
        assert feed.transport.fetch(feed.protocol.item("2"), feed.protocol.read_item) is None


def test_fields_may_be_chosen() -> None:
    """Of what is left out nothing comes, of a person the id by which Graph tells it."""
    with followed("graph", fields=["State", "Author"]) as feed:
        fill(feed, 1)
        told = feed.read().items["2"]["fields"]
        assert {name for name in told if not name.startswith("@")} == {
            "Title", "State", "AuthorLookupId", "_UIVersionString"
        }  # fmt: skip
