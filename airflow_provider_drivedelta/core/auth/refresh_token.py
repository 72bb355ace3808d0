"""Sign-in as a person, by a refresh token that each use replaces; the new one is kept before the old is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from airflow_provider_drivedelta.core.auth.application import confidential_client
from airflow_provider_drivedelta.core.auth.challenge import with_capabilities
from airflow_provider_drivedelta.core.auth.credential import CAPABILITIES, Granted, SignInPlace, TokenSource
from airflow_provider_drivedelta.core.auth.faults import in_our_words

if TYPE_CHECKING:
    import msal

_EARLY = 300.0  # seconds before its end at which a token is replaced, as MSAL does
_WAITS = (0.0, 1.0, 2.0)  # seconds for another task, which has just used the same refresh token, to save its own


class RefreshTokenStore(Protocol):
    """Where the latest refresh token lies; several tasks may share it."""

    def load(self) -> str:
        """The latest one."""

    def save(self, fresh: str, *, replaces: str) -> None:
        """Keep `fresh`, which was got with `replaces`; one that another task saved meanwhile may stay instead."""


class KeptHere:
    """Forgets with the process what it was given; for a look only, such as the connection test."""

    def __init__(self, token: str) -> None:
        self._token = token

    def load(self) -> str:
        return self._token

    def save(self, fresh: str, *, replaces: str) -> None:
        self._token = fresh


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A person's sign-in, as `drivedelta sign-in` gets one.

    :param client_secret: of a confidential application; None for a public one.
    """

    tenant_id: str
    client_id: str
    store: RefreshTokenStore = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)

    @property
    def who(self) -> str:
        return f"tenant {self.tenant_id}, client {self.client_id}, by refresh token"

    def open(self, place: SignInPlace) -> TokenSource:
        return _Exchange(self, place.of_tenant(self.tenant_id), self._client(place))

    def _client(self, place: SignInPlace) -> msal.ClientApplication:
        if self.client_secret:
            return confidential_client(place, self.tenant_id, self.client_id, self.client_secret)
        return public_client(place, self.tenant_id, self.client_id)


def public_client(place: SignInPlace, tenant_id: str, client_id: str) -> msal.PublicClientApplication:
    """MSAL's client of an application that has no secret; it asks the authority for its endpoints at once."""
    import msal

    address = place.of_tenant(tenant_id)
    with in_our_words(address):
        return msal.PublicClientApplication(
            client_id,
            authority=address,
            instance_discovery=place.instance_discovery,
            http_client=place.http,
            client_capabilities=CAPABILITIES,
        )


class _Exchange:
    """Refresh tokens for access tokens. MSAL looks for neither in its cache on this way, so they are kept here."""

    def __init__(self, credential: RefreshToken, address: str, app: msal.ClientApplication) -> None:
        self.address = address
        self._credential, self._app = credential, app
        self._kept: Granted = {}
        self._good_until = 0.0

    def acquire(self, scope: str, claims: str | None) -> Granted:
        if claims is None and self._kept and self._credential.clock() < self._good_until:
            return self._kept
        granted = self._freshly(scope, claims)
        if "access_token" in granted:
            self._kept, self._good_until = granted, self._credential.clock() + _life(granted) - _EARLY
        return granted

    def _freshly(self, scope: str, claims: str | None) -> Granted:
        """A refused token may be one that another task used a moment ago: then the store has, or gets, the next."""
        token = self._credential.store.load()
        granted = self._exchanged(token, scope, claims)
        for wait in _WAITS:
            if granted.get("error") != "invalid_grant":
                break
            self._credential.sleep(wait)
            latest = self._credential.store.load()
            if latest != token:
                token = latest
                granted = self._exchanged(token, scope, claims)
        return granted

    def _exchanged(self, token: str, scope: str, claims: str | None) -> Granted:
        asked = {"claims": with_capabilities(claims, CAPABILITIES)}
        granted: Granted = self._app.acquire_token_by_refresh_token(token, [scope], data=asked)
        fresh = granted.get("refresh_token")
        if isinstance(fresh, str) and fresh and fresh != token:
            self._credential.store.save(fresh, replaces=token)
        return {name: value for name, value in granted.items() if name != "refresh_token"}


def _life(granted: Granted) -> float:
    seconds = granted.get("expires_in")
    return float(seconds) if isinstance(seconds, int | float) else 0.0
