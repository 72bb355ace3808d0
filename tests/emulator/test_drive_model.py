"""What the operations of a drive do to items, tags, sizes and the change log."""

from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_drivedelta.emulator import Clock, DeclaredContent, Drive, Flavour
from airflow_provider_drivedelta.emulator.drive import NameTaken, NoSuchItem


def test_ids_have_the_shape_of_the_flavour_and_are_the_same_in_every_process() -> None:
    business, personal = Drive(seed="x"), Drive(seed="x", flavour=Flavour.PERSONAL)
    assert business.id.startswith("b!")
    assert len(business.id) == 66
    assert len(business.create_file("a").id) == 34
    assert business.root_id.startswith("01")
    assert len(personal.id) == 16
    assert personal.create_file("a").id.startswith(personal.id + "!")
    assert Drive(seed="x").create_file("a").id == business.find("/a").id


def test_an_edit_changes_both_tags_and_a_rename_the_etag_alone(drive: Drive) -> None:
    made = drive.create_file("a.txt", b"one")
    edited = drive.edit(made.id, b"two")
    renamed = drive.rename(made.id, "b.txt")
    assert edited.tags.item > made.tags.item
    assert edited.tags.content > made.tags.content
    assert renamed.tags.item > edited.tags.item
    assert renamed.tags.content == edited.tags.content


def test_folders_know_how_much_is_below_them(drive: Drive) -> None:
    outer = drive.create_folder("outer")
    inner = drive.create_folder("inner", outer.id)
    drive.create_file("a", b"12345", inner.id)
    file = drive.create_file("b", b"123", outer.id)
    assert (drive.item(outer.id).size, drive.item(outer.id).child_count) == (8, 2)
    drive.move(inner.id, None)
    drive.edit(file.id, b"1")
    assert (drive.item(outer.id).size, drive.item(outer.id).child_count) == (1, 1)
    assert (drive.root.size, drive.root.child_count) == (6, 2)
    drive.delete(inner.id)
    assert (drive.root.size, drive.root.child_count) == (1, 1)


def test_names_are_unique_in_a_folder_without_regard_to_case(drive: Drive) -> None:
    file = drive.create_file("Report.txt")
    with pytest.raises(NameTaken):
        drive.create_folder("report.TXT")
    assert drive.rename(file.id, "REPORT.txt").name == "REPORT.txt"
    assert drive.find("/report.txt").id == file.id


def test_a_folder_cannot_move_below_itself(drive: Drive) -> None:
    outer = drive.create_folder("outer")
    inner = drive.create_folder("inner", outer.id)
    with pytest.raises(ValueError, match="below itself"):
        drive.move(outer.id, inner.id)


def test_what_was_deleted_together_comes_back_together(drive: Drive) -> None:
    folder = drive.create_folder("folder")
    early = drive.create_file("early", b"1", folder.id)
    kept = drive.create_file("kept", b"22", folder.id)
    drive.delete(early.id)
    drive.delete(folder.id)
    with pytest.raises(NoSuchItem):
        drive.item(kept.id)
    drive.restore(folder.id)
    assert [drive.path(item.id) for item in drive.walk()] == ["/folder", "/folder/kept"]
    assert drive.root.size == 2


def test_a_recreated_file_is_another_item_of_the_same_name(drive: Drive) -> None:
    old = drive.create_file("a.txt", b"old")
    new = drive.recreate(old.id, b"new")
    assert new.id != old.id
    assert new.name == "a.txt"
    assert drive.find("/a.txt").id == new.id


def test_a_large_file_can_be_declared_without_its_bytes(drive: Drive) -> None:
    file = drive.create_file("film.mp4", DeclaredContent(10**12, "abc="))
    assert file.size == 10**12
    assert drive.root.size == 10**12


def test_a_batch_writes_each_folder_once(drive: Drive) -> None:
    folder = drive.create_folder("folder")
    before = drive.head
    with drive.batch():
        for number in range(10):
            drive.create_file(f"{number}", b"x", folder.id)
    assert drive.head - before == 10 + len([folder.id, drive.root_id])


def test_the_change_log_is_bounded(drive: Drive) -> None:
    small = Drive(keep=10)
    file, other = small.create_file("a"), small.create_file("b")
    for number in range(200):
        small.edit(file.id, str(number).encode())
    kept = list(small.log.changes(0, small.head))
    assert {item.id for item in kept} == {file.id, other.id, small.root_id}
    assert small.log.floor > 0
    assert small.log.at(other.id, small.head) is not None


def test_times_follow_the_clock() -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    drive = Drive(clock=clock)
    file = drive.create_file("a")
    clock.advance(timedelta(days=3))
    edited = drive.edit(file.id, b"x")
    assert edited.created.at.day == 1
    assert edited.modified.at.day == 4
    assert edited.times.modified.day == 4
