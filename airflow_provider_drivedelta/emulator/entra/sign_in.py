"""Entra's sign-in endpoints, as MSAL and others call them: discovery, and tokens for apps and for people."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.entra.assertions import (
    BadAssertion,
    UnknownCertificate,
    check_assertion,
    check_federated,
    is_federated,
)
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, Grant
from airflow_provider_drivedelta.emulator.entra.claims import Demand
from airflow_provider_drivedelta.emulator.entra.device_codes import DeviceCodes
from airflow_provider_drivedelta.emulator.entra.errors import EntraError, entra_error
from airflow_provider_drivedelta.emulator.entra.machine_identity import MachineIdentity
from airflow_provider_drivedelta.emulator.entra.refresh_tokens import RefreshTokens
from airflow_provider_drivedelta.emulator.entra.sign_in_rules import ClientRules, SignInRules
from airflow_provider_drivedelta.emulator.graph.answers import origin

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METHODS = ("client_secret_post", "private_key_jwt", "client_secret_basic")
_TOKEN = "/{tenant}/oauth2/v2.0/token"
_APPLICATION, _REFRESH = "client_credentials", "refresh_token"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class SignIn:
    """The endpoints of all tenants, and what they remember."""

    def __init__(self, rules: SignInRules, bearers: Bearers, clock: Clock) -> None:
        self._rules, self._bearers = rules, bearers
        self._refresh_tokens = RefreshTokens(rules.refresh_tokens, one_use=rules.one_use)
        self._machine = MachineIdentity(rules, bearers, clock)
        self.demand = Demand()
        self.codes = DeviceCodes(clock, interval=rules.device_interval, expires_in=rules.device_expires_in)

    def routes(self) -> list[Route]:
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery, methods=["GET"]),
            Route(_TOKEN, self._token, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/devicecode", self._device_code, methods=["POST"]),
            *self._machine.routes(),
        ]

    async def _discovery(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        if not self._rules.knows_tenant(tenant):
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

    async def _device_code(self, request: Request) -> Response:
        form, tenant = await _form(request), request.path_params["tenant"]
        try:
            if not self._rules.knows_tenant(tenant):
                raise EntraError("unknown_tenant", tenant)
            self._client(form.get("client_id", ""), tenant)
        except EntraError as error:
            return entra_error(error)
        return JSONResponse(self.codes.begin(form["client_id"], f"{origin(request)}/devicelogin"))

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        try:
            self._check(request, form)
        except EntraError as error:
            return entra_error(error)
        granted: dict[str, object] = {
            "token_type": "Bearer",
            "expires_in": self._rules.expires_in,
            "ext_expires_in": self._rules.expires_in,
            "access_token": self._bearers.issue(timedelta(seconds=self._rules.expires_in), self._grant(request, form)),
        }
        if form["grant_type"] != _APPLICATION:
            # A client-credentials answer names no scope: MSAL's cache would not find it again under the one asked for.
            granted |= {"scope": form.get("scope", ""), "refresh_token": self._refresh_tokens.issue()}
        return JSONResponse(granted, headers={"Cache-Control": "no-store"})

    def _grant(self, request: Request, form: Mapping[str, str]) -> Grant:
        rules = (self._rules.clients or {}).get(form["client_id"])
        whose = {"app": form["client_id"], "tenant": request.path_params["tenant"]}
        return replace(_grant(form), **whose, roles=rules.roles if rules else None)

    def _check(self, request: Request, form: Mapping[str, str]) -> None:
        tenant, grant = request.path_params["tenant"], form.get("grant_type", "")
        if not self._rules.knows_tenant(tenant):
            raise EntraError("unknown_tenant", tenant)
        if grant not in (_APPLICATION, _REFRESH, _DEVICE):
            raise EntraError("bad_grant", grant)
        rules = self._client(form.get("client_id", ""), tenant)
        if grant == _APPLICATION:
            _check_scope(form.get("scope", ""))
            self._check_credential(request, form, rules)
        else:
            self._check_person(request, form, rules)

    def _check_person(self, request: Request, form: Mapping[str, str], rules: ClientRules | None) -> None:
        if {"client_secret", "client_assertion"} & set(form) or (rules is not None and not rules.public):
            self._check_credential(request, form, rules)
        if form["grant_type"] == _DEVICE:
            self.codes.redeem(form.get("device_code", ""), form["client_id"])
        elif not form.get("refresh_token"):
            raise EntraError("missing_parameter", "refresh_token")
        elif refusal := self._refresh_tokens.use(form["refresh_token"]):
            raise EntraError(refusal, "")

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


async def _form(request: Request) -> dict[str, str]:
    form = dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True))
    return form | _basic_credentials(request.headers.get("authorization", ""))


def _grant(form: Mapping[str, str]) -> Grant:
    certified = form["grant_type"] != _APPLICATION or "client_assertion" in form
    # Of a person's several scopes, the one that is of a resource.
    named = [scope for scope in form.get("scope", "").split() if scope.endswith(".default")] or [form.get("scope", "")]
    return Grant(named[0].removesuffix(".default").rstrip("/"), certified, form.get("claims", ""))


def _check_scope(scope: str) -> None:
    """Of one resource, ``https://graph.microsoft.com/.default``; the bare word means Graph, and rclone sends that."""
    if (scope != ".default" and not scope.endswith("/.default")) or " " in scope:
        raise EntraError("bad_scope", scope)


def _check_assertion(request: Request, form: Mapping[str, str], rules: ClientRules | None) -> None:
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise EntraError("missing_parameter", "client_assertion_type")
    if is_federated(form["client_assertion"]):
        return check_federated(form["client_assertion"], rules.federated if rules else None)
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
