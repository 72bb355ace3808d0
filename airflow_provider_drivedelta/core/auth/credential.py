"""What a way to sign in is: something that opens a source of tokens at the place where one signs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from airflow_provider_drivedelta.core.auth.sign_in_http import SignInHttp

Granted = Mapping[str, object]
"""MSAL's answer: `access_token` and what goes with it, or `error` and what goes with that."""

CAPABILITIES = ["CP1"]
"""Tells Entra that we answer claims challenges; see https://learn.microsoft.com/entra/identity-platform/claims-challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPlace:
    """Where one signs in, and over what.

    :param authority: the sign-in host's address, without a tenant.
    :param instance_discovery: False for authorities that Microsoft's own list does not know.
    :param http: over the connection's proxies, with its CA.
    :param direct_http: to an endpoint of the machine itself, which no proxy may see.
    """

    authority: str
    instance_discovery: bool
    http: SignInHttp
    direct_http: SignInHttp

    def of_tenant(self, tenant_id: str) -> str:
        return f"{self.authority.rstrip('/')}/{tenant_id}"

    def close(self) -> None:
        self.http.close()
        self.direct_http.close()


class TokenSource(Protocol):
    """Gives tokens for one credential; MSAL keeps them and renews them in time."""

    @property
    def address(self) -> str:
        """Whom it asks, for messages."""

    def acquire(self, scope: str, claims: str | None) -> Granted:
        """A token that is still good.

        :param scope: one resource's `/.default`.
        :param claims: what the service demands, as JSON; then whatever is kept will not do.
        """


class Credential(Protocol):
    """What we prove ourselves with. One class a way to sign in; more ways are more classes."""

    @property
    def who(self) -> str:
        """For messages: whose sign-in it is, and where the proof lies; nothing secret."""

    def open(self, place: SignInPlace) -> TokenSource:
        """:raises FixSetup: the credential cannot be used, whatever the service would say."""
