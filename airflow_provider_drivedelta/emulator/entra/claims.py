"""Continuous access evaluation: a 401 that says what the next token must prove."""

import base64
import json
import threading
from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, presented
from airflow_provider_drivedelta.emulator.request_log import CONTROL

LATER: Mapping[str, object] = {"access_token": {"nbf": {"essential": True, "value": "1604106651"}}}
"""What Entra demands after a password was changed: a token issued later than that."""


class Demand:
    """What every token has to prove from now on; at first, nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: Mapping[str, object] = {}

    def make(self, claims: Mapping[str, object]) -> None:
        """Raises ValueError for what are no claims of an access token; none end the demand."""
        if claims and not isinstance(claims.get("access_token"), Mapping):
            raise ValueError("claims: expected an object with access_token")
        with self._lock:
            self._claims = dict(claims)

    def unmet(self, claims: str) -> Mapping[str, object]:
        """What is demanded, if a token that was asked for with ``claims`` does not prove it."""
        with self._lock:
            demanded = self._claims
        asked, wanted = _of_token(_read(claims)), _of_token(demanded)
        return demanded if any(asked.get(name) != value for name, value in wanted.items()) else {}


class Challenger:
    """Stands before an app and refuses whoever does not meet the demand."""

    def __init__(self, app: ASGIApp, demand: Demand, bearers: Bearers) -> None:
        self._app, self._demand, self._bearers = app, demand, bearers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {} if scope.get("path", "").startswith(CONTROL) else dict(scope.get("headers", ()))
        token = presented(headers.get(b"authorization", b"").decode("latin-1"))
        grant = self._bearers.grant(token) if token else None
        unmet = self._demand.unmet(grant.claims if grant else "") if token else {}
        app = _challenge(unmet) if unmet else self._app
        await app(scope, receive, send)


def _challenge(claims: Mapping[str, object]) -> ASGIApp:
    encoded = base64.b64encode(json.dumps(claims).encode()).decode()
    header = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", '
        f'errorDescription="Continuous access evaluation resulted in challenge", claims="{encoded}"'
    )
    body = {
        "error": {
            "code": "InvalidAuthenticationToken",
            "message": "Continuous access evaluation resulted in claims challenge.",
        }
    }
    return JSONResponse(body, 401, headers={"WWW-Authenticate": header})


def _read(claims: str) -> Mapping[str, object]:
    try:
        found = json.loads(claims or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _of_token(claims: Mapping[str, object]) -> Mapping[str, object]:
    found = claims.get("access_token")
    return found if isinstance(found, Mapping) else {}
