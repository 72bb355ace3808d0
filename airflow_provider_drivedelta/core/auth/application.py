"""Sign-in as an application, through MSAL's confidential client; here with a client secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.auth.credential import CAPABILITIES, Granted, SignInPlace, TokenSource
from airflow_provider_drivedelta.core.auth.faults import in_our_words

if TYPE_CHECKING:
    import msal

Proof = str | dict[str, str] | dict[str, Callable[[], str]]
"""A value of MSAL's `client_credential`."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An application's secret, as made in Entra under "Certificates & secrets"."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def who(self) -> str:
        return f"tenant {self.tenant_id}, client {self.client_id}"

    def open(self, place: SignInPlace) -> TokenSource:
        return open_application(place, self.tenant_id, self.client_id, self.client_secret)


def open_application(place: SignInPlace, tenant_id: str, client_id: str, proof: Proof) -> TokenSource:
    """:raises FixSetup: the tenant or the sign-in address is wrong."""
    address = place.of_tenant(tenant_id)
    return _Application(address, confidential_client(place, tenant_id, client_id, proof))


def confidential_client(
    place: SignInPlace, tenant_id: str, client_id: str, proof: Proof
) -> msal.ConfidentialClientApplication:
    """MSAL's client; it asks the authority for its endpoints at once."""
    import msal  # slow to import, and not needed where a token is ready

    address = place.of_tenant(tenant_id)
    with in_our_words(address):
        return msal.ConfidentialClientApplication(
            client_id,
            authority=address,
            client_credential=proof,
            instance_discovery=place.instance_discovery,
            http_client=place.http,
            client_capabilities=CAPABILITIES,
        )


@dataclass(frozen=True, slots=True)
class _Application:
    address: str
    app: msal.ConfidentialClientApplication

    def acquire(self, scope: str, claims: str | None) -> Granted:
        granted: Granted = self.app.acquire_token_for_client([scope], claims_challenge=claims) or {}
        return granted
