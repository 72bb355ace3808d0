"""Entra's refusals, with the AADSTS numbers that people search for."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import JSONResponse


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    error: str
    number: int
    text: str


_REFUSALS = {
    "bad_secret": _Refusal(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        "the client secret ID, for a secret added to app '{0}'.",
    ),
    "expired_secret": _Refusal(
        401, "invalid_client", 7000222, "The provided client secret keys for app '{0}' are expired."
    ),
    "unknown_app": _Refusal(400, "unauthorized_client", 700016, "Application with identifier '{0}'."),
    "unknown_tenant": _Refusal(
        400,
        "invalid_request",
        90002,
        "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
        "cloud.",
    ),
    "unknown_certificate": _Refusal(
        401,
        "invalid_client",
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application '{0}'.",
    ),
    "bad_assertion": _Refusal(
        401, "invalid_client", 700023, "Client assertion is not within its valid time range or shape: {0}."
    ),
    "no_credential": _Refusal(
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    "bad_scope": _Refusal(
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default "
        "suffixed to the resource identifier (application ID URI).",
    ),
    "late_assertion": _Refusal(401, "invalid_client", 700024, "Client assertion is not within its valid time range."),
    "foreign_issuer": _Refusal(
        401,
        "invalid_client",
        700211,
        "No matching federated identity record found for presented assertion issuer '{0}'.",
    ),
    "foreign_audience": _Refusal(
        401,
        "invalid_client",
        700212,
        "No matching federated identity record found for presented assertion audience '{0}'.",
    ),
    "foreign_subject": _Refusal(
        401,
        "invalid_client",
        700213,
        "No matching federated identity record found for presented assertion subject '{0}'.",
    ),
    "bad_refresh_token": _Refusal(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."),
    "used_refresh_token": _Refusal(
        400, "invalid_grant", 70000, "The provided value for the input parameter 'refresh_token' is not valid."
    ),
    "bad_device_code": _Refusal(400, "bad_verification_code", 70018, "The provided value for '{0}' is not valid."),
    "expired_device_code": _Refusal(400, "expired_token", 70019, "The provided value for '{0}' has expired."),
    "authorization_pending": _Refusal(
        400,
        "authorization_pending",
        70016,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    "slow_down": _Refusal(400, "slow_down", 70016, "OAuth 2.0 device flow error. Poll less often."),
    "authorization_declined": _Refusal(400, "authorization_declined", 65004, "User declined to consent."),
    "bad_grant": _Refusal(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '{0}'."),
    "missing_parameter": _Refusal(
        400, "invalid_request", 900144, "The request body must contain the following parameter: '{0}'."
    ),
}


class EntraError(Exception):
    """One of the refusals above, and what it is about."""

    def __init__(self, name: str, subject: str) -> None:
        super().__init__(name)
        self.refusal, self.subject = _REFUSALS[name], subject


def entra_error(error: EntraError) -> JSONResponse:
    refusal, trace, correlation = error.refusal, str(uuid.uuid4()), str(uuid.uuid4())
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = f"AADSTS{refusal.number}: {refusal.text.format(error.subject)}"
    body = {
        "error": refusal.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}",
        "error_codes": [refusal.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={refusal.number}",
    }
    return JSONResponse(body, refusal.status)
