"""Many questions in one request: how they are asked, and what is believed of the answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.protocols.graph_batch import ask_at_once, read_at_once

BASE = "https://graph.microsoft.com/v1.0"
ASKED = [Request(f"{BASE}/users/{name}/drives?$select=id", note=name) for name in "abc"]


def answered(*replies: object, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps({"responses": replies}).encode(), datetime.now(UTC), "POST $batch")


def test_each_question_goes_without_the_base_address() -> None:
    request = ask_at_once(BASE, ASKED)
    assert (request.method, request.url) == ("POST", f"{BASE}/$batch")
    first = json.loads(request.body or b"")["requests"][0]
    assert first == {"id": "0", "method": "GET", "url": "/users/a/drives?$select=id"}


def test_answers_come_in_any_order_and_are_put_to_their_questions() -> None:
    answers = read_at_once(
        answered(
            {"id": "2", "status": 404, "body": {"error": {"code": "ResourceNotFound"}}},
            {"id": "0", "status": 200, "body": {"value": []}},
            {"id": "1", "status": 403, "body": {}},
        ),
        ASKED,
    )
    assert answers is not None
    assert [answer and (answer.status, answer.note) for answer in answers] == [(200, "a"), (403, "b"), (404, "c")]
    assert answers[0] is not None
    assert json.loads(answers[0].body) == {"value": []}
    assert answers[0].where == f"GET {BASE}/users/a/drives"


@pytest.mark.parametrize(
    "reply",
    [
        {"id": "0", "status": 429, "headers": {"Retry-After": "5"}},
        {"id": "0", "status": 503},
        {"id": "0", "status": 401},
        {"id": "0", "status": 302, "headers": {"Location": "https://elsewhere.example"}},
        {"id": "0", "status": "200"},
        {"id": 0, "status": 200},
        {"status": 200},
        "0",
        None,
    ],
)
def test_what_is_missing_throttled_or_odd_is_asked_for_again_alone(reply: object) -> None:
    assert read_at_once(answered(reply), ASKED[:1]) == [None]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_service_that_takes_no_batches_is_believed(status: int) -> None:
    assert read_at_once(answered(status=status), ASKED) is None


def test_half_an_answer_is_none() -> None:
    cut = Answer(200, {}, b'{"responses": [', datetime.now(UTC), "POST $batch")
    with pytest.raises(RetryLater):
        read_at_once(cut, ASKED)
