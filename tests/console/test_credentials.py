"""Which token the console asks for, and with what."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import requests
import trustme

from airflow_provider_drivedelta.console.credentials import SignIn, auth
from airflow_provider_drivedelta.core.errors import FixSetup
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
