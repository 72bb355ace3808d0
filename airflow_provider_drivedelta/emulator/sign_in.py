"""Entra's sign-in endpoints, as MSAL and others call them: discovery, and tokens for apps."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.assertions import BadAssertion, UnknownCertificate, check_assertion
from airflow_provider_drivedelta.emulator.bearer import Bearers, Grant
from airflow_provider_drivedelta.emulator.entra_errors import EntraError, entra_error
from airflow_provider_drivedelta.emulator.graph.answers import origin

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METHODS = ("client_secret_post", "private_key_jwt", "client_secret_basic")
_TOKEN = "/{tenant}/oauth2/v2.0/token"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRules:
    """What one app may sign in with; certificates as PEM."""

    secrets: frozenset[str] = frozenset()
    expired_secrets: frozenset[str] = frozenset()
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """Who may sign in; ``None`` means anybody. ``expires_in`` is the life of an access token in seconds."""

    tenants: frozenset[str] | None = None
    clients: Mapping[str, ClientRules] | None = None
    expires_in: int = 3599


class SignIn:
    def __init__(self, rules: SignInRules, bearers: Bearers) -> None:
        self._rules, self._bearers = rules, bearers

    def routes(self) -> list[Route]:
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery, methods=["GET"]),
            Route(_TOKEN, self._token, methods=["POST"]),
        ]

    async def _discovery(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        if not self._knows(tenant):
            return entra_error(EntraError("unknown_tenant", tenant))
        authority = f"{origin(request)}/{tenant}"
        return JSONResponse(
            {
                "issuer": f"{authority}/v2.0",
                "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{authority}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": list(_METHODS),
                "response_types_supported": ["code", "token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True))
        form |= _basic_credentials(request.headers.get("authorization", ""))
        try:
            self._check(request, form)
        except EntraError as error:
            return entra_error(error)
        granted: dict[str, object] = {
            "token_type": "Bearer",
            "expires_in": self._rules.expires_in,
            "ext_expires_in": self._rules.expires_in,
            "access_token": self._bearers.issue(timedelta(seconds=self._rules.expires_in), _grant(form)),
        }
        if form["grant_type"] == "refresh_token":
            # A client-credentials answer names no scope: MSAL's cache would not find it again under the one asked for.
            granted |= {"scope": form.get("scope", ""), "refresh_token": secrets.token_urlsafe(48)}
        return JSONResponse(granted, headers={"Cache-Control": "no-store"})

    def _check(self, request: Request, form: Mapping[str, str]) -> None:
        tenant, grant = request.path_params["tenant"], form.get("grant_type", "")
        if not self._knows(tenant):
            raise EntraError("unknown_tenant", tenant)
        if grant not in ("client_credentials", "refresh_token"):
            raise EntraError("bad_grant", grant)
        rules = self._client(form.get("client_id", ""), tenant)
        if grant == "client_credentials":
            _check_scope(form.get("scope", ""))
            self._check_credential(request, form, rules)
        elif not form.get("refresh_token"):
            raise EntraError("missing_parameter", "refresh_token")

    def _knows(self, tenant: str) -> bool:
        return self._rules.tenants is None or tenant.casefold() in {name.casefold() for name in self._rules.tenants}

    def _client(self, client_id: str, tenant: str) -> ClientRules | None:
        """What the app may use; None if anything goes."""
        if not client_id:
            raise EntraError("missing_parameter", "client_id")
        if self._rules.clients is None:
            return None
        if client_id not in self._rules.clients:
            raise EntraError("unknown_app", f"{client_id}' was not found in the directory '{tenant}")
        return self._rules.clients[client_id]

    def _check_credential(self, request: Request, form: Mapping[str, str], rules: ClientRules | None) -> None:
        if "client_assertion" in form:
            _check_assertion(request, form, rules)
        elif not (secret := form.get("client_secret", "")):
            raise EntraError("no_credential", "")
        elif rules is not None and secret in rules.expired_secrets:
            raise EntraError("expired_secret", form["client_id"])
        elif rules is not None and secret not in rules.secrets:
            raise EntraError("bad_secret", form["client_id"])


def _grant(form: Mapping[str, str]) -> Grant:
    certified = form["grant_type"] == "refresh_token" or "client_assertion" in form
    return Grant(form.get("scope", "").removesuffix(".default").rstrip("/"), certified)


def _check_scope(scope: str) -> None:
    """Of one resource, ``https://graph.microsoft.com/.default``; the bare word means Graph, and rclone sends that."""
    if (scope != ".default" and not scope.endswith("/.default")) or " " in scope:
        raise EntraError("bad_scope", scope)


def _check_assertion(request: Request, form: Mapping[str, str], rules: ClientRules | None) -> None:
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise EntraError("missing_parameter", "client_assertion_type")
    if rules is not None and not rules.certificates:
        raise EntraError("unknown_certificate", form["client_id"])
    here = origin(request) + request.url.path
    try:
        check_assertion(
            form["client_assertion"],
            client_id=form["client_id"],
            audiences=(here, here.removesuffix("/oauth2/v2.0/token") + "/v2.0"),
            certificates=rules.certificates if rules else (),
        )
    except UnknownCertificate:
        raise EntraError("unknown_certificate", form["client_id"]) from None
    except BadAssertion as error:
        raise EntraError("bad_assertion", str(error)) from None


def _basic_credentials(authorization: str) -> dict[str, str]:
    """Client id and secret of a Basic header, form-encoded as RFC 6749 has them."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.casefold() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return {}
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}
