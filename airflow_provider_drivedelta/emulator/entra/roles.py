"""What an app may read by the roles in its token; of tokens that say nothing of roles, nothing is asked."""

import re

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, Grant, presented

_SITES = {f"Sites.{may}" for may in ("Read.All", "ReadWrite.All", "Manage.All", "FullControl.All", "Selected")}
_LISTS = _SITES | {"Lists.SelectedOperations.Selected"}
_FILES = _LISTS | {"Files.Read.All", "Files.ReadWrite.All"}
_GRAPH = re.compile(r"/(v1\.0|beta)/(?P<rest>.*)")
_OF_A_LIST = re.compile(r"sites/.*/lists(/|$)")


class RoleGate:
    """Stands before an app and answers 403 to whoever lacks every role that the address asks for.

    A role that opens granted sites alone is let through: what was not granted is ``denied`` by drive or site.
    """

    def __init__(self, app: ASGIApp, bearers: Bearers) -> None:
        self._app, self._bearers = app, bearers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        token = presented(headers.get(b"authorization", b"").decode("latin-1"))
        grant = self._bearers.grant(token) if token else None
        refusal = _refusal(scope.get("path", ""), grant)
        await (refusal or self._app)(scope, receive, send)


def _refusal(path: str, grant: Grant | None) -> ASGIApp | None:
    if grant is None or grant.roles is None:
        return None
    graph = _GRAPH.match(path)
    if graph and not set(grant.roles) & (_LISTS if _OF_A_LIST.match(graph["rest"]) else _FILES):
        return JSONResponse({"error": {"code": "accessDenied", "message": "Access denied"}}, 403)
    if "/_api/" in path.lower() and not set(grant.roles) & _SITES:
        message = {"lang": "en-US", "value": "Access denied. You do not have permission to access this resource."}
        code = "-2147024891, System.UnauthorizedAccessException"
        return JSONResponse({"odata.error": {"code": code, "message": message}}, 403)
    return None
