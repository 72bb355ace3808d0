"""Microsoft 365 under its own names: an emulator, and a redirector that every client here goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, SignInRules, sample_site
from tests.certificates import Issued
from tests.strangers.redirector import Redirector

TENANT, CLIENT, SECRET = "contoso.com", "app", "n0t-a-real-secret~1"
_TRUST = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_IN_THE_WAY = ("NO_PROXY", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Microsoft:
    emulator: Emulator
    redirector: Redirector
    certificate: Issued

    @property
    def hosts(self) -> set[str]:
        """Whom clients wanted to talk to."""
        return set(self.redirector.hosts)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.emulator.requests]


@pytest.fixture(scope="session")
def certificate() -> Issued:
    return Issued.now()


@pytest.fixture
def microsoft(certificate: Issued, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Microsoft]]:
    """Starts one, and makes it what this process and its children find behind Microsoft's names."""
    app = ClientRules(secrets=frozenset({SECRET}), certificates=(certificate.public,))
    rules = SignInRules(tenants=frozenset({TENANT}), clients={CLIENT: app})
    with ExitStack() as running:

        def start(*drives: Drive, **settings: object) -> Microsoft:
            given = {"drives": drives, "sites": [sample_site()], "sign_in": rules, **settings}
            emulator = running.enter_context(Emulator(**given))
            redirector = running.enter_context(Redirector(urlsplit(emulator.https_url).port or 0))
            for name in _IN_THE_WAY:
                monkeypatch.delenv(name, raising=False)
                monkeypatch.delenv(name.lower(), raising=False)
            for name in _TRUST:
                monkeypatch.setenv(name, emulator.ca_file)
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, redirector.url)
            return Microsoft(emulator, redirector, certificate)

        yield start
