"""The list model: names of fields, operations on items, and what the change log keeps of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from airflow_provider_drivedelta.emulator import Clock, Field, Lookup, Person, Site
from airflow_provider_drivedelta.emulator.lists.fields import KINDS
from airflow_provider_drivedelta.emulator.lists.names import internal_name
from airflow_provider_drivedelta.emulator.lists.sample import sample_site
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import NoSuchField, NoSuchListItem

BOB = Person("Bob Bridges", "bob@contoso.com")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def tasks(site):
    return site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done")), Field("Due date", "DateTime")])


def told(own, after: int = 0) -> list[tuple[str, int]]:
    return [(event.change.value, event.item) for event in own.log.after(after)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Title", "Title"),
        ("Due date", "Due_x0020_date"),
        ("1st", "_x0031_st"),
        ("A1", "A1"),
        ("Größe", "Gr_x00f6__x00df_e"),
        ("Cost (EUR)", "Cost_x0020__x0028_EUR_x0029_"),
        ("Estimated number of working days", "Estimated_x0020_number_x0020_of_"),
        ("😀", "_xd83d__xde00_"),
    ],
)
def test_a_field_is_named_after_its_title_in_32_characters(title, name) -> None:
    assert internal_name(title) == name


def test_a_name_that_is_taken_gets_a_number_within_the_same_length() -> None:
    long = "x" * 40
    assert internal_name("State", ["state"]) == "State0"
    assert internal_name("State", ["State", "State0"]) == "State1"
    assert internal_name(long, ["x" * 32]) == "x" * 31 + "0"


def test_a_field_is_found_by_name_and_by_title_and_keeps_its_name_when_renamed(tasks) -> None:
    tasks.rename_field("Due date", "Deadline")
    assert tasks.field("Deadline").name == "Due_x0020_date"
    assert tasks.field("Due_x0020_date").title == "Deadline"
    with pytest.raises(NoSuchField, match="Due date"):
        tasks.field("Due date")


def test_items_are_numbered_and_never_twice(tasks) -> None:
    first = tasks.add({"Title": "a"})
    tasks.delete(first.id)
    second = tasks.add({"Title": "b"})
    assert (first.id, second.id) == (1, 2)
    assert first.unique_id != second.unique_id


def test_an_edit_says_who_and_when_and_counts_versions(site, tasks) -> None:
    tasks.versioning = True
    item = tasks.add({"Title": "a", "State": "open"})
    site.clock.advance(timedelta(hours=1))
    edited = tasks.edit(item.id, {"State": "done"}, by=BOB)
    assert edited.values == {"Title": "a", "State": "done"}
    assert (edited.version, edited.ui_version) == (2, 1024)
    assert edited.modified.by is BOB
    assert edited.modified.at - edited.created.at >= timedelta(hours=1)


def test_a_system_update_leaves_no_trace_on_the_item(tasks) -> None:
    item = tasks.add({"Title": "a"})
    after = tasks.system_update(item.id, {"Title": "b"})
    assert (after.version, after.modified) == (item.version, item.modified)
    assert told(tasks)[-1] == ("SystemUpdate", item.id)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("State", 3),
        ("Due date", datetime(2026, 1, 1)),  # without a zone, which no list knows what to do with
        ("Due date", date(2026, 1, 1)),
        ("Modified", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Title", Lookup(1, "a")),
    ],
)
def test_a_value_that_a_field_does_not_take_is_refused(tasks, name, value) -> None:
    with pytest.raises(ValueError, match=name.split()[0]):
        tasks.add({name: value})


def test_what_is_below_a_folder_goes_with_it_and_comes_back_with_it(tasks) -> None:
    folder = tasks.add_folder("F")
    inside = tasks.add({"Title": "in"}, tasks.add_folder("G", folder.id).id)
    before = tasks.walk()
    tasks.delete(folder.id)
    assert tasks.walk() == []
    with pytest.raises(NoSuchListItem):
        tasks.item(inside.id)
    tasks.restore(folder.id)
    assert tasks.walk() == before
    assert told(tasks)[-2:] == [("Delete", folder.id), ("Restore", folder.id)]


def test_renaming_a_folder_changes_the_paths_below_without_a_word_about_them(tasks) -> None:
    folder = tasks.add_folder("F")
    inside = tasks.add({"Title": "in"}, folder.id)
    head = tasks.log.head
    tasks.rename(folder.id, "Renamed")
    assert tasks.item_path(tasks.item(inside.id)) == "/sites/team/Lists/Tasks/Renamed/2_.000"
    assert told(tasks, head) == [("Rename", folder.id)]


def test_a_folder_cannot_be_moved_into_itself_nor_take_a_name_that_is_there(tasks) -> None:
    outer = tasks.add_folder("F")
    inner = tasks.add_folder("G", outer.id)
    with pytest.raises(ValueError, match="into itself"):
        tasks.move(outer.id, inner.id)
    with pytest.raises(ValueError, match="already"):
        tasks.add_folder("f")


def test_an_item_moved_away_is_a_new_one_elsewhere(site, tasks) -> None:
    other = site.add_list("Other")
    item = tasks.add({"Title": "a", "State": "open"})
    arrived = other.move_away(other.add({"Title": "b"}).id, tasks)
    moved = tasks.move_away(item.id, other)
    assert moved.values == {"Title": "a"}
    assert tasks.find(item.id) is None
    (event,) = tasks.log.after(tasks.log.head - 1)
    assert (event.change.value, event.after_list, event.after_item) == ("MoveAway", other.id, moved.id)
    assert tasks.item(arrived.id).title == "b"


def test_a_removed_field_takes_its_values_along(tasks) -> None:
    item = tasks.add({"Title": "a", "State": "open"})
    tasks.remove_field("State")
    assert tasks.item(item.id).values == {"Title": "a"}
    with pytest.raises(ValueError, match="cannot be removed"):
        tasks.remove_field("Title")


def test_a_retyped_field_keeps_what_it_can(tasks) -> None:
    item = tasks.add({"State": "open", "Due date": datetime(2026, 1, 1, tzinfo=UTC)})
    tasks.retype_field("State", "Number")
    tasks.retype_field("Due date", "Text")
    assert tasks.item(item.id).values == {"State": None, "Due_x0020_date": "2026-01-01 00:00:00+00:00"}


def test_a_backup_brings_back_items_but_not_fields(tasks) -> None:
    item = tasks.add({"Title": "a", "State": "open"})
    backup = tasks.backup()
    tasks.edit(item.id, {"Title": "b"})
    tasks.remove_field("State")
    tasks.add({"Title": "late"})
    tasks.restore_backup(backup)
    assert [found.values for found in tasks.walk()] == [{"Title": "a"}]
    assert tasks.add({}).id == 3


def test_people_are_known_to_the_site_by_one_id_each(site, tasks) -> None:
    ada, bob = site.owner, site.member(BOB)
    assert site.member(Person("Robert", "BOB@contoso.com")) == bob
    assert ada.id != bob.id
    tasks.add_field(Field("Crew", "UserMulti"))
    assert tasks.add({"Crew": (BOB, ada)}).values["Crew"] == (bob, ada)


def test_the_log_finds_the_number_of_a_moment() -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    own = Site(clock=clock).add_list("Tasks")
    own.add({"Title": "a"})
    noted = clock.now() + timedelta(seconds=1)
    clock.advance(timedelta(minutes=1))
    own.add({"Title": "b"})
    assert told(own, own.log.number_at(noted)) == [("Add", 2)]


def test_the_bias_of_a_zone_is_that_of_its_winter() -> None:
    for zone, bias, daylight in [("America/Los_Angeles", 480, -60), ("Australia/Sydney", -600, -60), ("UTC", 0, 0)]:
        site = Site(zone=zone)
        assert (site.bias, site.daylight_bias) == (bias, daylight), zone


def test_the_sample_has_a_field_of_every_type_that_can_be_made() -> None:
    projects = sample_site().list("Projects")
    own = {field.kind for field in projects.fields if not field.built_in}
    assert {field.kind for field in projects.fields} == KINDS
    assert KINDS - own == {"Attachments", "Computed", "ContentTypeId", "Counter", "File", "ModStat"}
    assert sum(item.is_folder for item in projects.walk()) == 3
    assert len(projects.walk()) == 39
