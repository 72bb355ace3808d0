"""A real folder as a drive: what happens on disk is what the next delta says."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_drivedelta.emulator.folder import FolderMirror, folder_drive
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.quick_xor import quick_xor_hash


class Looked:
    """A folder, its drive, and the ids that the last look found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drive = folder_drive(folder, Flavour.BUSINESS)
        self._mirror = FolderMirror(self.drive, folder)

    def ids(self) -> dict[str, str]:
        self._mirror.refresh()
        return {self.drive.path(item.id): item.id for item in self.drive.walk()}


@pytest.fixture
def looked(tmp_path: Path) -> Looked:
    """/notes.txt, /docs/a.txt, /docs/sub/b.txt"""
    folder = tmp_path / "served"
    (folder / "docs" / "sub").mkdir(parents=True)
    (folder / "notes.txt").write_text("notes")
    (folder / "docs" / "a.txt").write_text("aaa")
    (folder / "docs" / "sub" / "b.txt").write_text("bb")
    return Looked(folder)


def test_everything_is_there_with_its_size_and_hash(looked) -> None:
    ids = looked.ids()
    assert set(ids) == {"/notes.txt", "/docs", "/docs/a.txt", "/docs/sub", "/docs/sub/b.txt"}
    assert looked.drive.root.size == 10
    assert looked.drive.item(ids["/docs/a.txt"]).content.hashes().quick_xor == quick_xor_hash(b"aaa")


def test_looking_again_changes_nothing(looked) -> None:
    looked.ids()
    head = looked.drive.head
    looked.ids()
    assert looked.drive.head == head


def test_a_rename_and_a_move_keep_the_id(looked) -> None:
    before = looked.ids()
    (looked.folder / "notes.txt").rename(looked.folder / "docs" / "renamed.txt")
    (looked.folder / "docs" / "sub").rename(looked.folder / "top")
    after = looked.ids()
    assert after["/docs/renamed.txt"] == before["/notes.txt"]
    assert after["/top"] == before["/docs/sub"]
    assert after["/top/b.txt"] == before["/docs/sub/b.txt"]


def test_a_moved_folder_is_still_readable_below(looked) -> None:
    before = looked.ids()
    (looked.folder / "docs").rename(looked.folder / "papers")
    looked.ids()
    file = looked.drive.item(before["/docs/a.txt"])
    assert file.content.read(0, 10) == b"aaa"
    assert file.content.hashes() is not None


def test_a_folder_renamed_while_a_file_was_added_keeps_its_id(looked) -> None:
    before = looked.ids()
    (looked.folder / "docs").rename(looked.folder / "papers")
    (looked.folder / "papers" / "new.txt").write_text("new")
    assert looked.ids()["/papers"] == before["/docs"]


def test_an_edit_in_place_keeps_the_id_and_changes_the_content_tag(looked) -> None:
    before = looked.ids()["/notes.txt"]
    tags = looked.drive.item(before).tags
    (looked.folder / "notes.txt").write_text("other notes")
    assert looked.ids()["/notes.txt"] == before
    assert looked.drive.item(before).tags.content > tags.content
    assert looked.drive.item(before).size == 11


def test_a_file_replaced_by_an_editor_keeps_its_id(looked) -> None:
    before = looked.ids()["/notes.txt"]
    temporary = looked.folder / ".notes.txt.swp"
    temporary.write_text("written anew")
    temporary.replace(looked.folder / "notes.txt")
    assert looked.ids()["/notes.txt"] == before
    assert looked.drive.item(before).size == len("written anew")


def test_two_files_that_swap_names_keep_their_ids(looked) -> None:
    before = looked.ids()
    one, two, aside = looked.folder / "notes.txt", looked.folder / "docs" / "a.txt", looked.folder / "aside"
    one.rename(aside)
    two.rename(one)
    aside.rename(two)
    after = looked.ids()
    assert (after["/notes.txt"], after["/docs/a.txt"]) == (before["/docs/a.txt"], before["/notes.txt"])


def test_a_folder_can_change_places_with_the_one_above_it(looked) -> None:
    before = looked.ids()
    (looked.folder / "docs" / "sub").rename(looked.folder / "sub")
    (looked.folder / "docs").rename(looked.folder / "sub" / "docs")
    after = looked.ids()
    assert (after["/sub"], after["/sub/docs"]) == (before["/docs/sub"], before["/docs"])


def test_what_is_deleted_is_gone_and_a_new_file_elsewhere_is_another_item(looked) -> None:
    before = looked.ids()
    (looked.folder / "notes.txt").unlink()
    shutil.rmtree(looked.folder / "docs" / "sub")
    (looked.folder / "other.txt").write_text("perhaps in the same inode")
    after = looked.ids()
    assert set(after) == {"/docs", "/docs/a.txt", "/other.txt"}
    assert after["/other.txt"] not in before.values()


def test_an_inode_that_is_used_again_does_not_bring_the_old_item_back(looked) -> None:
    """Some file systems hand the same inode out at once; here a hard link makes sure of it."""
    before = looked.ids()["/notes.txt"]
    os.link(looked.folder / "notes.txt", looked.folder / "same inode.txt")
    (looked.folder / "notes.txt").unlink()
    (looked.folder / "same inode.txt").write_text("but written since")
    after = looked.ids()
    assert after["/same inode.txt"] != before
    assert "/notes.txt" not in after


def test_hard_links_are_two_items(looked) -> None:
    os.link(looked.folder / "notes.txt", looked.folder / "link.txt")
    ids = looked.ids()
    assert ids["/notes.txt"] != ids["/link.txt"]


def test_links_and_sockets_are_left_out(looked) -> None:
    (looked.folder / "outside").symlink_to("/")
    (looked.folder / "dangling").symlink_to("nowhere")
    os.mkfifo(looked.folder / "pipe")
    assert not {"/outside", "/dangling", "/pipe"} & set(looked.ids())


def test_names_that_differ_in_case_only_are_both_there(looked) -> None:
    (looked.folder / "NOTES.txt").write_text("loud")
    assert {"/notes.txt", "/NOTES.txt"} <= set(looked.ids())


def test_ids_outlive_the_process_on_an_unchanged_folder(looked) -> None:
    again = Looked(looked.folder)
    assert again.ids() == looked.ids()
    assert again.drive.id == looked.drive.id


def test_an_edit_made_while_nobody_looked_changes_the_tags(looked) -> None:
    ids = looked.ids()
    tags = looked.drive.item(ids["/notes.txt"]).tags
    (looked.folder / "notes.txt").write_text("edited in between")
    again = Looked(looked.folder)
    assert again.ids() == ids
    assert again.drive.item(ids["/notes.txt"]).tags != tags


def test_over_the_wire_the_disk_is_looked_at_when_an_enumeration_starts(serve: Callable, looked) -> None:
    client = serve(folder=looked.folder, page_size=2)
    read = client.read(between=lambda: (looked.folder / "late.txt").write_text("late"))
    assert "late.txt" not in read.names
    assert len(read.items) == 6
    (looked.folder / "notes.txt").write_text("changed")
    assert {"late.txt", "notes.txt"} <= set(client.read(read.delta_link).names)
    assert client.get("/v1.0/me/drive/root:/notes.txt:/content").content == b"changed"
    assert len(client.emulator.tree()) == 6
