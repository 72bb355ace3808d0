"""Continuous access evaluation: what a 401 demands that the next token must prove."""

from __future__ import annotations

import base64
import binascii
import json
import re

_CLAIMS = re.compile(r'(?:^|[\s,])claims\s*=\s*"([A-Za-z0-9+/_=-]{1,16384})"', re.IGNORECASE)


def claims_of(challenge: str | None) -> str | None:
    """The claims of a WWW-Authenticate header as JSON, in the form MSAL asks for them.

    None if it has none, or none that can be read: then the service just refuses the token.
    See https://learn.microsoft.com/entra/identity-platform/claims-challenge.
    """
    found = _CLAIMS.search(challenge or "")
    if not found:
        return None
    text = found[1].rstrip("=").replace("+", "-").replace("/", "_")
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8")
        claims = json.loads(decoded)
    except (binascii.Error, ValueError, RecursionError):
        return None
    token = claims.get("access_token", {}) if isinstance(claims, dict) else None
    return decoded if isinstance(token, dict) else None  # MSAL adds to it


def with_capabilities(claims: str | None, capabilities: list[str]) -> str:
    """The claims a token is asked for with, where MSAL does not put the two together by itself."""
    asked = json.loads(claims) if claims else {}
    asked["access_token"] = asked.get("access_token", {}) | {"xms_cc": {"values": capabilities}}
    return json.dumps(asked)
