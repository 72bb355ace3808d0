"""``GetChanges``, SharePoint's change log as it is, read by Office365-REST-Python-Client and by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from office365.runtime.auth.token_response import TokenResponse
from office365.sharepoint.changes.query import ChangeQuery
from office365.sharepoint.client_context import ClientContext

from airflow_provider_drivedelta.emulator import Emulator, Site

EVERYTHING = dict.fromkeys(("Item", "Add", "Update", "DeleteObject", "Rename", "Move", "Restore", "SystemUpdate"), True)


@pytest.fixture
def emulator():
    site = Site()
    tasks = site.add_list("Tasks")
    for title in ("a", "b", "c"):
        tasks.add({"Title": title})
    with Emulator(sites=[site]) as emulator:
        yield emulator


def asked(emulator: Emulator, **query: object) -> requests.Response:
    return requests.post(
        f"{emulator.url}/sites/team/_api/web/lists/GetByTitle('Tasks')/GetChanges",
        json={"query": EVERYTHING | query},
        headers={"Authorization": "Bearer x", "Accept": "application/json;odata=nometadata"},
    )


def told(emulator: Emulator, **query: object) -> list[dict]:
    answer = asked(emulator, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]


def kinds(changes: list[dict]) -> list[tuple[int, int]]:
    return [(change["ChangeType"], change["ItemId"]) for change in changes]


def test_the_client_reads_what_happened_to_which_item(emulator) -> None:
    tasks = emulator.site.list("Tasks")
    tasks.edit(2, {"Title": "edited"})
    tasks.delete(1)
    context = ClientContext(f"{emulator.url}/sites/team").with_access_token(lambda: TokenResponse("x", "Bearer"))
    changes = context.web.lists.get_by_title("Tasks").get_changes(ChangeQuery(Item=True)).execute_query()
    assert [(change.change_type.name, change.item_id) for change in changes] == [
        ("Add", 1),
        ("Add", 2),
        ("Add", 3),
        ("Update", 2),
        ("DeleteObject", 1),
    ]
    assert {change.properties["ListId"] for change in changes} == {tasks.id}


def test_it_goes_on_after_a_token_and_stops_at_another(emulator) -> None:
    first, second, _ = told(emulator)
    emulator.site.list("Tasks").delete(2)
    after = told(emulator, ChangeTokenStart=first["ChangeToken"])
    assert kinds(after) == [(1, 2), (1, 3), (3, 2)]
    assert kinds(told(emulator, ChangeTokenStart=first["ChangeToken"], ChangeTokenEnd=second["ChangeToken"])) == [
        (1, 2)
    ]
    assert told(emulator, ChangeTokenStart=after[-1]["ChangeToken"]) == []
    assert kinds(told(emulator, FetchLimit="1")) == [(1, 1)]


def test_it_tells_only_of_what_was_asked_for(emulator) -> None:
    emulator.site.list("Tasks").delete(2)
    assert kinds(told(emulator, Add=False)) == [(3, 2)]
    assert told(emulator, Item=False) == []


def test_a_token_from_before_the_log_is_refused_in_the_services_words(emulator) -> None:
    token = told(emulator)[0]["ChangeToken"]
    emulator.clock.advance(timedelta(days=61))
    answer = asked(emulator, ChangeTokenStart=token)
    assert answer.status_code == 500
    assert "before the start of the current change log" in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"ChangeTokenStart": {"StringValue": "nonsense"}}, 500),
        ({"ChangeTokenStart": {"StringValue": 1}}, 400),
        ({"FetchLimit": "many"}, 400),
    ],
)
def test_what_is_no_query_is_refused(emulator, query: dict[str, object], status: int) -> None:
    assert asked(emulator, **query).status_code == status
