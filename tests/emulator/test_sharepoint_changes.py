"""Changes since a token: what is told, what by its id alone, and what a token that is no good gets."""

from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_drivedelta.emulator import Clock, Emulator, Field, Site
from airflow_provider_drivedelta.emulator.lists.tokens import ChangeToken
from tests.emulator.sharepoint_caller import Caller


@pytest.fixture
def caller():
    site = Site(clock=Clock(datetime(2026, 1, 1, tzinfo=UTC)))
    own = site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done"))])
    with Emulator(sites=[site], clock=site.clock) as emulator:
        yield Caller(emulator, own, fields=("Title", "State"))


@pytest.fixture
def own(caller):
    return caller.list


def test_a_first_call_brings_the_schema_all_rows_and_a_token(caller, own) -> None:
    own.add({"Title": "a"}, own.add_folder("F").id)
    answer = caller.ask()
    assert answer.titles == ["F", "a"]
    assert answer.schema is not None
    assert answer.schema.attrib["ID"] == "{" + own.id.upper() + "}"
    assert answer.token.startswith(f"1;3;{own.id};")
    assert not answer.more
    assert not answer.ids


def test_a_token_brings_what_changed_since_and_no_schema(caller, own) -> None:
    kept, edited = own.add({"Title": "kept"}), own.add({"Title": "a"})
    token = caller.ask().token
    own.edit(edited.id, {"Title": "b"})
    own.add({"Title": "new"})
    answer = caller.ask(token)
    assert answer.titles == ["b", "new"]
    assert answer.schema is None
    assert not answer.ids
    assert caller.ask(answer.token).rows == []
    assert kept.id not in {int(row["ows_ID"]) for row in answer.rows}


def test_an_item_edited_twice_comes_once_as_it_is_now(caller, own) -> None:
    item = own.add({"Title": "a"})
    token = caller.ask().token
    own.edit(item.id, {"Title": "b"})
    own.edit(item.id, {"Title": "c"})
    assert caller.ask(token).titles == ["c"]


def test_at_most_forty_items_come_at_once_whatever_the_row_limit_and_no_delete_counts(caller, own) -> None:
    """A13."""
    gone = [own.add({"Title": "gone"}) for _ in range(60)]
    token = caller.ask().token
    for item in gone:
        own.delete(item.id)
    for number in range(85):
        own.add({"Title": f"{number}"})
    answers = [caller.ask(token, RowLimit="1000")]
    while answers[-1].more:
        answers.append(caller.ask(answers[-1].token, RowLimit="1000"))
    assert [len(answer.rows) for answer in answers] == [40, 40, 5]
    assert [title for answer in answers for title in answer.titles] == [str(number) for number in range(85)]
    assert [len(answer.ids) for answer in answers] == [60, 0, 0]


def test_more_changes_are_announced_only_to_a_token(caller, own) -> None:
    for number in range(50):
        own.add({"Title": f"{number}"})
    answer = caller.ask(RowLimit="45")
    assert len(answer.rows) == 45
    assert not answer.more
    assert answer.position == "Paged=TRUE&p_ID=45"


def test_a_deleted_item_is_told_by_its_id(caller, own) -> None:
    item = own.add({"Title": "a"})
    token = caller.ask().token
    own.delete(item.id)
    answer = caller.ask(token)
    (element,) = answer.root.iter("Id")
    assert element.attrib == {"ChangeType": "Delete", "UniqueId": "{" + item.unique_id.upper() + "}"}
    assert (answer.ids, answer.rows) == ([("Delete", "1")], [])


def test_of_a_deleted_folder_nothing_below_is_told(caller, own) -> None:
    folder = own.add_folder("F")
    own.add({"Title": "in"}, folder.id)
    token = caller.ask().token
    own.delete(folder.id)
    assert caller.ask(token).ids == [("Delete", str(folder.id))]


def test_an_item_that_came_and_went_is_a_delete_of_something_unknown(caller, own) -> None:
    token = caller.ask().token
    own.delete(own.add({"Title": "a"}).id)
    answer = caller.ask(token)
    assert (answer.ids, answer.rows) == ([("Delete", "1")], [])


def test_a_restored_item_is_told_by_its_id_and_comes_as_a_row_too(caller, own) -> None:
    folder = own.add_folder("F")
    own.add({"Title": "in"}, folder.id)
    token = caller.ask().token
    own.delete(folder.id)
    own.restore(folder.id)
    answer = caller.ask(token)
    assert answer.ids == [("Delete", "1"), ("Restore", "1")]
    assert answer.titles == ["F"]


def test_an_item_moved_away_says_where(caller, own) -> None:
    other = own.site.add_list("Other")
    item = own.add({"Title": "a"})
    token = caller.ask().token
    arrived = own.move_away(item.id, other)
    (element,) = caller.ask(token).root.iter("Id")
    assert element.attrib["ChangeType"] == "MoveAway"
    assert element.attrib["AfterListId"] == "{" + other.id.upper() + "}"
    assert element.attrib["AfterItemId"] == str(arrived.id)


def test_a_system_update_and_a_rename_send_no_row_until_asked_for_by_id(caller, own) -> None:
    folder, item = own.add_folder("F"), own.add({"Title": "a"})
    token = caller.ask().token
    own.system_update(item.id, {"Title": "b"})
    own.rename(folder.id, "Renamed")
    quiet = caller.ask(token)
    assert quiet.ids == [("SystemUpdate", "2"), ("Rename", "1")]
    assert quiet.rows == []
    fetched = caller.ask(quiet.token, more_options="<ExtraIds>1,2,99</ExtraIds>")
    assert fetched.titles == ["Renamed", "b"]
    assert fetched.ids == []


def test_extra_ids_mean_nothing_in_a_full_read(caller, own) -> None:
    own.add({"Title": "a"})
    assert caller.ask(more_options="<ExtraIds>1</ExtraIds>").titles == ["a"]


def test_a_list_put_back_from_a_backup_is_one_empty_restore(caller, own) -> None:
    """G-series: the whole list restored."""
    own.add({"Title": "a"})
    backup, token = own.backup(), caller.ask().token
    own.add({"Title": "b"})
    own.restore_backup(backup)
    answer = caller.ask(token)
    assert answer.ids == [("Restore", "")]
    assert answer.rows == []
    assert caller.ask(answer.token).ids == []


def change_schema(own, how: str) -> None:
    match how:
        case "add":
            own.add_field(Field("New one", "Text"))
        case "rename":
            own.rename_field("State", "Status")
        case "retype":
            own.retype_field("State", "Text")
        case "remove":
            own.remove_field("State")


@pytest.mark.parametrize("how", ["add", "rename", "retype", "remove"])
def test_after_a_change_of_the_schema_a_token_gets_it_and_all_that_there_is(caller, own, how) -> None:
    own.add({"Title": "old"})
    token = caller.ask().token
    change_schema(own, how)
    own.add({"Title": "new"})
    answer = caller.ask(token)
    assert answer.schema is not None
    assert answer.titles == ["old", "new"]
    assert caller.ask(answer.token).schema is None


def test_or_it_gets_the_schema_and_no_more_than_the_changes(caller, own) -> None:
    own.quirks.contents_with_schema = False
    own.add({"Title": "old"})
    token = caller.ask().token
    own.add_field(Field("New one", "Text"))
    own.add({"Title": "new"})
    answer = caller.ask(token)
    assert answer.schema is not None
    assert answer.titles == ["new"]


def test_an_expired_token_is_told_so_with_status_200(caller, own) -> None:
    own.add({"Title": "a"})
    token = caller.ask().token
    own.expire_tokens()
    answer = caller.ask(token)
    assert answer.ids == [("InvalidToken", "")]
    assert (answer.token, answer.rows) == (None, [])
    assert caller.ask(caller.ask().token).ids == []


def test_a_token_lives_sixty_days(caller, own) -> None:
    token = caller.ask().token
    own.site.clock.advance(timedelta(days=60) - timedelta(minutes=1))
    assert caller.ask(token).ids == []
    own.site.clock.advance(timedelta(minutes=2))
    assert caller.ask(token).ids == [("InvalidToken", "")]


def test_an_expired_token_can_go_unnoticed_as_it_does_live(caller, own) -> None:
    own.quirks.silent_when_expired = True
    token = caller.ask().token
    own.add({"Title": "lost"})
    own.expire_tokens()
    answer = caller.ask(token)
    assert (answer.ids, answer.rows) == ([], [])
    assert answer.token


def test_a_token_made_by_hand_means_its_moment(caller, own) -> None:
    own.add({"Title": "before"})
    own.site.clock.advance(timedelta(minutes=1))
    moment = own.site.clock.now()
    own.add({"Title": "after"})
    assert caller.ask(ChangeToken(own.id, moment).encode()).titles == ["after"]


def test_a_token_from_the_future_is_invalid(caller, own) -> None:
    token = ChangeToken(own.id, own.site.clock.now(), 9_999).encode()
    assert caller.ask(token).ids == [("InvalidToken", "")]


@pytest.mark.parametrize("token", ["garbage", "1;3;x;1;1", "1;3;{list};99999999999999999999;1", "{token};x"])
def test_garbage_is_an_error_of_the_server(caller, own, token) -> None:
    given = token.replace("{list}", own.id).replace("{token}", caller.ask().token)
    answer = caller.post({"query": {"ChangeToken": given}})
    assert answer.status_code == 500
    assert answer.json()["odata.error"]["code"] == "-1, System.FormatException"


@pytest.mark.parametrize("scope", ["3", "2"])
def test_a_token_of_something_else_is_refused(caller, own, scope) -> None:
    of = own.site.add_list("Other").id if scope == "3" else own.id
    answer = caller.post({"query": {"ChangeToken": f"1;{scope};{of};639000000000000000;1"}})
    assert answer.status_code == 500
    assert answer.json()["odata.error"]["code"].startswith("-2130575173,")


def test_what_changed_and_does_not_match_the_query_is_told_as_deleted(caller, own) -> None:
    query = "<Query><Where><Eq><FieldRef Name='State'/><Value Type='Choice'>open</Value></Eq></Where></Query>"
    own.add({"Title": "a", "State": "open"})
    token = caller.ask(Query=query).token
    own.edit(1, {"State": "done"})
    own.add({"Title": "never", "State": "done"})
    own.add({"Title": "b", "State": "open"})
    answer = caller.ask(token, Query=query)
    assert answer.titles == ["b"]
    assert answer.ids == [("Delete", "1"), ("Delete", "2")]


def test_the_same_token_gives_the_same_answer_twice(caller, own) -> None:
    token = caller.ask().token
    for number in range(45):
        own.add({"Title": f"{number}"})
    first, second = caller.ask(token), caller.ask(token)
    assert first.rows == second.rows
    assert first.token.rpartition(";")[2] == second.token.rpartition(";")[2]


def test_a_page_of_changes_leads_on_although_more_happens_meanwhile(caller, own) -> None:
    token = caller.ask().token
    items = [own.add({"Title": f"{number}"}) for number in range(60)]
    first = caller.ask(token)
    own.edit(items[0].id, {"Title": "again"})
    own.delete(items[50].id)
    second = caller.ask(first.token)
    assert [*first.titles, *second.titles] == [*map(str, range(50)), *map(str, range(51, 60)), "again"]
    assert second.ids == [("Delete", "51")]
