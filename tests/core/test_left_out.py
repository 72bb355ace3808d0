"""Folders that a query leaves out while what lies in them is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        return self._current("title")

    @property
    def paths(self) -> list[str]:
        return self._current("file_path")

    def _current(self, column: str) -> list[str]:
        return sorted(read_current(self.output).read_all()[column].to_pylist())


ComesBack = Callable[[OpenItems, int, int], None]


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


def test_what_happens_out_of_the_query_is_no_reason_to_read_everything(items: OpenItems) -> None:
    """C6: one item of each folder that is not known is asked for, and is there."""
    folders = [items.list.add_folder(f"F{number}").id for number in range(3)]
    for folder in folders:
        items.add(f"in {folder}", folder)
    changed, deleted = (items.add("closed", state="closed") for _ in range(2))
    items.pull()
    items.list.edit(changed, {"Title": "still closed"})
    items.list.delete(deleted)

    assert (items.pull().kind, len(items.titles)) == ("quiet", 3)


def test_one_of_many_folders_goes(items: OpenItems) -> None:
    """C6: nor do those go that lie beside it, whatever the order of their numbers."""
    folders = [items.list.add_folder(f"F{number}").id for number in range(3)]
    for folder in folders:
        items.add(f"in {folder}", folder)
    items.pull()
    items.list.delete(folders[1])

    items.pull()

    assert items.titles == [f"in {folders[0]}", f"in {folders[2]}"]


def test_a_folder_is_deleted_and_made_anew_with_other_items(items: OpenItems) -> None:
    """C6: that something lies at the old path proves nothing for what lay there."""
    folder = items.list.add_folder("F").id
    items.add("old", folder)
    items.pull()
    items.list.delete(folder)
    items.add("new", items.list.add_folder("F").id)

    items.pull()

    assert items.titles == ["new"]


def test_what_moved_out_of_a_folder_before_its_end_proves_nothing_for_the_rest(items: OpenItems) -> None:
    """C6: it was told by itself, and the folder alone."""
    folder = items.list.add_folder("F").id
    moved = items.add("moved", folder)
    items.add("in it", folder)
    items.pull()
    items.list.move(moved, None)
    items.list.delete(folder)

    items.pull()

    assert items.titles == ["moved"]


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


def _alone(items: OpenItems, above: int, folder: int) -> None:
    items.list.restore(folder)


def _rename_above(items: OpenItems, above: int, folder: int) -> None:
    items.list.rename(above, "Renamed")
    items.list.restore(folder)


def _move(items: OpenItems, above: int, folder: int) -> None:
    items.list.restore(folder)
    items.list.move(folder, None)


def _delete_again(items: OpenItems, above: int, folder: int) -> None:
    items.list.restore(folder)
    items.list.delete(folder)
    items.list.restore(folder)


def _edit(items: OpenItems, above: int, folder: int) -> None:
    items.list.restore(folder)
    items.list.edit(folder, {"State": "closed"})


@pytest.mark.parametrize("comes_back", [_alone, _rename_above, _move, _delete_again, _edit])
def test_what_lies_in_a_folder_comes_back_with_it(items: OpenItems, comes_back: ComesBack) -> None:
    """C6: the change log names the folder, and calls it deleted too, as it does all that a query leaves out."""
    above = items.list.add_folder("Above").id
    folder = items.list.add_folder("F", above).id
    items.add("in it", folder)
    items.add("beside it")
    items.pull()
    items.list.delete(folder)
    items.pull()
    comes_back(items, above, folder)

    told = items.pull()

    assert (told.kind, told.inserted, items.titles) == ("resync", 1, ["beside it", "in it"])
    assert items.pull().kind == "quiet"


def test_a_folder_is_renamed_as_it_leaves_the_query(items: OpenItems) -> None:
    """C6: it is called deleted then, and yet the paths below it are others."""
    folder = items.list.add_folder("F").id
    items.list.edit(folder, {"State": "open"})
    items.add("in it", folder)
    items.pull()
    items.list.rename(folder, "G")
    items.list.edit(folder, {"State": "closed"})

    items.pull()

    assert items.paths == ["/sites/team/Lists/Tasks/G/2_.000"]


def test_an_item_that_the_query_leaves_out_comes_back_without_a_full_read(items: OpenItems) -> None:
    """Nothing lies below it, and the service says so."""
    other = items.add("closed", state="closed")
    items.add("beside it")
    items.list.delete(other)
    items.pull()
    items.list.restore(other)

    assert items.pull().kind == "quiet"


def test_a_folder_that_came_back_and_went_again_hides_nobody(items: OpenItems) -> None:
    folder = items.list.add_folder("F").id
    items.add("in it", folder)
    items.add("beside it")
    items.list.delete(folder)
    items.pull()
    items.list.restore(folder)
    items.list.delete(folder)

    assert (items.pull().kind, items.titles) == ("quiet", ["beside it"])


def test_a_folder_comes_into_the_query_as_it_comes_back(items: OpenItems) -> None:
    """C6: what lies in it is asked for by its path, and nothing else is read again."""
    folder = items.list.add_folder("F").id
    items.add("in it", folder)
    items.add("beside it")
    items.list.delete(folder)
    items.pull()
    items.list.restore(folder)
    items.list.edit(folder, {"State": "open"})

    assert (items.pull().kind, items.titles) == ("incremental", ["F", "beside it", "in it"])
