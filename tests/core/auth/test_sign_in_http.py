"""What MSAL is given to call with: bounded, never redirected, with our CA and our proxies."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from airflow_provider_drivedelta.core.auth import ClientSecret, MsalAuth
from airflow_provider_drivedelta.core.auth.sign_in_http import SignInHttp
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from tests.core.conftest import Authority
from tests.graph_service import GraphService, Reply

FORM = {"client_secret": "s3cret"}


@pytest.fixture
def http() -> Iterator[SignInHttp]:
    with SignInHttp(limits=BodyLimits(connect=1, idle=1, whole=1, size=1000)) as http:
        yield http


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_secret_is_not_carried_to_where_a_redirect_leads(
    http: SignInHttp, service: GraphService, elsewhere: GraphService, status: int
) -> None:
    """F5."""
    service.then(Reply(status, headers={"Location": f"{elsewhere.host}/token"}))
    with pytest.raises(RetryLater, match="leads elsewhere"):
        http.post(f"{service.host}/token", data=FORM)
    assert elsewhere.seen == []


WRONG = {
    "far too large": (Reply(200, b'"' + b"x" * 2000 + b'"'), FixSetup, "far too large"),
    "a page": (Reply(200, b"<html>"), RetryLater, "is not JSON"),
    "deep": (Reply(200, b"[" * 999), RetryLater, "is not JSON"),
    "a page with 404": (Reply(404, b"<html>"), FixSetup, "no sign-in service .404"),
    "cut": (Reply(200, b"{}" * 9, cut=3), RetryLater, "cut off"),
    "never ending": (Reply(200, b"{}" * 9, cut=3, stall=True), RetryLater, "stopped in the middle"),
}


@pytest.mark.parametrize(("reply", "kind", "says"), WRONG.values(), ids=WRONG)
def test_an_answer_that_is_none_is_said_to_be_so(
    http: SignInHttp, service: GraphService, reply: Reply, kind: type[DriveDeltaError], says: str
) -> None:
    service.then(reply)
    with pytest.raises(kind, match=says):
        http.get(f"{service.host}/token?code=secret")


def test_what_cannot_be_read_is_not_logged(
    http: SignInHttp, service: GraphService, caplog: pytest.LogCaptureFixture
) -> None:
    """H5. MSAL logs an answer that is not JSON as it is, with whatever token is in it."""
    caplog.set_level(logging.DEBUG)
    service.then(Reply(200, b'{"access_token": "T0ken-value", '))
    with pytest.raises(RetryLater) as caught:
        http.post(f"{service.host}/token", data=FORM)
    assert "T0ken" not in caplog.text + str(caught.value)


def test_how_long_to_stay_away_is_passed_on(http: SignInHttp, service: GraphService) -> None:
    service.then(Reply(429, headers={"Retry-After": "17"}))
    with pytest.raises(RetryLater) as caught:
        http.get(f"{service.host}/token")
    assert caught.value.after == 17


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that notes whom it is to connect to, and lets nobody through."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            caller, _ = listener.accept()
            with caller:
                asked.append(caller.recv(4096).decode().splitlines()[0])
                caller.sendall(b"HTTP/1.0 407 Proxy Authentication Required\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://me:pr0xy-pass@127.0.0.1:{listener.getsockname()[1]}", asked
        thread.join(5)


def test_the_connections_proxy_is_used_and_wins_over_the_environments(
    proxy: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    url, asked = proxy
    auth = MsalAuth(ClientSecret("contoso.com", "app", "s3cret"), proxies={"https": url}, instance_discovery=False)
    with pytest.raises(RetryLater, match="proxy to the sign-in host could not be used") as caught:
        auth.token()
    auth.close()
    assert [line.rpartition(" ")[0] for line in asked] == ["CONNECT login.microsoftonline.com:443"]
    assert "pr0xy-pass" not in str(caught.value)


def test_the_connections_ca_wins_over_the_environments(
    over_tls: Callable[[], GraphService], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, authority.other_ca_file)
    service = over_tls()
    service.then(Reply.json({"a": 1}))
    with SignInHttp(verify=authority.ca_file) as http:
        assert http.get(f"{service.host}/").json() == {"a": 1}
