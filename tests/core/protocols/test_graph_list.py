"""Graph's change feed of a list: columns first, then links; what is gone is told apart from what is there."""

from __future__ import annotations

import json

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from tests.core.protocols.list_play import Reply, answer, page, play

BASE = "https://graph.microsoft.com/v1.0"
SITE = "contoso.sharepoint.com,a,b"
FEED = GraphList(base_url=BASE, site_id=SITE, list_id="l")
LIST = f"{BASE}/sites/{SITE}/lists/l"
END = f"{LIST}/items/delta?token=end"
COLUMNS = page({"name": "Title", "displayName": "Title", "text": {}})


def delta(*items: object, **links: str) -> Reply:
    return page(*items, **(links or {"deltaLink": END}))


def urls(played) -> list[str]:
    return [request.url for request in played.requests]


def test_a_full_read_asks_for_the_columns_first() -> None:
    played = play(FEED, FEED.first(), COLUMNS, delta({"id": "1"}))
    assert urls(played) == [f"{LIST}/columns", f"{LIST}/items/delta?$expand=fields"]
    assert [field.name for field in played.pages[0].schema.fields] == ["Title"]  # type: ignore[union-attr]
    assert (played.ids, played.token) == ([[], ["1"]], END)


def test_columns_come_in_pages_too() -> None:
    more = page({"name": "More", "text": {}})
    played = play(FEED, FEED.first(), page({"name": "Title", "text": {}}, nextLink=f"{LIST}/columns?2"), more, delta())
    assert urls(played)[1] == f"{LIST}/columns?2"
    assert [page.schema is not None for page in played.pages] == [False, True, False]
    assert [field.name for field in played.pages[1].schema.fields] == ["Title", "More"]  # type: ignore[union-attr]


def test_an_increment_asks_for_the_columns_again_and_follows_the_token_verbatim() -> None:
    """A2. The feed does not say when the columns changed."""
    link = f"{LIST}/items/delta(token='1%2c2')?$x=%25234"
    assert urls(play(FEED, FEED.since(Token(link)), COLUMNS, delta())) == [f"{LIST}/columns", link]


def test_latest_is_asked_for_by_name() -> None:
    assert urls(play(FEED, FEED.latest(), COLUMNS, delta()))[1] == f"{LIST}/items/delta?$expand=fields&token=latest"


def test_fields_and_page_size_travel_with_the_first_request() -> None:
    """A single lookup is told by its id alone, under a name of its own."""
    feed = GraphList(base_url=BASE, site_id=SITE, list_id="l", fields=["Title"], page_size=7)
    url = urls(play(feed, feed.first(), COLUMNS, delta()))[1]
    assert url.endswith(
        "?$expand=fields($select=Title,_UIVersionString,ItemChildCount,FolderChildCount,TitleLookupId)&$top=7"
    )


def test_fields_that_the_list_has_not_are_named() -> None:
    feed = GraphList(base_url=BASE, site_id=SITE, list_id="l", fields=["Stat"])
    with pytest.raises(FixSetup, match="no field 'Stat'"):
        play(feed, feed.first(), COLUMNS)


def test_an_empty_page_with_a_next_link_goes_on() -> None:
    """A4."""
    played = play(FEED, FEED.first(), COLUMNS, delta(nextLink=f"{LIST}/n"), delta({"id": "1"}))
    assert (urls(played)[2], played.ids) == (f"{LIST}/n", [[], [], ["1"]])


@pytest.mark.parametrize("mark", [{"deleted": {"state": "deleted"}}, {"deleted": {}}, {"@removed": {"reason": "x"}}])
def test_deleted_items_are_told_apart(mark: dict[str, object]) -> None:
    """C4: the facet counts, not what is in it."""
    assert play(FEED, FEED.first(), COLUMNS, delta({"id": "1"}, {"id": "2", **mark})).ids == [[], ["1", "-2"]]


def test_the_last_word_on_an_item_counts() -> None:
    gone, there = {"id": "1", "deleted": {}}, {"id": "1", "eTag": "x"}
    assert play(FEED, FEED.first(), COLUMNS, delta(there, gone)).ids == [[], ["-1"]]
    assert play(FEED, FEED.first(), COLUMNS, delta(gone, there)).ids == [[], ["1"]]


def test_what_has_no_id_is_passed_on() -> None:
    """It is for quarantine: dropping it would lose a change in silence."""
    assert play(FEED, FEED.first(), COLUMNS, delta({"eTag": "x"}, 5, {"id": 5})).ids == [[], [None, None, 5]]


def test_an_error_among_the_items_means_that_a_change_is_lost() -> None:
    """Rule 9; msgraph-sdk-typescript#544."""
    with pytest.raises(StartOver, match="could not write"):
        play(FEED, FEED.first(), COLUMNS, delta({"id": "1"}, {"error": {"code": "x"}}))


def test_a_page_without_a_link_is_broken() -> None:
    """A6."""
    with pytest.raises(BrokenFeed, match="neither a next link nor a delta link"):
        play(FEED, FEED.first(), COLUMNS, page())


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/v1.0/x", "http://graph.microsoft.com/v1.0/x", "https://[x"]
)
def test_a_token_that_leads_elsewhere_is_refused_before_it_is_kept(link: str) -> None:
    with pytest.raises(BrokenFeed, match="another host"):
        play(FEED, FEED.first(), COLUMNS, delta(deltaLink=link))


def gone(message: str) -> Reply:
    error = {"error": {"code": "resyncRequired", "message": message}}
    return Reply(json.dumps(error).encode(), 410, {"location": f"{LIST}/fresh"})


@pytest.mark.parametrize(("message", "flavour"), [("Replace any", "apply"), ("Upload any", "upload")])
def test_410_is_a_dead_token_in_its_flavour(message: str, flavour: str) -> None:
    """B1, B2."""
    with pytest.raises(StartOver) as refusal:
        play(FEED, FEED.since(Token(END)), COLUMNS, gone(f"Resync required. {message}"))
    assert (refusal.value.flavour, refusal.value.location) == (flavour, f"{LIST}/fresh")


def test_the_link_offered_for_the_restart_is_tried_before_the_columns_are_asked_for() -> None:
    """B3: its items come only when the columns are known."""
    items = delta({"id": "1"})
    played = play(FEED, FEED.restart(f"{LIST}/fresh"), items, COLUMNS, items)
    assert urls(played) == [f"{LIST}/fresh", f"{LIST}/columns", f"{LIST}/fresh"]
    assert played.ids == [[], [], ["1"]]


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (403, FixSetup, "Sites.Read.All"),
        (404, FixSetup, "no such site or list"),
        (401, FixSetup, "sign-in"),
        (400, FixSetup, "rejects"),
        (501, RetryLater, "501"),
    ],
)
def test_errors_speak_of_lists(status: int, kind: type[DriveDeltaError], says: str) -> None:
    with pytest.raises(kind, match=says):
        FEED.read(answer(Reply(b"{}", status), FEED.first()))


def test_one_item_is_read_by_itself() -> None:
    request = FEED.item("7")
    assert request.url == f"{LIST}/items/7?$expand=fields"
    assert FEED.read_item(answer(Reply(b'{"id": "7"}'), request)) == [{"id": "7"}]
    assert FEED.read_item(answer(Reply(b'{"id": "7", "deleted": {}}'), request)) is None
    assert FEED.read_item(answer(Reply(b"{}", 404), request)) is None
    with pytest.raises(FixSetup):
        FEED.read_item(answer(Reply(b"{}", 403), request))
