"""The emulator without a socket: it answers inside the process that asks, so that each fork has a service of its own.

Its tokens say all that is needed to answer them, so a service that is forked from the same drive knows them.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.app import build_app
from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.control import Control, ExpireOrder
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers
from airflow_provider_drivedelta.emulator.entra.sign_in import SignIn
from airflow_provider_drivedelta.emulator.entra.sign_in_rules import SignInRules
from airflow_provider_drivedelta.emulator.faults.plan import FaultPlan
from airflow_provider_drivedelta.emulator.request_log import RequestLog
from airflow_provider_drivedelta.emulator.tenant import Tenant

BASE_URL = "http://127.0.0.1:1/v1.0"  # nobody listens there: what does not come through the adapter fails


class Service:
    """One drive, served to transports of this process."""

    def __init__(self, drive: Drive, *, page_size: int) -> None:
        clock = Clock()
        bearers = Bearers(clock, open_schemes=frozenset({"http"}))
        self._control = Control(Tenant([drive], clock), FaultPlan(), RequestLog(), bearers)
        self._app = build_app(self._control, page_size=page_size, entra=SignIn(SignInRules(), bearers, clock))

    def expire(self, flavour: str) -> None:
        """Refuse every delta token issued so far."""
        self._control.expire(ExpireOrder(flavour=flavour))

    def transport(self) -> Transport:
        transport = Transport(auth=BearerToken("t"), base_url=BASE_URL, sleep=lambda _: None)
        transport._session.mount("http://", _InProcess(self._app))  # below all that is ours, where sockets would be
        return transport


class _InProcess(BaseAdapter):
    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        status, headers, body = asyncio.run(self._answer(request))
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url or ""
        response.headers.update(headers)
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        return response

    def close(self) -> None:
        pass

    async def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(str(getattr(request, "verbatim_target", request.path_url)))
        server = urlsplit(request.url or "")
        headers = {"Host": server.netloc, **request.headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": server.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), str(value).encode()) for name, value in headers.items()],
            "server": (server.hostname, server.port),
            "client": ("127.0.0.1", 1),
        }
        answers: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": request.body or b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            answers.append(message)

        await self._app(scope, receive, send)
        head, *rest = answers
        said = {name.decode(): value.decode() for name, value in head["headers"]}
        return int(head["status"]), said, b"".join(message.get("body", b"") for message in rest)
