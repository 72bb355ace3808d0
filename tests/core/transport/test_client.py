"""One request: until it is answered, refused, or patience ends."""

from __future__ import annotations

import gzip
import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from requests.auth import AuthBase

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.protocols.graph_drive import read_object
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from tests.core.conftest import Authority
from tests.core.played import BEARER, FakeTime, connect, patient
from tests.graph_service import GraphService, Reply, Seen

OK = Reply.json({"value": []})


def as_it_is(answer: Answer) -> Answer:
    return answer


def get(transport: Transport, url: str) -> Answer:
    return transport.fetch(Request(url), as_it_is)


def test_a_request_is_signed_and_says_who_sends_it(service: GraphService) -> None:
    service.always(OK)
    with connect(service) as transport:
        get(transport, f"{service.url}/a")
        get(transport, f"{service.url}/b")
    first, second = (seen.headers for seen in service.seen)
    assert first["authorization"] == f"Bearer {BEARER}"
    assert first["user-agent"].startswith("NONISV|DriveDelta|")
    assert first["client-request-id"] != second["client-request-id"]
    assert transport.requests == 2


def test_an_answer_has_its_headers_in_lower_case_and_a_redacted_address(service: GraphService) -> None:
    service.always(Reply(200, b"x", {"Request-ID": "r1"}))
    with connect(service) as transport:
        answer = get(transport, f"{service.url}/delta?token=T1")
    assert (answer.status, answer.body, answer.headers["request-id"]) == (200, b"x", "r1")
    assert answer.where == f"GET {service.url}/delta?…"


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_a_passing_fault_is_tried_again_with_growing_waits(service: GraphService, time: FakeTime, status: int) -> None:
    """F2."""
    service.then(Reply(status), Reply(status), Reply(status), OK)
    with connect(service, time) as transport:
        assert get(transport, service.url).status == 200
    assert time.sleeps == [0.5, 1.0, 2.0]


def test_patience_ends_after_six_faults_in_a_row(service: GraphService, time: FakeTime) -> None:
    """F2."""
    service.always(Reply(500))
    with connect(service, time) as transport, pytest.raises(RetryLater, match="500, 6 times in a row"):
        get(transport, service.url)
    assert (len(service.seen), sum(time.sleeps)) == (6, 15.5)


def test_a_connection_closed_without_an_answer_is_tried_again(service: GraphService, time: FakeTime) -> None:
    """F2: reset."""

    def hang_up(_: Seen) -> Reply:
        raise ConnectionAbortedError

    service.then(hang_up, OK)
    with connect(service, time) as transport:
        assert get(transport, service.url).status == 200
    assert time.sleeps == [0.5]


def test_a_host_where_nobody_listens_ends_with_retry_later(service: GraphService, time: FakeTime) -> None:
    """Bad input: unreachable host."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    unreachable = connect(service, time, base_url=nobody)
    with unreachable as transport, pytest.raises(RetryLater, match=r"could not be reached.*6 times") as caught:
        get(transport, f"{nobody}/delta?token=T1")
    assert "Check the connection's host" in str(caught.value)
    assert "T1" not in str(caught.value)


def test_an_unknown_host_ends_with_retry_later_that_names_it(service: GraphService) -> None:
    """Bad input: unreachable host. The name is one that never exists (RFC 2606)."""
    unknown = connect(service, base_url="https://graph.invalid")
    with unknown as transport, pytest.raises(RetryLater, match=r"NameResolutionError.*graph\.invalid"):
        get(transport, "https://graph.invalid/v1.0")


BODIES = {
    "cut before the promised length": Reply(200, b'{"value": []}', cut=5),
    "promised longer than it is": Reply(200, b'{"value": []}', {"Content-Length": "99"}, cut=13),
    "promised shorter than it is": Reply(200, b'{"value": []}', {"Content-Length": "7"}, cut=13),
    "chunks without an end": Reply(200, chunks=[b'{"val'], ends=False),
    "no body at all": Reply(200),
    "a page of HTML": Reply(200, b"<html>Sign in to the hotel's network</html>", {"Content-Type": "text/html"}),
    "JSON cut in the middle": Reply(200, b'{"value": [{"id": "1'),
    "not UTF-8": Reply(200, b'{"value": "\xff\xfe\xfd"}'),
    "NaN, which is no JSON": Reply(200, b'{"value": [], "x": NaN}'),
    "nested without end": Reply(200, b'{"a":' * 100_000),
    "an array": Reply(200, b"[]"),
    "an error in a good answer": Reply.json({"error": {"code": "x"}}),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_faulty_body_is_asked_for_again(service: GraphService, time: FakeTime, body: Reply) -> None:
    """F2: cut chunked body, empty body, cut JSON."""
    service.then(body, Reply.json({"value": ["whole"]}))
    with connect(service, time) as transport:
        assert transport.fetch(Request(service.url), read_object) == {"value": ["whole"]}
    assert time.sleeps[0] == 0.5  # once more, where the rest of the faulty answer spoils the connection


def test_a_body_that_stays_cut_ends_with_retry_later(service: GraphService, time: FakeTime) -> None:
    """F2."""
    service.always(BODIES["chunks without an end"])
    with connect(service, time) as transport, pytest.raises(RetryLater, match="cut off, 6 times"):
        get(transport, service.url)


@pytest.mark.parametrize("status", [429, 503, 509])
def test_throttling_waits_as_long_as_the_service_asks(service: GraphService, time: FakeTime, status: int) -> None:
    """F1, F3."""
    service.then(Reply(status, headers={"Retry-After": "7"}), OK)
    with connect(service, time) as transport:
        get(transport, service.url)
    assert time.sleeps == [7.0]
    assert transport.throttled_seconds == 7.0


def test_throttling_without_a_time_backs_off(service: GraphService, time: FakeTime) -> None:
    """F1: missing."""
    service.then(Reply(429), Reply(429), Reply(429), OK)
    with connect(service, time) as transport:
        get(transport, service.url)
    assert time.sleeps == [0.5, 1.0, 2.0]


def test_a_longer_rate_limit_reset_counts_more_than_retry_after(service: GraphService, time: FakeTime) -> None:
    service.then(Reply(429, headers={"Retry-After": "2", "RateLimit-Reset": "11"}), OK)
    with connect(service, time) as transport:
        get(transport, service.url)
    assert time.sleeps == [11.0]


def test_throttling_beyond_the_allowed_wait_ends_at_once(service: GraphService, time: FakeTime) -> None:
    """F1: huge."""
    service.always(Reply(429, headers={"Retry-After": "1e300"}))
    with connect(service, time) as transport, pytest.raises(RetryLater, match=r"max_wait") as caught:
        get(transport, service.url)
    assert time.sleeps == []
    assert caught.value.after == 1e300
    assert len(str(caught.value)) < 300


def test_waits_add_up_to_the_allowed_wait(service: GraphService, time: FakeTime) -> None:
    service.always(Reply(429, headers={"Retry-After": "40"}))
    with connect(service, time, max_wait=100) as transport, pytest.raises(RetryLater, match="40 s more"):
        get(transport, service.url)
    assert time.sleeps == [40.0, 40.0]


def test_throttling_without_end_ends(service: GraphService, time: FakeTime) -> None:
    service.always(Reply(429))
    once = connect(service, time, policy=patient(throttled_attempts=5))
    with once as transport, pytest.raises(RetryLater, match="429 5 times in a row"):
        get(transport, service.url)
    assert len(service.seen) == 5


CUT_WHILE_THROTTLED = {
    "cut": Reply(429, b"<html>slow", {"Retry-After": "3"}, cut=4),
    "gzip that is none": Reply(429, b"<html>", {"Retry-After": "3", "Content-Encoding": "gzip"}),
    "gzip and empty": Reply(429, b"", {"Retry-After": "3", "Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("reply", CUT_WHILE_THROTTLED.values(), ids=CUT_WHILE_THROTTLED)
def test_the_headers_of_a_throttled_answer_count_whatever_its_body(
    service: GraphService, time: FakeTime, reply: Reply
) -> None:
    """F1. SharePoint's 429 may be HTML, empty or cut."""
    service.then(reply, OK)
    with connect(service, time) as transport:
        get(transport, service.url)
    assert time.sleeps == [3.0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["{host}/v1.0/there?token=a%2cb", "/v1.0/there?token=a%2cb", "there?token=a%2cb"])
def test_a_redirect_on_the_same_host_is_followed(service: GraphService, status: int, target: str) -> None:
    service.on("/v1.0/here", Reply(status, headers={"Location": target.format(host=service.host)}))
    service.on("/v1.0/there?token=a%2cb", OK)
    with connect(service) as transport:
        assert get(transport, f"{service.url}/here").status == 200
    assert service.targets == ["/v1.0/here", "/v1.0/there?token=a%2cb"]
    assert service.seen[1].headers["authorization"] == f"Bearer {BEARER}"


ELSEWHERE = {
    "another port": "{elsewhere}/v1.0/delta",
    "another name of the host": "http://localhost:{port}/v1.0/delta",
    "another scheme": "https://127.0.0.1:{port}/v1.0/delta",
    "the host as a user": "http://127.0.0.1:{port}@{elsewhere_host}/delta",
    "a user before the host": "http://user:pass@127.0.0.1:{port}/v1.0/delta",
    "a backslash": "http://127.0.0.1:{port}\\@{elsewhere_host}/delta",
    "another protocol": "ftp://127.0.0.1:{port}/delta",
    "a file": "file:///etc/passwd",
    "no address": "http://[/delta",
    "a port that is none": "http://127.0.0.1:{port}9999/delta",
    "a scheme of its own": "//{elsewhere_host}/delta",
}


@pytest.mark.parametrize("link", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_another_host_is_never_asked(service: GraphService, elsewhere: GraphService, link: str, way: str) -> None:
    """F4, F5."""
    port = service.host.rpartition(":")[2]
    host = elsewhere.host.removeprefix("http://")
    link = link.format(elsewhere=elsewhere.host, elsewhere_host=host, port=port)
    service.on("/v1.0/here", Reply(302, headers={"Location": link}))
    with connect(service) as transport, pytest.raises(BrokenFeed, match="leads to another host"):
        get(transport, link if way == "link" else f"{service.url}/here")
    assert elsewhere.seen == []
    assert len(service.seen) == (way == "redirect")


def test_a_redirects_body_is_bounded_too(service: GraphService) -> None:
    """A library that follows redirects by itself reads it whole."""
    service.always(Reply(302, gzip.compress(b"0" * 50_000), {"Location": "/v1.0", "Content-Encoding": "gzip"}))
    with connect(service, limits=BodyLimits(size=10_000)) as transport, pytest.raises(BrokenFeed, match="holds more"):
        get(transport, service.url)


def test_a_circle_of_redirects_is_left(service: GraphService) -> None:
    service.always(Reply(302, headers={"Location": "/v1.0/again"}))
    with connect(service) as transport, pytest.raises(BrokenFeed, match="More than 5 redirects"):
        get(transport, service.url)
    assert len(service.seen) == 6


VERBATIM = [
    "/v1.0/drives/b!x/root/delta(token='aa%2cbb')",
    "/v1.0/root/microsoft.graph.delta(token='1%2C2')?$top=5&$select=id,name",
    "/v1.0/delta?token=3;%234;%231;3;a;%25234;~;+%20",
    "//double//slash?token=a//b",
    "/v1.0/a/../b/./c?token=..",
    '/v1.0/delta?token="<>[]{}|^`',
    "/v1.0/delta?token=a?b?c",
    "/v1.0/delta?",
]


@pytest.mark.parametrize("target", VERBATIM)
def test_a_link_is_sent_letter_by_letter(service: GraphService, target: str) -> None:
    """A2."""
    service.always(OK)
    with connect(service) as transport:
        get(transport, service.host + target)
    assert service.targets == [target.removesuffix("?")]


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        ("/v1.0/delta?token=a b", "/v1.0/delta?token=a%20b"),
        ("/v1.0/Bücher?token=日", "/v1.0/B%C3%BCcher?token=%E6%97%A5"),
        ("/v1.0/delta?token=a\r\nHost: evil", "/v1.0/delta?token=a%0D%0AHost:%20evil"),
    ],
)
def test_what_http_cannot_carry_is_escaped(service: GraphService, target: str, sent: str) -> None:
    service.always(OK)
    with connect(service) as transport:
        get(transport, service.host + target)
    assert service.targets == [sent]
    assert service.seen[0].headers["host"] == service.host.removeprefix("http://")


class Renewing(AuthBase):
    """Signs with the next token after each renewal."""

    def __init__(self) -> None:
        self.number, self.challenges = 1, []

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer T{self.number}"
        return request

    def renew(self, challenge: str | None) -> None:
        self.number += 1
        self.challenges.append(challenge)


def test_a_refused_sign_in_is_renewed_once(service: GraphService) -> None:
    def play(seen: Seen) -> Reply:
        return (
            OK if seen.headers["authorization"] == "Bearer T2" else Reply(401, headers={"WWW-Authenticate": "claims"})
        )

    auth = Renewing()
    with connect(service.always(play), auth=auth) as transport:
        assert get(transport, service.url).status == 200
    assert auth.challenges == ["claims"]


def test_a_sign_in_refused_twice_is_an_answer(service: GraphService, time: FakeTime) -> None:
    auth = Renewing()
    with connect(service.always(Reply(401)), time, auth=auth) as transport:
        assert get(transport, service.url).status == 401
    assert (len(service.seen), auth.number, time.sleeps) == (2, 2, [])


def test_a_ready_token_is_not_renewed(service: GraphService) -> None:
    with connect(service.always(Reply(401))) as transport:
        assert get(transport, service.url).status == 401
    assert len(service.seen) == 1


def test_our_ca_file_wins_over_the_environment(
    over_tls: Callable[[], GraphService], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.other_ca_file)
    service = over_tls().always(OK)
    with connect(service, verify=authority.ca_file) as transport:
        assert get(transport, service.url).status == 200


def test_without_a_ca_file_the_environment_decides(
    over_tls: Callable[[], GraphService], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.ca_file)
    service = over_tls().always(OK)
    with connect(service) as transport:
        assert get(transport, service.url).status == 200


def test_an_untrusted_certificate_is_ours_to_mend_and_sees_no_token(
    over_tls: Callable[[], GraphService], authority: Authority
) -> None:
    service = over_tls().always(OK)
    distrusting = connect(service, verify=authority.other_ca_file)
    with distrusting as transport, pytest.raises(FixSetup, match=r"not trusted.*ca_file"):
        get(transport, service.url)
    assert service.seen == []


def test_a_ca_file_that_is_not_there_is_found_before_the_first_request(service: GraphService) -> None:
    with pytest.raises(FixSetup, match=r"CA file cannot be read \(No such file.*nowhere\.pem"):
        connect(service, verify="/nowhere.pem")


def test_a_ca_file_without_a_certificate_is_found_before_the_first_request(
    service: GraphService, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN NOTHING-----")
    with pytest.raises(FixSetup, match="holds no certificate"):
        connect(service, verify=str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("base_url", ["http://graph.microsoft.com/v1.0", "graph.microsoft.com", "https://u:p@graph/"])
def test_an_unsafe_base_address_is_refused(service: GraphService, base_url: str) -> None:
    with pytest.raises(FixSetup) as caught:
        connect(service, base_url=base_url)
    assert "u:p" not in str(caught.value)


def test_nothing_secret_is_logged_at_any_level(
    service: GraphService, elsewhere: GraphService, caplog: pytest.LogCaptureFixture
) -> None:
    """H5. urllib3 logs the target of every request."""
    caplog.set_level(logging.DEBUG)
    far = f"{elsewhere.host}/delta?token=T0kenFour"
    service.then(Reply(500), Reply(429, headers={"Retry-After": "1"}), Reply(302, headers={"Location": far}))
    with connect(service) as transport, pytest.raises(BrokenFeed) as caught:
        get(transport, f"{service.url}/delta(token='T0kenOne')?token=T0kenTwo%20x y&x=(token='T0(ken)Three')")
    assert len(service.seen) == 3
    told = caplog.text + str(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert "T0ken" not in told
    assert "T0(ken" not in told
    assert BEARER not in told
