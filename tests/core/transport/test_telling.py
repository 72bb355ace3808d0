"""Statuses that pass by themselves, unless the protocol knows to read what they say."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.core.transport.policy import RetryPolicy
from tests.core.protocols.followed_list import AnyBearer
from tests.graph_service import GraphService, Reply


def refuse(answer: Answer) -> str:
    raise FixSetup(f"{answer.note}: {answer.body.decode()}")


def later(answer: Answer) -> str:
    if answer.status == 200:
        return answer.note
    raise RetryLater("not yet")


@pytest.fixture
def service():
    with GraphService() as service:
        yield service


@pytest.fixture
def transport(service):
    policy = RetryPolicy(attempts=3)
    with Transport(auth=AnyBearer(), base_url=service.url, policy=policy, sleep=lambda seconds: None) as transport:
        yield transport


def test_a_500_that_tells_why_is_read_at_once(service, transport) -> None:
    service.always(Reply(500, b"threshold"))
    with pytest.raises(FixSetup, match="step: threshold"):
        transport.fetch(Request(service.url, note="step", telling=frozenset({500})), refuse)
    assert len(service.seen) == 1


def test_a_500_that_tells_nothing_is_asked_for_again(service, transport) -> None:
    service.then(Reply(500), Reply(500), Reply.json({}))
    assert transport.fetch(Request(service.url, note="step", telling=frozenset({500})), later) == "step"


@pytest.mark.parametrize(("status", "telling"), [(500, frozenset()), (502, frozenset({500}))])
def test_any_other_fault_of_the_moment_is_nobodys_to_read(service, transport, status, telling) -> None:
    service.always(Reply(status, b"x"))
    with pytest.raises(RetryLater, match=f"{status}.*3 times in a row"):
        transport.fetch(Request(service.url, telling=telling), refuse)


def test_throttling_is_waited_out_whatever_the_protocol_reads(service, transport) -> None:
    service.then(Reply(503), Reply.json({}))
    assert transport.fetch(Request(service.url, note="n", telling=frozenset({500, 503})), later) == "n"


def test_a_note_is_never_sent(service, transport) -> None:
    service.then(Reply.json({}))
    transport.fetch(Request(service.url, note="secret-note"), later)
    assert "secret-note" not in str(service.seen[0])
