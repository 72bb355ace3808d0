"""The HTTP client that MSAL is given: bounded in time and size, never redirected, its CA and proxies our own."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.transport.body import BodyLimits, read_body
from airflow_provider_drivedelta.core.transport.links import redact
from airflow_provider_drivedelta.core.transport.policy import REDIRECTS, retry_after

_OUT_OF_ORDER = frozenset({429, 500, 502, 503, 504})
# While a machine's metadata service is updated: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
_METADATA_UPDATES = frozenset({404, 410})


class SignInHttp(requests.Session):
    """A session, since MSAL takes no less for Service Fabric; each request of it goes through `request`.

    :param verify: True, or a CA file; given with each request, as the environment's would win over a session's.
    :param proxies: given with each request for the same reason.
    :raises RetryLater: from `request`: the host is out of order. MSAL would take some of that for a wrong tenant.
    """

    def __init__(
        self, *, verify: bool | str = True, proxies: Mapping[str, str] | None = None, limits: BodyLimits | None = None
    ) -> None:
        super().__init__()
        self._limits = limits or BodyLimits(connect=10, idle=30, whole=30, size=1 << 20)
        self._bounds = {
            "timeout": (self._limits.connect, self._limits.idle),
            "verify": verify,
            "proxies": dict(proxies or {}),
            # A 307 would carry the secret on to wherever it says; no sign-in service sends one.
            "allow_redirects": False,
            "stream": True,
        }
        self._passing = _OUT_OF_ORDER

    @classmethod
    def direct(cls) -> SignInHttp:
        """For an endpoint of the machine itself: no proxy, not the environment's either, and quick to give up."""
        http = cls(limits=BodyLimits(connect=3, idle=30, whole=30, size=1 << 20))
        http.trust_env = False
        http._passing |= _METADATA_UPDATES
        return http

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """:raises FixSetup: what answers there is no sign-in service."""
        where = redact(str(url))
        with super().request(method, url, *args, **(options | self._bounds)) as response:
            if response.status_code in self._passing:
                wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
                raise RetryLater(f"Sign-in is out of order ({response.status_code})", where=where, after=wait)
            return _checked(response, self._body(response, where), where)

    def _body(self, response: requests.Response, where: str) -> bytes:
        try:
            return read_body(response, self._limits, where)
        except BrokenFeed:
            raise FixSetup("The sign-in host's answer is far too large", where=where, then=_NO_SERVICE) from None


_NO_SERVICE = "Check the sign-in address."


def _checked(response: requests.Response, body: bytes, where: str) -> requests.Response:
    """The answer, whole. MSAL would log one that is not JSON as it is, with whatever token is in it."""
    if response.status_code in REDIRECTS:
        raise RetryLater("The sign-in host's answer leads elsewhere (a proxy's page?)", where=where)
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        if response.status_code < 400:
            raise RetryLater("The sign-in host's answer is not JSON (a proxy's page?)", where=where) from None
        said = f"What answers there is no sign-in service ({response.status_code})"
        raise FixSetup(said, where=where, then=_NO_SERVICE) from None
    whole = requests.Response()
    whole.status_code, whole.headers, whole.url = response.status_code, response.headers, response.url
    whole.raw, whole.encoding = io.BytesIO(body), "utf-8"
    return whole
