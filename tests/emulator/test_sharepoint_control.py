"""Lists steered from outside, as a demo does that runs the emulator as a program."""

import os
import signal
import subprocess
import sys

import pytest
import requests

from airflow_provider_drivedelta.emulator import Emulator, Site, sample_site
from tests.emulator.sharepoint_caller import Caller


@pytest.fixture
def caller():
    site = sample_site()
    with Emulator(sites=[site, Site("/sites/other")]) as emulator:
        yield Caller(emulator, site.list("Projects"))


def order(caller, op: str, *, status: int = 200, **what: object) -> dict:
    url = f"{caller.emulator.url}/_emulator/list"
    answer = caller.session.post(url, json={"op": op, "list": "Projects", **what})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_items_are_added_edited_deleted_and_brought_back(caller) -> None:
    token = caller.ask().token
    folder = order(caller, "add_folder", name="New")["id"]
    item = order(caller, "add", values={"Title": "a"}, folder=folder)["id"]
    order(caller, "edit", item=item, values={"Title": "b"})
    order(caller, "delete", item=2)
    order(caller, "restore", item=2)
    order(caller, "rename", item=folder, name="Newer")
    order(caller, "move", item=3)
    order(caller, "system_update", item=4, values={"Title": "quiet"})
    answer = caller.ask(token)
    assert answer.titles == ["Newer", "b", "Project 01"]
    assert answer.ids == [
        ("Delete", "2"),
        ("Restore", "2"),
        ("Rename", str(folder)),
        ("Rename", "3"),
        ("SystemUpdate", "4"),
    ]


def test_values_of_every_type_are_read_from_json(caller) -> None:
    values = {
        "Title": "x",
        "Kick-off": "2026-01-01T08:00:00+00:00",
        "Due date": "2026-01-02",
        "Budget": 12.5,
        "Approved": True,
        "Tags": ["risk"],
        "Customer": {"id": 1, "text": "Contoso"},
        "Partners": [{"id": 2, "text": "Fabrikam"}],
        "Lead": "zoe@contoso.com",
        "Crew": [{"name": "Zoe", "email": "zoe@contoso.com"}],
        "Home page": {"url": "http://x", "text": "X"},
        "Region": {"id": 1, "label": "North", "guid": "g"},
        "Daily rate": {"error": "#DIV/0!"},
        "Review": "2026-02-01T08:00:00+00:00",
        "Rank": None,
    }
    item = order(caller, "add", values=values)["id"]
    caller.fields = tuple(caller.list.field(name).name for name in values)
    row = caller.row(item, RowLimit="5000")
    assert {name: text for name, text in row.items() if name.removeprefix("ows_") in caller.fields} == {
        "ows_Title": "x",
        "ows_Kick_x002d_off": "2026-01-01T08:00:00Z",
        "ows_Due_x0020_date": "2026-01-02T08:00:00Z",
        "ows_Budget": "12.5000000000000",
        "ows_Approved": "1",
        "ows_Tags": ";#risk;#",
        "ows_Customer": "1;#Contoso",
        "ows_Partners": "2;#Fabrikam",
        "ows_Lead": "13;#zoe",
        "ows_Crew": "13;#zoe",
        "ows_Home_x0020_page": "http://x, X",
        "ows_Region": "1;#North|g",
        "ows_Daily_x0020_rate": "error;##DIV/0!",
        "ows_Review": "datetime;#2026-02-01T08:00:00Z",
    }


def test_fields_come_change_and_go(caller) -> None:
    order(caller, "add_field", field={"title": "Pick one", "kind": "Choice", "choices": ["a", "b"]})
    order(caller, "rename_field", name="Pick one", title="Picked")
    order(caller, "retype_field", name="Picked", field={"kind": "Text"})
    order(caller, "remove_field", name="Rank")
    fields = {field.attrib["Name"]: field.attrib for field in caller.ask().schema.iter("Field")}
    assert (fields["Pick_x0020_one"]["DisplayName"], fields["Pick_x0020_one"]["Type"]) == ("Picked", "Text")
    assert "Rank" not in fields


def test_the_list_is_kept_and_put_back_and_its_tokens_expire(caller) -> None:
    order(caller, "backup")
    token = caller.ask().token
    order(caller, "restore_backup")
    assert caller.ask(token).ids == [("Restore", "")]
    order(caller, "expire", flavour="upload")
    assert caller.ask(token).ids == [("InvalidToken", "")]
    assert caller.list.refusal.flavour == "upload"


def test_an_item_moves_to_another_list_and_files_are_attached(caller) -> None:
    order(caller, "attach", item=2, name="a.txt")
    order(caller, "attach", item=2, name="b.txt")
    order(caller, "detach", item=2, name="a.txt")
    assert [attachment.name for attachment in caller.list.item(2).attachments] == ["b.txt"]
    arrived = order(caller, "move_away", item=2, to="Customers")
    assert arrived["path"] == "/sites/team/Lists/Customers/4_.000"
    assert caller.list.find(2) is None


def test_the_truth_is_told(caller) -> None:
    url = f"{caller.emulator.url}/_emulator/list?list=Projects&site=/sites/team"
    told = caller.session.get(url).json()["value"]
    assert len(told) == 39
    assert told[1]["path"] == "/sites/team/Lists/Projects/Year 2024/2_.000"
    assert told[1]["title"] == "Project 01"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"op": "nope"}, "no operation 'nope'"),
        ({"op": "edit", "item": 999}, "no item 999"),
        ({"op": "edit", "item": 2, "values": {"Nope": 1}}, "no field 'Nope'"),
        ({"op": "edit", "item": 2, "values": {"Budget": "much"}}, "Budget"),
        ({"op": "edit", "item": 2, "values": {"Due date": "soon"}}, "Due date"),
        ({"op": "edit", "item": 2, "values": {"Tags": "risk"}}, "expected a list"),
        ({"op": "edit", "list": "Nope", "item": 2}, "Nope"),
        ({"op": "edit", "site": "/sites/nope"}, "/sites/nope"),
        ({"op": "restore_backup"}, "no backup"),
        ({"op": "add_field", "field": {"title": "x", "kind": "Nope"}}, "no field type 'Nope'"),
        ({"op": "delete", "itme": 2}, "unknown key 'itme'"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(caller, wrong, says) -> None:
    assert says in order(caller, status=400, **wrong)["error"]


def test_the_program_serves_a_sample_site_and_takes_orders() -> None:
    code = "from airflow_provider_drivedelta.emulator import run\nrun(None)"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-W", "error", "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        said = []
        while not said or said[-1][0] != "ready":
            said.append(process.stdout.readline().split())
        try:
            names = [line[0] for line in said]
            assert names == ["drive", "site", "list", "list", "sign-in", "ready"]
            lever = f"{said[-1][1]}/_emulator/list"
            added = requests.post(lever, json={"op": "add", "list": said[3][1], "values": {"Title": "x"}}).json()
            told = requests.get(lever, params={"list": "Projects"}).json()["value"]
            assert added in told
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
