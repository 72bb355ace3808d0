"""Entra's refusals as errors of ours: the codes people meet, each with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater

_SIGN_IN_AGAIN = "Sign in once more with `drivedelta sign-in` and put the new refresh token in."
_FEDERATION = "Compare issuer, subject and audience of the federated token file with the application's in Entra."

# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ENTRA = {
    7000215: ("The client secret is wrong", "Copy the secret's value (not its id) from Entra into the connection."),
    7000222: ("The client secret has expired", "Make a new one in Entra and put it into the connection."),
    7000218: (
        "The application is a confidential one, so a client secret or certificate is missing",
        "Give it, or allow public client flows under the application's authentication settings in Entra.",
    ),
    700027: ("The certificate is not registered with the application", "Upload its public part in Entra."),
    700016: ("The application is unknown in this tenant", "Check the client id and the tenant id."),
    700024: ("The assertion is out of its time", "Check the clock, and that the federated token file is kept fresh."),
    70021: ("No federated credential of the application matches the token", _FEDERATION),
    700211: ("No federated credential of the application has the token's issuer", _FEDERATION),
    700212: ("No federated credential of the application has the token's audience", _FEDERATION),
    700213: ("No federated credential of the application has the token's subject", _FEDERATION),
    70008: ("The refresh token has expired", _SIGN_IN_AGAIN),
    700082: ("The refresh token was not used for too long and has expired", _SIGN_IN_AGAIN),
    9002313: ("The refresh token is none, or is damaged", _SIGN_IN_AGAIN),
    50173: ("The refresh token was revoked, as when a password changes", _SIGN_IN_AGAIN),
    70000: ("The refresh token is not valid any more", _SIGN_IN_AGAIN),
    50076: ("The refresh token does not prove multi-factor authentication, which is now required", _SIGN_IN_AGAIN),
    50079: ("The user has to set up multi-factor authentication first", _SIGN_IN_AGAIN),
    65001: ("Nobody has consented to what the application asks for", "Grant admin consent in Entra."),
    53003: ("A conditional access policy blocks the sign-in", "Look it up in Entra's sign-in log."),
    1002012: ("The scope is not valid", "Give one resource's own, such as https://graph.microsoft.com/.default."),
    500011: ("The tenant does not know the resource that the scope names", "Check the scope and the base address."),
    90002: ("The tenant does not exist", "Check the tenant id."),
    900021: ("The tenant id is not valid", "Check the tenant id."),
    900023: ("The tenant id is not valid", "Check the tenant id."),
}


def explain(answer: Mapping[str, object], who: str) -> DriveDeltaError:
    """MSAL's error dictionary as one of ours; the raw description is left out, it may quote what was sent."""
    codes = answer.get("error_codes")
    known = [code for code in codes if code in _ENTRA] if isinstance(codes, list) else []
    if known:
        what, then = _ENTRA[known[0]]
        return FixSetup(f"{what} (AADSTS{known[0]})", where=who, then=then)
    error = _word(answer.get("error", "no token in the answer"))
    shown = re.search(r"AADSTS\d{1,10}", str(answer.get("error_description", "")))
    said = f"{error}, {shown[0]}" if shown else error
    if error in ("temporarily_unavailable", "server_error"):
        return RetryLater(f"Sign-in is out of order ({said})", where=who)
    return FixSetup(f"Sign-in was refused ({said})", where=who, then="Look the code up in Entra's sign-in log.")


def _word(error: object) -> str:
    """An OAuth error's name; anything else that stands in its place is not shown, whatever it is."""
    return str(error) if re.fullmatch(r"[A-Za-z][\w .-]{0,60}", str(error)) else "an unreadable error"
