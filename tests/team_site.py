"""A tenant on loopback with a SharePoint site, a list on it, and the Connections one may make for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import trustme

from airflow_provider_drivedelta.emulator import ClientRules, Emulator, Field, SharePointList, SignInRules, Site
from tests.conftest import SECRET, Contoso

TITLES = ("Draw a plan", "Dig a hole", "Fill it in")


@dataclass(frozen=True)
class Team:
    """The site `/sites/team` with the list `Ann's tasks`, of three items with a state and a day."""

    emulator: Emulator
    tasks: SharePointList

    @property
    def site(self) -> str:
        """The site's URL, where only tokens are taken that were issued for it, to a certificate."""
        return f"{self.emulator.https_url}/sites/team"

    @property
    def open_site(self) -> str:
        """The site's URL over plain http, where any token will do."""
        return f"{self.emulator.url}/sites/team"

    def certified(self) -> dict[str, object]:
        """The fields of a Connection with a certificate."""
        return Contoso(self.emulator).signing_in(password="", private_key=_key_pair()[0])

    def with_secret(self) -> dict[str, object]:
        return Contoso(self.emulator).signing_in()

    def asked_for(self, part: str) -> int:
        """How many requests the service was sent whose path holds `part`."""
        return sum(part in request.path.lower() for request in self.emulator.requests)


@contextmanager
def serve_team() -> Iterator[Team]:
    site = Site("/sites/team", zone="Europe/Berlin")
    fields = [Field("State", "Choice", choices=("open", "done")), Field("Due date", "DateTime", format="DateOnly")]
    tasks = site.add_list("Ann's tasks", fields, name="Tasks")
    for title in TITLES:
        tasks.add({"Title": title, "State": "open"})
    app = ClientRules(secrets=frozenset({SECRET}), certificates=(_key_pair()[1],))
    rules = SignInRules(tenants=frozenset({"contoso.com"}), clients={"app": app})
    with Emulator(sites=[site], sign_in=rules) as emulator:
        yield Team(emulator, tasks)


@cache
def _key_pair() -> tuple[str, str]:
    """A PEM with private key and certificate, and one with the certificate alone."""
    issued = trustme.CA().issue_cert("app.contoso.com", key_type=trustme.KeyType.RSA)  # Entra takes RSA only
    return issued.private_key_and_cert_chain_pem.bytes().decode(), issued.cert_chain_pems[0].bytes().decode()
