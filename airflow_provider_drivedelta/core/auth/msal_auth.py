"""Signs requests with a token that MSAL gets, keeps and renews in time; whatever the way to sign in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import requests
from requests.auth import AuthBase

from airflow_provider_drivedelta.core.auth.challenge import claims_of
from airflow_provider_drivedelta.core.auth.credential import Credential, SignInPlace, TokenSource
from airflow_provider_drivedelta.core.auth.faults import in_our_words
from airflow_provider_drivedelta.core.auth.refusals import explain
from airflow_provider_drivedelta.core.auth.sign_in_http import SignInHttp
from airflow_provider_drivedelta.core.hosts import AUTHORITY, GRAPH_HOST
from airflow_provider_drivedelta.core.transport.tls import check_ca_file

GRAPH_SCOPE = f"https://{GRAPH_HOST}/.default"


class MsalAuth(AuthBase):
    """Signs requests with a token got by one credential for one resource. Threads may share it.

    :param scope: the resource's `/.default` scope.
    :param authority: sign-in host; the tenant is added to it. MSAL insists on https.
    :param proxies: for the sign-in host; a machine's own endpoint is never asked through one.
    :param instance_discovery: False for authorities that Microsoft's own list does not know.
    :param hide: told each new token, before anything else is.
    :raises FixSetup: at once: the CA file cannot be used. When signing: the tenant, application, secret or
        certificate is wrong; says which.
    :raises RetryLater: when signing: the sign-in host cannot be reached or is out of order.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        scope: str = GRAPH_SCOPE,
        authority: str = AUTHORITY,
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
        instance_discovery: bool = True,
        hide: Callable[[str], None] | None = None,
    ) -> None:
        check_ca_file(verify)
        self._credential, self._scope, self._hide = credential, scope, hide
        self._place = SignInPlace(
            authority=authority,
            instance_discovery=instance_discovery,
            http=SignInHttp(verify=verify, proxies=proxies),
            direct_http=SignInHttp.direct(),
        )
        self._source: TokenSource | None = None
        self._latest = ""
        self._lock = threading.Lock()
        self._sent = threading.local()  # the token of each thread's last request

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._sent.token = self.token()
        request.headers["Authorization"] = f"Bearer {self._sent.token}"
        return request

    def token(self) -> str:
        """A token that is still good, from MSAL's cache or the service."""
        with self._lock:
            return self._acquire(None)

    def renew(self, challenge: str | None = None) -> None:
        """Get another token, for the service refused the one that this thread sent last.

        Threads that were refused the same token share one renewal: the first gets it, the others find it done.

        :param challenge: the refusal's WWW-Authenticate; what it demands, the new token is asked for with.
        """
        with self._lock:
            if getattr(self._sent, "token", self._latest) != self._latest:
                return
            claims = claims_of(challenge)
            if claims is None:
                self._source = None  # with MSAL's cache, which knows of no refusal
            self._acquire(claims)

    def close(self) -> None:
        self._place.close()

    def _acquire(self, claims: str | None) -> str:
        self._source = self._source or self._credential.open(self._place)
        with in_our_words(self._source.address):
            granted = self._source.acquire(self._scope, claims)
        token = granted.get("access_token")
        if not isinstance(token, str) or not token:
            raise explain(granted, self._credential.who)
        if token != self._latest and self._hide is not None:
            self._hide(token)
        self._latest = token
        return token
