"""A tenant on loopback whose sign-in is the emulator's, and ways to sign in there as MSAL does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest
import requests

from airflow_provider_drivedelta.core.auth import Credential, MsalAuth
from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import ClientRules, Emulator, SignInRules
from tests.certificates import Issued

TENANT = "contoso.com"
ISSUER, SUBJECT = "https://oidc.example/cluster", "system:serviceaccount:airflow:worker"


@dataclass
class Tenant:
    """The emulator, and what signs in to it; everything is closed with the test."""

    emulator: Emulator
    stack: ExitStack

    def auth(self, credential: Credential, **settings: object) -> MsalAuth:
        known = {"authority": self.emulator.https_url, "verify": self.emulator.ca_file, "instance_discovery": False}
        auth = MsalAuth(credential, **(known | settings))  # type: ignore[arg-type]
        self.stack.callback(auth.close)
        return auth

    def transport(self, auth: MsalAuth) -> Transport:
        base_url = f"{self.emulator.https_url}/v1.0"
        return self.stack.enter_context(Transport(auth=auth, base_url=base_url, verify=self.emulator.ca_file))

    def asks(self, transport: Transport) -> int:
        """The status that a drive is looked up with."""
        request = Request(f"{self.emulator.https_url}/v1.0/drives/{self.emulator.drive.id}")
        return transport.fetch(request, lambda answer: answer.status)

    def reads(self, credential: Credential, **settings: object) -> int:
        return self.asks(self.transport(self.auth(credential, **settings)))

    @property
    def sign_ins(self) -> int:
        """How often a token was asked for."""
        return sum(request.path.endswith("/token") for request in self.emulator.requests)


Enter = Callable[..., Tenant]


@pytest.fixture
def tenant() -> Iterator[Enter]:
    """Opens a tenant with these rules for its one application, and for sign-in as a whole."""
    with ExitStack() as stack:

        def opened(app: ClientRules | None = None, **rules: object) -> Tenant:
            given = SignInRules(tenants=frozenset({TENANT}), clients={"app": app or ClientRules()}, **rules)  # type: ignore[arg-type]
            return Tenant(stack.enter_context(Emulator(sign_in=given)), stack)

        yield opened


@pytest.fixture(scope="session")
def issued() -> Issued:
    """A certificate of the application."""
    return Issued.now()


class Projected:
    """A file with a federated token, as Kubernetes projects it into a pod, and renews it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.renew()

    def renew(self, *, issuer: str = ISSUER, subject: str = SUBJECT, life: int = 3600) -> None:
        claims = {"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": int(time.time()) + life}
        self.path.write_text(jwt.encode(claims | {"jti": str(time.monotonic_ns())}, "k" * 32, "HS256") + "\n")


@pytest.fixture
def projected(tmp_path: Path) -> Projected:
    return Projected(tmp_path / "azure-identity-token")


def bearer(auth: MsalAuth) -> str:
    return auth(requests.Request("GET", "https://g").prepare()).headers["Authorization"]
