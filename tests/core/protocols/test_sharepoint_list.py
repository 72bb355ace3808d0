"""SharePoint's change feed of a list: what is asked in which order, and what the answers mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.row_facts import ids_of
from airflow_provider_drivedelta.core.protocols import change_log
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.protocols.list_play import LIST, Reply, answer, play, rows, schema, token, told

SITE = "https://contoso.sharepoint.com/sites/team"
FIELDS = ("ID", "Title", "FileRef", "FSObjType")
FEED = ListChanges(site_url=SITE, list_id=LIST, known_fields=FIELDS)
OLD, NEW = token(1), token(2)
FOLDER = {"FSObjType": "7;#1", "FileRef": "7;#sites/team/Lists/T/F"}


def since(feed: ListChanges = FEED, sent: str = OLD):
    return feed.since(Token(sent))


def query(**scope: object) -> ListChanges:
    return ListChanges(site_url=SITE, list_id=LIST, known_fields=FIELDS, **scope)  # type: ignore[arg-type]


# -- a full read --


def test_a_full_read_asks_for_the_fields_first_and_then_for_just_these() -> None:
    """A15: without ViewFields the default view's fields, and its filter, would decide."""
    played = play(FEED, FEED.first(), schema("Title", "State"), rows(1, 2))
    assert [request.url for request in played.requests] == [
        f"{SITE}/_api/web/lists(guid'{LIST}')/getlistitemchangessincetoken"
    ] * 2
    assert {request.method for request in played.requests} == {"POST"}
    assert played.asked[0]["RowLimit"] == "1"
    assert played.asked[1]["ViewFields"] == (
        '<ViewFields><FieldRef Name="ID"/><FieldRef Name="Title"/><FieldRef Name="State"/></ViewFields>'
    )
    assert [page.schema is not None for page in played.pages] == [True, False]


def test_a_full_read_pages_by_position_and_keeps_the_first_token() -> None:
    """A14: what changes during the read lies behind the first token, and is told again."""
    position = "Paged=TRUE&p_Title=a&p_ID=2"
    played = play(
        FEED, FEED.first(), schema("Title", to=token(10)), rows(1, 2, to=token(11), position=position), rows(3)
    )
    assert played.ids == [[], [1, 2], [3]]
    assert played.token == token(10)
    paging = played.options(2).find("Paging")
    assert paging is not None
    assert paging.get("ListItemCollectionPositionNext") == position
    assert all("ChangeToken" not in asked for asked in played.asked)


def test_an_empty_page_with_a_position_goes_on() -> None:
    """A4."""
    assert play(FEED, FEED.first(), schema(), rows(position="Paged=TRUE&p_ID=9"), rows(10)).ids == [[], [], [10]]


def test_latest_is_one_call_that_tells_the_fields_and_the_token() -> None:
    played = play(FEED, FEED.latest(), schema("Title", to=NEW))
    assert (played.ids, played.token, played.pages[0].schema is not None) == ([[]], NEW, True)


def test_a_list_that_does_not_describe_itself_is_broken() -> None:
    with pytest.raises(BrokenFeed, match="what fields it has"):
        play(FEED, FEED.first(), rows(1))


@pytest.mark.parametrize("goal", ["first", "latest"])
def test_a_full_read_without_a_token_to_go_on_from_is_broken(goal: str) -> None:
    body = schema("Title").body.replace(b"LastChangeToken", b"Other")
    with pytest.raises(BrokenFeed, match="no token to go on from"):
        play(FEED, getattr(FEED, goal)(), Reply(body))


def test_fields_that_the_list_has_not_are_named_before_anything_is_read() -> None:
    feed = query(fields=["State", "Stat"])
    with pytest.raises(FixSetup, match=r"no field 'Stat'.*State"):
        play(feed, feed.first(), schema("State"))


# -- what is sent --


def test_query_options_are_always_whole() -> None:
    """A15: what is left out of a given block gets the opposite of its default."""
    played = play(FEED, FEED.first(), schema(), rows())
    for number in range(2):
        options = played.options(number)
        assert {option.tag: option.text for option in options} == {
            "IncludeMandatoryColumns": "FALSE",
            "DateInUtc": "TRUE",
            "IncludePermissions": "FALSE",
            "ExpandUserField": "FALSE",
            "IncludeAttachmentUrls": "TRUE",
            "IncludeAttachmentVersion": "FALSE",
            "RemoveInvalidXmlCharacters": "TRUE",
            "ViewAttributes": None,
            "OptimizeFor": "ItemIds",
        }
        assert options.find("ViewAttributes").get("Scope") == "RecursiveAll"  # type: ignore[union-attr]


def test_the_scope_travels_with_every_call() -> None:
    feed = query(query="<Query><Where><IsNotNull><FieldRef Name='A'/></IsNotNull></Where></Query>", row_limit=50)
    played = play(feed, since(feed), rows(1, more=True, to=NEW), rows(2))
    for asked in played.asked:
        assert (asked["Query"], asked["RowLimit"]) == (feed.query, "50")
        assert "ViewName" not in asked
        assert "Contains" not in asked


def test_a_view_is_sent_without_fields_and_with_the_columns_that_records_need() -> None:
    feed = query(view="{3D1-…}")
    asked = play(feed, since(feed), rows(1)).asked[0]
    assert asked["ViewName"] == "{3D1-…}"
    assert "ViewFields" not in asked
    assert "<IncludeMandatoryColumns>TRUE<" in asked["QueryOptions"]


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ({"options": {"DateInUtc": "FALSE"}}, "DateInUtc FALSE"),
        ({"options": {"Paging": "x"}}, "belongs to the paging"),
        ({"options": {"Colour": "x"}}, "no query option 'Colour'"),
        ({"options": {"IncludePermissions": "maybe"}}, "cannot be 'maybe'"),
        ({"options": {"Scope": "Everything"}}, "no scope"),
        ({"options": {"OptimizeFor": "speed"}}, "optimized for 'speed'"),
        ({"query": "<Query>"}, "query is not CAML"),
        ({"query": "<Where/>"}, "query is not CAML"),
        ({"query": "<!DOCTYPE Query []><Query/>"}, "query is not CAML"),
        ({"contains": "State = open"}, "contains is not CAML"),
        ({"query": "<Query/>", "contains": "<Contains/>"}, "ignores contains"),
        ({"view": "{x}", "fields": ["A"]}, "ignores a view"),
        ({"row_limit": 0}, "0 rows"),
        ({"row_limit": 5001}, "5001 rows"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_any_call(scope: dict[str, object], says: str) -> None:
    """A15: a user's DateInUtc FALSE would give dates without their zone."""
    with pytest.raises(FixSetup, match=says):
        query(**scope)


# -- an increment --


def test_an_increment_goes_on_while_there_are_more_changes() -> None:
    """A13."""
    played = play(FEED, since(), rows(1, more=True, to=token(2)), rows(more=True, to=token(3)), rows(3, to=token(4)))
    assert [asked["ChangeToken"] for asked in played.asked] == [OLD, token(2), token(3)]
    assert (played.ids, played.token) == ([[1], [], [3]], token(4))


def test_positions_come_before_more_changes_and_the_first_page_has_the_token() -> None:
    """A real answer has both; to go on from the older token misses nothing."""
    played = play(
        FEED,
        since(),
        rows(1, more=True, to=token(2), position="Paged=TRUE&p_ID=1"),
        rows(2, to=token(3)),
        rows(3, to=token(4)),
    )
    assert [asked["ChangeToken"] for asked in played.asked] == [OLD, OLD, token(2)]
    assert played.token == token(4)


def test_without_known_fields_an_increment_asks_for_them_first() -> None:
    feed = ListChanges(site_url=SITE, list_id=LIST)
    played = play(feed, since(feed), schema("Title", to=token(50)), rows(1, to=NEW))
    assert "ChangeToken" not in played.asked[0]
    assert (played.asked[1]["ChangeToken"], played.token) == (OLD, NEW)
    assert played.asked[1]["ViewFields"].count("FieldRef") == 2


@pytest.mark.parametrize("change", ["Delete", "MoveAway"])
def test_what_is_gone_is_told_beside_the_rows(change: str) -> None:
    assert play(FEED, since(), rows(1, inside=told(change, 7))).ids == [[1, "-7"]]


def test_an_item_deleted_and_restored_in_one_answer_is_there() -> None:
    """C6: its row comes in the same answer; the page's deletes go before its rows."""
    played = play(FEED, since(), rows(7, inside=told("Delete", 7) + told("Restore", 7)))
    assert played.ids == [[7, "-7"]]


def test_an_item_deleted_and_restored_without_its_row_is_asked_for() -> None:
    """C6."""
    played = play(FEED, since(), rows(inside=told("Delete", 7) + told("Restore", 7), to=NEW), rows(7))
    assert played.ids == [["-7"], [7]]


def test_an_item_restored_and_deleted_again_is_gone() -> None:
    assert play(FEED, since(), rows(inside=told("Restore", 7) + told("Delete", 7))).ids == [["-7"]]


@pytest.mark.parametrize("change", ["SystemUpdate", "Rename", "Restore", "Mystery"])
def test_an_item_that_changed_without_its_row_is_asked_for_by_its_id(change: str) -> None:
    played = play(FEED, since(), rows(1, inside=told(change, 7) + told(change, 8), to=NEW), rows(7, 8, to=token(3)))
    assert (played.options(1).findtext("ExtraIds"), played.asked[1]["ChangeToken"]) == ("7,8", NEW)
    assert (played.ids, played.token) == ([[1], [7, 8]], token(3))


def test_what_is_asked_for_by_id_travels_with_the_next_changes() -> None:
    played = play(FEED, since(), rows(inside=told("Rename", 7), more=True, to=NEW), rows(2, 7, to=token(3)))
    assert played.options(1).findtext("ExtraIds") == "7"
    assert played.ids == [[], [2, 7]]


def test_an_item_that_still_does_not_come_is_looked_up_and_taken_for_gone_only_then() -> None:
    """No delete is inferred from an increment's silence: the service is asked about these very items."""
    played = play(
        FEED,
        since(),
        rows(inside=told("SystemUpdate", 7) + told("SystemUpdate", 8), to=NEW),
        rows(to=token(3)),
        rows(8, 55),
    )
    where = played.asked[2]["Query"]
    assert "ChangeToken" not in played.asked[2]
    assert '<Value Type="Counter">7</Value>' in where
    assert '<Value Type="Counter">8</Value>' in where
    assert (played.ids, played.token) == ([[], [], [8, "-7"]], token(3))


def test_a_look_up_stays_inside_the_scope() -> None:
    feed = query(query="<Query><Where><Eq><FieldRef Name='A'/><Value Type='Text'>x</Value></Eq></Where></Query>")
    played = play(feed, since(feed), rows(inside=told("SystemUpdate", 7)), rows(), rows())
    assert played.asked[2]["Query"].startswith('<Query><Where><And><Eq><FieldRef Name="A" />')
    assert played.ids[-1] == ["-7"]


def test_an_item_asked_for_and_then_deleted_is_not_asked_for_again() -> None:
    played = play(FEED, since(), rows(inside=told("SystemUpdate", 7), to=NEW), rows(inside=told("Delete", 7)))
    assert played.ids == [[], ["-7"]]


def test_many_items_are_asked_for_a_hundred_at_a_time() -> None:
    changes = "".join(told("SystemUpdate", number) for number in range(1, 251))
    replies = [rows(*range(1, 101)), rows(*range(101, 201)), rows(*range(201, 251))]
    played = play(FEED, since(), rows(inside=changes), *replies)
    assert sum(len(page.items) for page in played.pages) == 250
    assert [len((played.options(n).findtext("ExtraIds") or "").split(",")) for n in (1, 2, 3)] == [100, 100, 50]


def test_a_renamed_folder_has_what_lies_below_it_read() -> None:
    """D2: the change log says nothing of it, and its paths all changed."""
    played = play(
        FEED,
        since(),
        rows(inside=told("Rename", 7), to=NEW),
        rows(7, to=token(3), **FOLDER),
        rows(8, position="Paged=TRUE&p_ID=8"),
        rows(9),
    )
    options = [played.options(number) for number in (2, 3)]
    assert [found.findtext("Folder") for found in options] == ["/sites/team/Lists/T/F"] * 2
    assert (played.ids, played.token) == ([[], [7], [8], [9]], token(3))


def test_a_restored_folder_whose_row_comes_along_is_read_too() -> None:
    played = play(FEED, since(), rows(7, inside=told("Restore", 7), to=NEW, **FOLDER), rows(8))
    assert (played.ids, played.token) == ([[7], [8]], NEW)


def test_a_system_update_of_a_folder_reads_the_folder_alone() -> None:
    assert play(FEED, since(), rows(inside=told("SystemUpdate", 7)), rows(7, **FOLDER)).ids == [[], [7]]


def test_outside_a_recursive_scope_folders_are_not_entered() -> None:
    feed = query(options={"Scope": ""})
    assert play(feed, since(feed), rows(7, inside=told("Rename", 7), **FOLDER)).ids == [[7]]


def test_a_folder_that_moved_again_is_left_to_the_next_increment() -> None:
    error = Reply(b'{"odata.error":{"code":"-2147024894, System.IO.FileNotFoundException","message":"x"}}', 404)
    played = play(FEED, since(), rows(7, inside=told("Rename", 7), to=NEW, **FOLDER), error)
    assert (played.ids, played.token) == ([[7], []], NEW)


def test_a_folder_too_large_to_be_read_by_itself_has_everything_read() -> None:
    error = Reply(b'{"odata.error":{"code":"-2147024860, x","message":"x"}}', 500)
    with pytest.raises(StartOver, match="holds too much"):
        play(FEED, since(), rows(7, inside=told("Rename", 7), **FOLDER), error)


NARROW = [{"view": "{v}"}, {"query": "<Query/>"}, {"options": {"Scope": "Recursive", "Folder": "/sites/team/x"}}]


def unseen(scope: dict[str, object]) -> list[Reply]:
    """Asked for among the changes and, where that can be done within the scope, by itself: no answer."""
    return [rows()] if "view" in scope else [rows(), rows()]


@pytest.mark.parametrize("scope", NARROW)
@pytest.mark.parametrize("change", ["Rename", "Restore"])
def test_a_folder_out_of_sight_has_everything_read(scope: dict[str, object], change: str) -> None:
    """Its own row is not in the scope; what lies below it may be, or have been."""
    feed = query(**scope)
    with pytest.raises(StartOver, match="out of sight"):
        play(feed, since(feed), rows(inside=told(change, 7)), *unseen(scope), rows(1, 7, FSObjType="7;#1"))


@pytest.mark.parametrize("change", ["Rename", "Restore"])
def test_what_is_called_deleted_for_being_out_of_the_query_may_be_a_folder(change: str) -> None:
    """C6: SharePoint says so of all that changed and does not match; what lies below may."""
    feed = query(query="<Query/>")
    with pytest.raises(StartOver, match="out of sight"):
        play(feed, since(feed), rows(inside=told(change, 7) + told("Delete", 7)), rows(7, FSObjType="7;#1"))


def test_a_folder_of_a_whole_list_that_came_back_and_went_again_is_gone() -> None:
    played = play(FEED, since(), rows(inside=told("Restore", 7) + told("Delete", 7), to=NEW))
    assert (played.ids, played.token) == ([["-7"]], NEW)


@pytest.mark.parametrize("scope", NARROW)
def test_an_item_out_of_sight_is_no_more_than_that(scope: dict[str, object]) -> None:
    feed = query(**scope)
    kinds = [rows(1, FSObjType="1;#1", position="Paged=TRUE&p_ID=1"), rows(7, FSObjType="7;#0")]
    played = play(feed, since(feed), rows(inside=told("Rename", 7), to=NEW), *unseen(scope), *kinds)
    asked = played.asked[-1]
    assert (asked["ViewFields"].count("FieldRef"), "ViewName" in asked, "Contains" in asked) == (2, False, False)
    assert played.options(-1).find("Folder") is None
    assert played.options(-1).find("ViewAttributes").get("Scope") == "RecursiveAll"  # type: ignore[union-attr]
    assert played.ids[-3:] == [["-7"], [], []]
    assert played.token


@pytest.mark.parametrize(("row_limit", "requests"), [(None, 3), (50, 5), (5000, 3)])
def test_items_are_asked_for_by_as_many_as_come_in_one_page(row_limit: int | None, requests: int) -> None:
    feed = query(query="<Query/>", row_limit=row_limit)
    asked = list(feed.present([str(number) for number in range(1, 221)]))
    assert len(asked) == requests
    assert sum((request.body or b"").count(b"Counter") for request in asked) == 220


def test_what_a_view_does_not_show_when_asked_for_is_out_of_it() -> None:
    feed = query(view="{v}")
    assert play(feed, since(feed), rows(inside=told("SystemUpdate", 7)), rows()).ids == [[], ["-7"]]


# -- when everything must be read again --


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        (told("InvalidToken"), "no longer knows the token"),
        (told("Restore"), "restored from a backup"),
        (told("Resync"), "without saying of what"),
        (told("Delete", "seven"), "without saying of what"),
        (f'<List ID="{LIST}"><Fields/></List>', "fields of the list changed"),
    ],
)
def test_what_an_increment_cannot_tell_has_everything_read(inside: str, says: str) -> None:
    """B8, B9: on an HTTP 200; the list is the truth then."""
    with pytest.raises(StartOver, match=says) as refusal:
        play(FEED, since(), rows(1, inside=inside))
    assert refusal.value.flavour == "apply"


def test_an_answer_without_a_token_is_a_refusal() -> None:
    with pytest.raises(StartOver, match="without a token"):
        play(FEED, since(), Reply(rows().body.replace(b"LastChangeToken", b"Other")))


def test_a_token_too_old_proves_nothing_by_an_empty_answer() -> None:
    """sp-dev-docs#10389: an expired token gets an empty success."""
    with pytest.raises(StartOver, match="older than 59 days"):
        play(FEED, since(sent=token(age=timedelta(days=59, minutes=1))), rows())
    assert play(FEED, since(sent=token(age=timedelta(days=58, hours=23))), rows()).token


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"odata.error":{"code":"-1, System.FormatException","message":{"value":"bad"}}}'),
        (500, b'{"error":{"code":"-2130575173, Microsoft.SharePoint.SPException","message":{"value":"other"}}}'),
        (400, b'{"odata.error":{"code":"-2146233086, System.ArgumentOutOfRangeException","message":"x"}}'),
        (500, b"<m:error xmlns:m='x'><m:code>-2130575172, x</m:code><m:message>old</m:message></m:error>"),
        (500, b"<s:Envelope xmlns:s='x'><s:Body><s:Fault><faultstring>SoapServerException</faultstring></s:Fault>"
              b"</s:Body></s:Envelope>"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_be_used_has_everything_read_in_whatever_form_it_is_said(status: int, body: bytes) -> None:
    with pytest.raises(StartOver, match="cannot use the token"):
        play(FEED, since(), Reply(body, status))


def test_the_same_complaint_without_a_token_is_not_about_one() -> None:
    error = Reply(b'{"odata.error":{"code":"-1, System.FormatException","message":"x"}}', 500)
    with pytest.raises(RetryLater, match="500"):
        play(FEED, FEED.first(), error)


def test_too_many_items_to_ask_for_have_everything_read() -> None:
    changes = "".join(told("SystemUpdate", number) for number in range(1, change_log.MOST_ASKED_FOR + 2))
    with pytest.raises(StartOver, match="More changed"):
        play(FEED, since(), rows(inside=changes))


# -- one item --


def test_one_item_is_read_as_the_feed_reads_it() -> None:
    request = FEED.item("7")
    found = FEED.read_item(answer(rows(6, 7), request))
    assert isinstance(found, RawRows)
    assert (ids_of(found), FEED.read_item(answer(rows(), request))) == ([7], None)
    assert b"FileRef" in (request.body or b"")


def test_one_item_cannot_be_asked_for_without_knowing_the_fields() -> None:
    with pytest.raises(ValueError, match="known_fields"):
        ListChanges(site_url=SITE, list_id=LIST).item("7")


def test_errors_are_read_although_they_look_like_a_fault_of_the_moment() -> None:
    assert 500 in FEED.first().telling
