"""Access tokens as Entra words them: a JWT that says who it is of and what it may. Its signature is nobody's."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta


def access_token(
    *, resource: str, app: str, tenant: str, roles: Sequence[str], certified: bool, now: datetime, life: timedelta
) -> str:
    """``roles`` are those of an application that nobody is signed in to. No two tokens are the same."""
    issued = int(now.timestamp())
    claims: Mapping[str, object] = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{tenant}/",
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(life.total_seconds()),
        "app_displayname": f"{app} (emulated)",
        "appid": app,
        "appidacr": "2" if certified else "1",
        "idtyp": "app",
        "roles": list(roles),
        "tid": tenant,
        "uti": secrets.token_urlsafe(16),
        "ver": "1.0",
    }
    header = {"typ": "JWT", "alg": "RS256", "kid": "emulated"}
    return ".".join([_part(header), _part(claims), secrets.token_urlsafe(32)])


def _part(told: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode("ascii").rstrip("=")
