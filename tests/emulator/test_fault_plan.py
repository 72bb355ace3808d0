"""Faults: each misbehaviour as a client sees it, and rules that are not understood."""

import json
import re
import time

import pytest
import requests

from airflow_provider_drivedelta.emulator.faults import load_faults, read_faults


@pytest.fixture
def client(serve, drive):
    for number in range(6):
        drive.create_file(f"{number}", b"x" * number)
    return serve(drive, page_size=3)


def test_a_throttled_request_says_when_to_come_back_or_does_not(client) -> None:
    client.post("faults", [{"match": {"path": "/delta"}, "reply": {"status": 429, "headers": {"Retry-After": "7"}}}])
    client.post("faults", [{"match": {"path": "/delta", "nth": 2}, "reply": {"status": 429}}])
    told, untold, fine = client.get(), client.get(), client.get()
    assert (told.status_code, told.headers["Retry-After"]) == (429, "7")
    assert told.json()["error"]["code"] == "activityLimitReached"
    assert untold.status_code == 429
    assert "Retry-After" not in untold.headers
    assert fine.status_code == 200


@pytest.mark.parametrize("status", [423, 500, 503, 504, 509])
def test_any_status_can_be_answered(client, status) -> None:
    client.emulator.faults([{"reply": {"status": status}}])
    assert client.get().status_code == status
    assert client.get().status_code == 200


def test_a_rule_waits_for_its_turn_and_may_last_for_ever(client) -> None:
    client.emulator.faults(
        [{"match": {"method": "get", "path": "root/delta$", "nth": 3, "times": 0}, "reply": {"status": 503}}]
    )
    assert [client.get().status_code for _ in range(5)] == [200, 200, 503, 503, 503]
    client.session.delete(client.emulator.url + "/_emulator/faults")
    assert client.get().status_code == 200


def test_a_body_can_be_cut_whatever_length_was_promised(client) -> None:
    client.emulator.faults(
        [{"transfer": {"cut_after": 40}}, {"match": {"nth": 2}, "transfer": {"cut_after": 40, "chunked": True}}]
    )
    for _ in range(2):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            client.get()


def test_a_connection_can_be_dropped_before_any_answer(client) -> None:
    client.emulator.faults([{"transfer": {"drop": True}}])
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get()
    assert client.emulator.requests[-1].status == 0
    assert client.get().status_code == 200


def test_a_body_can_be_empty_or_half_a_page_that_claims_to_be_whole(client) -> None:
    client.emulator.faults([{"transfer": {"empty": True}}, {"match": {"nth": 2}, "transfer": {"broken_json": True}}])
    empty, broken = client.get(), client.get()
    assert (empty.status_code, empty.content) == (200, b"")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        broken.json()


def test_answers_can_be_late_and_slow(client) -> None:
    size = len(client.get(headers={"Accept-Encoding": "identity"}).content)
    client.emulator.faults(
        [{"transfer": {"delay": 0.1}}, {"match": {"nth": 2}, "transfer": {"bytes_per_second": size * 10}}]
    )
    for _ in range(2):
        started = time.monotonic()
        assert client.get().json()["value"]
        assert time.monotonic() - started > 0.08


def test_a_page_can_lose_its_links_or_lead_to_itself_or_elsewhere(client) -> None:
    rules = [
        {"match": {"path": "/delta", "nth": n}, "page": {"links": how}}
        for n, how in enumerate(("drop", "loop", "https://elsewhere.example"), 1)
    ]
    client.emulator.faults(rules)
    dropped, looping, elsewhere = (client.get().json() for _ in range(3))
    assert not [name for name in dropped if name.endswith("Link")]
    assert dropped["value"]
    assert looping["@odata.nextLink"] == client.emulator.url + "/v1.0/me/drive/root/delta"
    assert elsewhere["@odata.nextLink"].startswith("https://elsewhere.example/v1.0/me/drive/root/delta?token=")


def test_items_can_come_twice_or_backwards(client) -> None:
    plain = client.read()
    client.emulator.faults([{"match": {"path": "/delta", "times": 0}, "page": {"items": "repeat_previous"}}])
    assert [len(page) for page in client.read().pages] == [3, 6, 4]
    client.emulator.clear_faults()
    client.emulator.faults([{"page": {"items": "reverse"}}, {"match": {"nth": 2}, "page": {"items": "repeat"}}])
    backwards, twice = client.get().json()["value"], client.get().json()["value"]
    assert [item["id"] for item in backwards] == [item["id"] for item in plain.pages[0]][::-1]
    assert len(twice) == 6


def test_a_redirect_can_lead_to_another_host(client) -> None:
    client.emulator.faults([{"match": {"path": "/delta"}, "reply": {"redirect": "http://elsewhere.example:81"}}])
    answer = client.get("/v1.0/me/drive/root/delta?$top=2", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "http://elsewhere.example:81/v1.0/me/drive/root/delta?$top=2",
    )


def test_a_body_can_be_anything(client) -> None:
    client.emulator.faults([{"reply": {"body": {"value": []}}}, {"match": {"nth": 2}, "reply": {"body": "<html>"}}])
    assert client.get().json() == {"value": []}
    assert client.get().text == "<html>"


def test_the_emulator_itself_stays_reachable(client) -> None:
    client.emulator.faults([{"match": {"times": 0}, "transfer": {"drop": True}}])
    assert client.get("/_emulator/requests").status_code == 200


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"match": {"pth": "/delta"}}, "faults[0].match: unknown key 'pth'"),
        ({"replay": {}}, "unknown key 'replay'"),
        ({"reply": {"status": "429"}}, "faults[0].reply.status: str does not fit"),
        ({"reply": {"status": 99}}, "200 to 599"),
        ({"match": {"path": "("}}, "match.path"),
        ({"page": {"links": "away"}}, "page.links"),
        ({"transfer": {"drop": 1}}, "int does not fit"),
        ({"match": {"nth": True}}, "bool does not fit"),
        ("drop", "expected an object"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_by_name(client, rule, complaint) -> None:
    answer = client.post("faults", [rule])
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_faults([rule])


def test_a_plan_can_come_from_a_file(tmp_path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text(json.dumps({"faults": [{"reply": {"status": 503}}]}))
    assert load_faults(plan) == read_faults([{"reply": {"status": 503}}])
    plan.write_text("[{")
    with pytest.raises(ValueError, match=r"faults\.json"):
        load_faults(plan)
