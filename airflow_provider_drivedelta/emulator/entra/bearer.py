"""Access tokens: issuing them, taking them back, and telling whether a request carries a good one."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.entra.access_tokens import access_token

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token was issued for: the resource asked for, and whether the app signed in with a certificate.

    ``claims`` is what it was asked for with, as JSON. With ``roles`` the token is one that says so, and whose it is.
    """

    resource: str
    certified: bool
    claims: str = ""
    app: str = ""
    tenant: str = ""
    roles: tuple[str, ...] | None = None


@dataclass(slots=True)
class _Seen:
    expires: datetime | None
    issued_here: bool
    revoked: bool = False
    grant: Grant | None = None


class Bearers:
    """``open_schemes`` names those (http, https) on which any token will do that nobody issued here."""

    def __init__(self, clock: Clock, *, open_schemes: frozenset[str]) -> None:
        self._clock, self._open = clock, open_schemes
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def issue(self, life: timedelta, grant: Grant | None = None) -> str:
        token = _worded(grant, self._clock.now(), life) if grant else secrets.token_urlsafe(48)
        with self._lock:
            self._remember(token, _Seen(self._clock.now() + life, issued_here=True, grant=grant))
        return token

    def grant(self, token: str) -> Grant | None:
        """What the token was issued for, if the sign-in issued it."""
        with self._lock:
            seen = self._seen.get(_fingerprint(token))
            return seen.grant if seen else None

    def revoke_all(self) -> None:
        """Every token seen so far, issued here or not, is refused from now on."""
        with self._lock:
            for seen in self._seen.values():
                seen.revoked = True

    def accepts(self, token: str, scheme: str) -> bool:
        with self._lock:
            seen = self._seen.get(_fingerprint(token))
            if seen is None and scheme in self._open:
                seen = self._remember(token, _Seen(None, issued_here=False))
        if seen is None or seen.revoked or not (seen.issued_here or scheme in self._open):
            return False
        return seen.expires is None or self._clock.now() < seen.expires

    def _remember(self, token: str, seen: _Seen) -> _Seen:
        self._seen[_fingerprint(token)] = seen
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return seen


def presented(authorization: str) -> str:
    """The token of an ``Authorization`` header, however ``Bearer`` is cased; empty if there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def _worded(grant: Grant, now: datetime, life: timedelta) -> str:
    if grant.roles is None:
        return secrets.token_urlsafe(48)
    whose = {"resource": grant.resource, "app": grant.app, "tenant": grant.tenant}
    return access_token(**whose, roles=grant.roles, certified=grant.certified, now=now, life=life)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
