"""Who we are to the service: credentials in, a signed request out. Sign-in itself is MSAL's."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import requests
from requests.auth import AuthBase

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.hosts import AUTHORITY
from airflow_provider_drivedelta.core.transport.links import redact
from airflow_provider_drivedelta.core.transport.tls import check_ca_file

if TYPE_CHECKING:
    import msal

GRAPH_SCOPE = "https://graph.microsoft.com/.default"
SIGN_IN_TIMEOUT = 30.0  # seconds; MSAL sets none of its own


class BearerToken(AuthBase):
    """A ready bearer token, as `az account get-access-token` gives one; it cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Credential(Protocol):
    """What an application proves itself with. One class a way to sign in; more ways are more classes."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def client_id(self) -> str: ...

    def for_msal(self) -> str | dict[str, str]:
        """The value of MSAL's `client_credential`."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An application's secret, as made in Entra under "Certificates & secrets"."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)

    def for_msal(self) -> str | dict[str, str]:
        return self.client_secret


@dataclass(frozen=True, slots=True)
class Certificate:
    """An application's certificate: one PEM text with the private key and the certificate itself.

    :raises FixSetup: from `for_msal`, when one of the two is not in the text, or they cannot be used together.
    """

    tenant_id: str
    client_id: str
    pem: str = field(repr=False)
    passphrase: str | None = field(default=None, repr=False)

    def for_msal(self) -> str | dict[str, str]:
        public = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", self.pem, re.DOTALL)
        key = re.search(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", self.pem, re.DOTALL)
        if not public or not key:
            absent = "private key" if public else "certificate"
            raise FixSetup(f"The certificate's PEM text holds no {absent}", then="Give both, one after the other.")
        _check_pair(key[0], public[0], self.passphrase)
        credential = {"private_key": key[0], "public_certificate": public[0]}
        return credential | ({"passphrase": self.passphrase} if self.passphrase else {})


def _check_pair(key: str, public: str, passphrase: str | None) -> None:
    """What MSAL would raise later as an error of anything, said now as what it is."""
    from cryptography import x509  # comes with msal, and is as slow to import
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key.encode(), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        then = "Check the PEM text and its passphrase."
        raise FixSetup("The certificate's private key cannot be read", then=then) from None
    try:
        certified = x509.load_pem_x509_certificate(public.encode()).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise FixSetup("The certificate itself cannot be read", then="Check the PEM text.") from None
    if not isinstance(private, RSAPrivateKey):
        raise FixSetup("The certificate's private key is no RSA key", then="Entra takes no others: make a new pair.")
    if private.public_key() != certified:
        raise FixSetup("The private key is not the certificate's", then="Give the two that were made together.")


class MsalAuth(AuthBase):
    """Signs requests with an application token, which MSAL gets, keeps and renews in time.

    :param scope: the resource's `/.default` scope.
    :param authority: sign-in host; the tenant is added to it. MSAL insists on https.
    :param instance_discovery: False for authorities that Microsoft's own list does not know.
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
    ) -> None:
        check_ca_file(verify)
        self._credential, self._scope = credential, scope
        self._authority = f"{authority.rstrip('/')}/{credential.tenant_id}"
        self._http = _SignInHttp(verify, proxies)
        self._instance_discovery = instance_discovery
        self._app: msal.ConfidentialClientApplication | None = None
        self._lock = threading.Lock()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """A token that is still good, from MSAL's cache or the service."""
        with self._lock:
            answer = self._acquire()
        if "access_token" not in answer:
            raise _explain(answer, self._credential)
        return str(answer["access_token"])

    def renew(self, challenge: str | None = None) -> None:
        """Forget the token the service refused; the next request signs in afresh."""
        with self._lock:
            self._app = None

    def close(self) -> None:
        self._http.close()

    def _acquire(self) -> Mapping[str, object]:
        try:
            self._app = self._app or self._new_app()
            return self._app.acquire_token_for_client([self._scope]) or {}
        except DriveDeltaError:
            raise
        except requests.exceptions.SSLError:
            then = "If your network uses a CA of its own, name its file in the connection (ca_file)."
            what = "The sign-in host's TLS certificate is not trusted"
            raise FixSetup(what, where=self._authority, then=then) from None
        except requests.exceptions.RequestException as error:
            what = f"The sign-in host could not be reached ({type(error).__name__})"
            raise RetryLater(what, where=self._authority) from None
        except json.JSONDecodeError:
            raise RetryLater("The sign-in host's answer is not JSON (a proxy's page?)", where=self._authority) from None
        except (ValueError, TypeError, KeyError, AttributeError):  # what MSAL makes of an answer it does not expect
            then = "Check the tenant id and the authority."
            raise FixSetup("The sign-in address is no tenant's", where=self._authority, then=then) from None

    def _new_app(self) -> msal.ConfidentialClientApplication:
        import msal  # slow to import, and not needed where a token is ready

        return msal.ConfidentialClientApplication(
            self._credential.client_id,
            authority=self._authority,
            client_credential=self._credential.for_msal(),
            instance_discovery=self._instance_discovery,
            http_client=self._http,
        )


class _SignInHttp:
    """The HTTP client MSAL is given: time-outs always, and our CA wins over the environment's.

    :raises RetryLater: from both verbs: the host is out of order. MSAL would take some of that for a wrong tenant.
    """

    def __init__(self, verify: bool | str, proxies: Mapping[str, str] | None) -> None:
        self._session = requests.Session()
        self._session.proxies.update(proxies or {})
        self._verify = verify

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        return self._sent("GET", url, kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        return self._sent("POST", url, kwargs)

    def close(self) -> None:
        self._session.close()

    def _sent(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        bounded = {"timeout": SIGN_IN_TIMEOUT, "verify": self._verify} | options
        response = self._session.request(method, url, **bounded)
        if response.status_code == 429 or response.status_code >= 500:
            raise RetryLater(f"Sign-in is out of order ({response.status_code})", where=redact(url))
        return response


# Entra's codes, in a person's words: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ENTRA = {
    7000215: ("The client secret is wrong", "Copy the secret's value (not its id) from Entra into the connection."),
    7000222: ("The client secret has expired", "Make a new one in Entra and put it into the connection."),
    700027: ("The certificate is not registered with the application", "Upload its public part in Entra."),
    700016: ("The application is unknown in this tenant", "Check the client id and the tenant id."),
    90002: ("The tenant does not exist", "Check the tenant id."),
    900021: ("The tenant id is not valid", "Check the tenant id."),
    900023: ("The tenant id is not valid", "Check the tenant id."),
}


def _explain(answer: Mapping[str, object], credential: Credential) -> DriveDeltaError:
    """MSAL's error dictionary as one of ours; the raw description is left out, it may quote what was sent."""
    codes = answer.get("error_codes")
    where = f"tenant {credential.tenant_id}, client {credential.client_id}"
    known = [code for code in codes if code in _ENTRA] if isinstance(codes, list) else []
    if known:
        what, then = _ENTRA[known[0]]
        return FixSetup(f"{what} (AADSTS{known[0]})", where=where, then=then)
    error = str(answer.get("error", "no token in the answer"))
    shown = re.search(r"AADSTS\d+", str(answer.get("error_description", "")))
    said = f"{error}, {shown[0]}" if shown else error
    if error in ("temporarily_unavailable", "server_error"):
        return RetryLater(f"Sign-in is out of order ({said})", where=where)
    return FixSetup(f"Sign-in was refused ({said})", where=where, then="Look the code up in Entra's sign-in log.")
