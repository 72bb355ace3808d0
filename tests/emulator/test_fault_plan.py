"""Faults: each misbehaviour as a client sees it, and rules that are not understood."""

import gzip
import json
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from airflow_provider_drivedelta.emulator.faults.plan import load_faults, read_faults
from tests.emulator.conftest import DELTA


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


def test_a_rule_can_be_left_to_chance_that_falls_the_same_way_each_time(client) -> None:
    def play() -> list[int]:
        rule = {"match": {"times": 0, "probability": 0.5, "seed": 7}, "reply": {"status": 503}}
        client.emulator.faults([rule])
        statuses = [client.get().status_code for _ in range(20)]
        client.emulator.clear_faults()
        return statuses

    statuses = play()
    assert 0 < statuses.count(503) < 20
    assert play() == statuses


def test_a_plan_tells_what_became_of_it(client) -> None:
    client.emulator.faults([{"name": "busy", "match": {"path": "/delta", "nth": 2}, "reply": {"status": 503}}])
    for _ in range(3):
        client.get()
    (told,) = client.get("/_emulator/faults").json()["value"]
    assert (told["fault"]["name"], told["count"], told["hits"]) == ("busy", 3, 1)


@pytest.mark.parametrize("seconds", [90, -90])
def test_a_wait_can_be_asked_for_by_date(client, seconds) -> None:
    client.emulator.faults([{"reply": {"status": 503, "retry_after_date": seconds}}])
    asked = parsedate_to_datetime(client.get().headers["Retry-After"])
    assert abs((asked - datetime.now(UTC)).total_seconds() - seconds) < 30


@pytest.mark.parametrize("status", [200, 502])
def test_a_proxy_can_answer_with_a_page_of_its_own(client, status) -> None:
    client.emulator.faults([{"reply": {"status": status, "html": True}}])
    answer = client.get()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_page_of_html_can_claim_to_be_the_services_json(client) -> None:
    client.emulator.faults([{"body": {"html": True}}])
    answer = client.get()
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_can_come_without_a_body(client, status) -> None:
    client.emulator.faults([{"reply": {"status": status}}])
    answer = client.get()
    assert (answer.status_code, answer.content) == (status, b"")


def test_headers_can_be_set_and_taken_away(client) -> None:
    client.emulator.faults([{"headers": {"Content-Type": "image/png; charset=utf-7", "Date": None}}])
    answer = client.get()
    assert answer.headers["Content-Type"] == "image/png; charset=utf-7"
    assert "Date" not in answer.headers
    assert json.loads(answer.content)["value"]


def test_the_services_clock_can_be_wrong(client) -> None:
    client.emulator.faults([{"skew_seconds": -86_400}])
    wrong, right = (parsedate_to_datetime(client.get().headers["Date"]) for _ in range(2))
    assert timedelta(hours=23) < right - wrong < timedelta(hours=25)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_body_can_be_in_another_encoding_than_it_says(client, encoding) -> None:
    client.emulator.drive.create_file("Ärger.txt")
    plain = client.read().names
    client.emulator.faults([{"match": {"times": 0}, "body": {"encoding": encoding}}])
    names, link, same = [], DELTA, True
    while link:
        answer = client.get(link)
        assert answer.headers["Content-Type"].endswith("charset=utf-8")
        text = answer.content.decode(encoding)
        same &= text.encode() == answer.content
        names += [item.get("name") for item in json.loads(text)["value"]]
        link = json.loads(text).get("@odata.nextLink")
    assert names == plain
    assert not same


def test_gzip_can_lie_in_each_way(client) -> None:
    plain = client.get().json()["value"]
    sent = {}
    for how in ("claimed", "hidden", "truncated", "garbage", "twice"):
        client.emulator.faults([{"body": {"gzip": how}}])
        with client.get(stream=True) as answer:
            sent[how] = answer.headers.get("Content-Encoding"), answer.raw.read(decode_content=False)
    read = [sent["claimed"][1], gzip.decompress(sent["hidden"][1]), gzip.decompress(gzip.decompress(sent["twice"][1]))]
    assert [json.loads(body)["value"] for body in read] == [plain] * 3
    assert [says for says, _ in sent.values()] == ["gzip", None, "gzip", "gzip", "gzip"]
    with pytest.raises(EOFError):
        gzip.decompress(sent["truncated"][1])
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(sent["garbage"][1])


def test_a_body_can_be_huge_or_broken(client) -> None:
    size = len(client.get(headers={"Accept-Encoding": "identity"}).content)
    client.emulator.faults([{"body": {"pad": 1000}}, {"match": {"nth": 2}, "body": {"broken": "garbage"}}])
    padded, broken = client.get(), client.get()
    assert len(padded.content) == size + 1000
    assert padded.json()["value"]
    with pytest.raises(requests.exceptions.JSONDecodeError):
        broken.json()


@pytest.mark.parametrize("when", [{"drop": True}, {"cut_after": 10}])
def test_a_connection_can_be_reset(client, when) -> None:
    client.emulator.faults([{"transfer": {**when, "reset": True}}])
    broken = requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError
    with pytest.raises(broken, match="reset"):
        client.get()
    assert client.get().status_code == 200


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
        ({"match": {"probability": 2}}, "match.probability"),
        ({"body": {"gzip": "maybe"}}, "body.gzip"),
        ({"body": {"encoding": "klingon"}}, "body.encoding"),
        ({"body": {"broken": "a bit"}}, "body.broken"),
        ({"body": {"pad": -1}}, "body.pad"),
        ({"resync": {"flavour": "sour"}}, "resync.flavour"),
        ({"page": {"items": "some"}}, "page.items"),
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
