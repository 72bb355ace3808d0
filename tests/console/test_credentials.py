"""Which token the console asks for, and with what."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest
import requests
import trustme

from airflow_provider_drivedelta.console.credentials import SignIn, auth
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.emulator import Emulator
from tests.certificates import Issued
from tests.graph_service import GraphService, Reply

ENVIRONMENT = {"DRIVEDELTA_CLIENT_SECRET": "s3cret~value"}
DISCOVERY, TOKEN = "/contoso.com/v2.0/.well-known/openid-configuration", "/contoso.com/oauth2/v2.0/token"


@dataclass(frozen=True)
class Entra:
    """A sign-in service that grants everything, and the options that lead to it."""

    service: GraphService
    options: SignIn

    @property
    def scopes(self) -> list[list[str]]:
        return [parse_qs(seen.body)["scope"] for seen in self.service.seen if seen.target == TOKEN]


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[Entra]:
    ca, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(tls)
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    with GraphService(tls) as service:
        base = f"{service.host}/contoso.com/oauth2/v2.0"
        endpoints = {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token", "issuer": base}
        service.on(DISCOVERY, Reply.json(endpoints))
        service.on(TOKEN, Reply.json({"token_type": "Bearer", "expires_in": 3600, "access_token": "granted"}))
        who = {"tenant_id": "contoso.com", "client_id": "app", "certificate": None}
        yield Entra(service, SignIn(**who, authority=service.host, ca_file=str(ca_file)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base_url", "scope"),
    [
        ("https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/.default"),
        ("https://contoso-my.sharepoint.com/_api/v2.0", "https://contoso-my.sharepoint.com/.default"),
        ("https://localhost:8443/_api/v2.0", "https://localhost:8443/.default"),
    ],
)
def test_the_token_is_for_the_address_that_is_called(entra: Entra, base_url: str, scope: str) -> None:
    """Graph's token, which was asked for once, `_api/v2.0` of a business drive refuses."""
    signing = auth(entra.options, ENVIRONMENT, base_url=base_url)
    signed = signing(requests.Request("GET", base_url).prepare())
    signing.close()  # type: ignore[attr-defined]
    assert signed.headers["Authorization"] == "Bearer granted"
    assert entra.scopes == [[scope]]


def test_a_site_takes_no_secret_and_nobody_is_asked(entra: Entra) -> None:
    site = "https://contoso.sharepoint.com/sites/team"
    with pytest.raises(FixSetup, match="certificate") as caught:
        auth(entra.options, ENVIRONMENT, base_url=site, certified=True)
    assert "s3cret" not in str(caught.value)
    assert entra.service.seen == []


def test_a_ready_token_is_let_through_to_a_site(entra: Entra) -> None:
    nobody = SignIn(tenant_id=None, client_id=None, certificate=None, authority=None, ca_file=None)
    signing = auth(nobody, {"DRIVEDELTA_ACCESS_TOKEN": "ey.ready"}, base_url="https://x.example", certified=True)
    assert signing(requests.Request("GET", "https://x.example").prepare()).headers["Authorization"] == "Bearer ey.ready"


NOBODY = SignIn(tenant_id=None, client_id=None, certificate=None, authority=None, ca_file=None)
GRAPH = "https://graph.microsoft.com/v1.0"


def test_a_pfx_is_taken_as_a_pem_is(entra: Entra, tmp_path: Path) -> None:
    file = tmp_path / "app.pfx"
    file.write_bytes(Issued.now().pfx("0pen"))
    signing = auth(
        replace(entra.options, certificate=file),
        {"DRIVEDELTA_CERTIFICATE_PASSPHRASE": "0pen"},
        base_url="https://contoso.sharepoint.com/sites/team",
        certified=True,
    )
    signed = signing(requests.Request("GET", GRAPH).prepare())
    signing.close()  # type: ignore[attr-defined]
    assert signed.headers["Authorization"] == "Bearer granted"


def test_the_machines_identity_needs_no_more_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator() as emulator:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.url)
        signing = auth(replace(NOBODY, sign_in="managed_identity"), {}, base_url=GRAPH)
        assert signing(requests.Request("GET", GRAPH).prepare()).headers["Authorization"]
        signing.close()  # type: ignore[attr-defined]
        assert "resource=https://graph.microsoft.com" in unquote(emulator.requests[0].query)


def test_workload_identity_is_found_in_the_environment(entra: Entra, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a.b.c")
    pod = {"AZURE_FEDERATED_TOKEN_FILE": str(file), "AZURE_TENANT_ID": "contoso.com", "AZURE_CLIENT_ID": "app"}
    options = replace(NOBODY, sign_in="workload_identity", authority=entra.options.authority)
    signing = auth(replace(options, ca_file=entra.options.ca_file), pod, base_url=GRAPH)
    signing(requests.Request("GET", GRAPH).prepare())
    signing.close()  # type: ignore[attr-defined]
    (form,) = [parse_qs(seen.body) for seen in entra.service.seen if seen.target == TOKEN]
    assert form["client_assertion"] == ["a.b.c"]
    with pytest.raises(FixSetup, match=r"no workload identity here.*AZURE_FEDERATED_TOKEN_FILE"):
        auth(options, {}, base_url=GRAPH)


def test_an_address_in_another_cloud_is_refused() -> None:
    with pytest.raises(FixSetup, match="in the cloud 'global', and --cloud says 'china'"):
        auth(replace(NOBODY, cloud="china"), {"DRIVEDELTA_ACCESS_TOKEN": "ey.ready"}, base_url=GRAPH)
