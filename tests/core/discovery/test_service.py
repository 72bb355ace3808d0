"""Discovery asks to the end, in few requests, and never without end."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator

import pytest
import trustme

from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.protocols.graph_sites import (
    ask_for_all_sites,
    ask_for_site,
    read_site,
    read_sites,
)
from tests.graph_service import GraphService, Reply, Seen
from tests.wide_tenant import transport_to


@pytest.fixture
def graph() -> Iterator[GraphService]:
    with GraphService() as served:
        yield served


@pytest.fixture
def service(graph: GraphService) -> Iterator[Service]:
    with transport_to(graph.url) as transport:
        yield Service(graph.url, transport)


def site(name: str, **more: object) -> dict[str, object]:
    return {"id": f"contoso.sharepoint.com,{name},{name}", "displayName": name, "webUrl": f"https://x/{name}"} | more


def single(name: str, status: int = 200) -> dict[str, object]:
    return {"status": status, "body": site(name) if status == 200 else {"error": {"code": "x"}}}


def batched(*replies: dict[str, object]) -> Reply:
    return Reply.json({"responses": [{"id": str(number)} | reply for number, reply in enumerate(replies)]})


def names(service: Service, *wanted: str) -> list[str]:
    requests = [ask_for_site(service.base_url, name) for name in wanted]
    answers = service.each(requests, read_site, what="Sites")
    return [str(type(answer).__name__) if isinstance(answer, FixSetup) else answer.name for answer in answers]


def test_all_pages_are_read_an_empty_one_in_the_middle_as_well(graph: GraphService, service: Service) -> None:
    """A4."""
    graph.then(graph.page([site("a")], next="/2"), graph.page([], next="/3"), graph.page([site("b")]))
    found = service.all_of(ask_for_all_sites(service.base_url), read_sites)
    assert [each.name for each in found] == ["a", "b"]


def test_pages_that_go_round_in_a_circle_are_left(graph: GraphService, service: Service) -> None:
    graph.always(graph.page([site("a")], next="/again"))
    with pytest.raises(BrokenFeed, match="does not end"):
        service.all_of(ask_for_all_sites(service.base_url), read_sites)
    assert len(graph.seen) == 2


def test_pages_without_end_are_left(graph: GraphService, service: Service) -> None:
    service.most = 100
    graph.always(lambda seen: graph.page([site("a")] * 10, next=f"/{len(graph.seen)}"))
    with pytest.raises(BrokenFeed, match="does not end: 110 members"):
        service.all_of(ask_for_all_sites(service.base_url), read_sites)
    assert len(graph.seen) == 11


def test_a_next_page_at_another_host_gets_no_token(graph: GraphService, service: Service) -> None:
    """F4."""
    graph.then(graph.page([site("a")], next="https://elsewhere.example/x"))
    with pytest.raises(BrokenFeed, match="another host"):
        service.all_of(ask_for_all_sites(service.base_url), read_sites)


def test_members_without_an_id_are_left_out_and_told(
    graph: GraphService, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    graph.then(graph.page([site("a"), {"displayName": "no id"}, "text", None, site("b", id="")]))
    found = service.all_of(ask_for_all_sites(service.base_url), read_sites)
    assert [each.name for each in found] == ["a"]
    assert "4 members of a collection were left out" in caplog.text


def test_twenty_questions_are_one_request(graph: GraphService, service: Service) -> None:
    wanted = [f"s{number}" for number in range(45)]

    def answer(seen: Seen) -> Reply:
        return batched(*(single(step["url"].split("/")[2].split("?")[0]) for step in json.loads(seen.body)["requests"]))

    graph.always(answer)
    assert names(service, *wanted) == wanted
    assert [seen.method for seen in graph.seen] == ["POST"] * 3


def test_one_question_goes_by_itself(graph: GraphService, service: Service) -> None:
    graph.then(Reply.json(site("a")))
    assert names(service, "a") == ["a"]
    assert graph.seen[0].method == "GET"


def test_who_is_throttled_in_a_batch_is_asked_again_alone(graph: GraphService, service: Service) -> None:
    """F1: the transport waits as it always does."""
    graph.then(
        batched(single("a"), single("b", 429), single("c")),
        Reply(429, headers={"Retry-After": "3"}),
        Reply.json(site("b")),
    )
    assert names(service, "a", "b", "c") == ["a", "b", "c"]
    assert [seen.method for seen in graph.seen] == ["POST", "GET", "GET"]
    assert service.transport.throttled_seconds == 3


def test_who_is_refused_is_told_and_stops_nobody(graph: GraphService, service: Service) -> None:
    graph.then(batched(single("a", 403), single("b"), single("c", 404)))
    assert names(service, "a", "b", "c") == ["FixSetup", "b", "FixSetup"]


def test_an_answer_that_is_no_json_in_a_batch_is_asked_for_again_alone(graph: GraphService, service: Service) -> None:
    graph.then(batched({"status": 200, "body": "PGh0bWw+"}, single("b")), Reply.json(site("a")))
    assert names(service, "a", "b") == ["a", "b"]


def test_a_service_that_takes_no_batches_is_asked_one_by_one_from_then_on(
    graph: GraphService, service: Service
) -> None:
    graph.then(Reply.json({"error": {"code": "notAllowed"}}, 405))
    graph.always(lambda seen: Reply.json(site(seen.target.split("/")[3].split("?")[0])))
    wanted = [f"s{number}" for number in range(25)]
    assert names(service, *wanted) == wanted
    assert [seen.method for seen in graph.seen] == ["POST"] + ["GET"] * 25


def test_a_service_that_is_down_fails_the_whole_as_a_part_would_pass_for_it(
    graph: GraphService, service: Service
) -> None:
    graph.then(batched(single("a"), single("b", 503)))
    graph.always(Reply(503))
    with pytest.raises(RetryLater):
        names(service, "a", "b")


def test_a_page_that_makes_no_sense_is_no_empty_one(graph: GraphService, service: Service) -> None:
    for body in ({}, {"value": {}}, {"value": [], "@odata.nextLink": 5}, {"value": [], "@odata.nextLink": ""}):
        graph.then(Reply.json(body))
        with pytest.raises(BrokenFeed, match="makes no sense"):
            service.all_of(ask_for_all_sites(service.base_url), read_sites)


def test_a_refusal_in_a_later_page_stops_nobody_either(graph: GraphService, service: Service) -> None:
    first, whole = {"value": [site("a")], "@odata.nextLink": f"{graph.host}/2"}, {"value": [site("b")]}
    graph.then(batched({"status": 200, "body": first}, {"status": 200, "body": whole}))
    graph.then(Reply.json({"error": {"code": "accessDenied"}}, 403))
    requests = [ask_for_all_sites(service.base_url)] * 2
    refused, found = service.each_whole(requests, read_sites, what="Sites")
    assert isinstance(refused, FixSetup)
    assert not isinstance(found, FixSetup)
    assert [each.name for each in found] == ["b"]


def test_a_sign_in_that_is_refused_is_no_refusal_of_one_site(graph: GraphService, service: Service) -> None:
    graph.always(Reply.json({"error": {"code": "InvalidAuthenticationToken"}}, 401))
    with pytest.raises(FixSetup, match="refused the sign-in token"):
        names(service, "a", "b")


def test_a_certificate_that_is_not_trusted_is_no_refusal_of_one_site() -> None:
    with GraphService(tls=server_side()) as graph, transport_to(graph.url) as transport:
        service = Service(graph.url, transport)
        with pytest.raises(FixSetup, match="TLS certificate is not trusted"):
            names(service, "a")


def server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context
