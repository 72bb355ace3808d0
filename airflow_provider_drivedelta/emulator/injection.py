"""Plays the fault plan: answers instead of the service, bends its pages, and spoils the transfer."""

import asyncio
from collections.abc import Iterator

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from airflow_provider_drivedelta.emulator.answer import Answer, answer_of, with_body, with_header
from airflow_provider_drivedelta.emulator.fault_pages import bend_page
from airflow_provider_drivedelta.emulator.fault_replies import reply_to
from airflow_provider_drivedelta.emulator.faults import ActiveFault, FaultPlan, Transfer
from airflow_provider_drivedelta.emulator.listener import TRANSPORT
from airflow_provider_drivedelta.emulator.request_log import CONTROL

_PIECES_PER_SECOND = 20  # of a slow body


class FaultInjector:
    """Stands between the server and the app; what steers the emulator itself is never touched."""

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app, self._plan = app, plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        active = self._due(scope)
        if active is None:
            await self._app(scope, receive, send)
            return
        transfer = active.fault.transfer
        await asyncio.sleep(transfer.delay)
        if transfer.drop:
            await _hang_up(scope, receive, politely=False)
        else:
            await _transfer(await self._answer(active, scope, receive), transfer, scope, receive, send)

    def _due(self, scope: Scope) -> ActiveFault | None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            return None
        return self._plan.take(scope["method"], _target(scope))

    async def _answer(self, active: ActiveFault, scope: Scope, receive: Receive) -> Answer:
        if active.fault.reply is not None:
            return reply_to(_target(scope), active.fault.reply)
        return bend_page(await answer_of(self._app, scope, receive), active, str(Request(scope).url))


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return str(scope["path"]) + (f"?{query}" if query else "")


async def _transfer(answer: Answer, how: Transfer, scope: Scope, receive: Receive, send: Send) -> None:
    body = b"" if how.empty else answer.body[: len(answer.body) // 2] if how.broken_json else answer.body
    answer = with_body(answer, body)
    length = None if how.chunked else str(len(body))
    headers = with_header(answer.headers, "content-length", length)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for piece in _pieces(body[: how.cut_after], how.bytes_per_second):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if how.bytes_per_second:
            await asyncio.sleep(len(piece) / how.bytes_per_second)
    if how.cut_after is None or how.cut_after >= len(body):
        await send({"type": "http.response.body", "body": b""})
    else:
        await _hang_up(scope, receive, politely=True)


def _pieces(body: bytes, bytes_per_second: int) -> Iterator[bytes]:
    size = max(1, bytes_per_second // _PIECES_PER_SECOND) if bytes_per_second else max(1, len(body))
    return (body[start : start + size] for start in range(0, len(body), size))


async def _hang_up(scope: Scope, receive: Receive, *, politely: bool) -> None:
    """Closes the connection in the middle of everything; politely: after what was written has left."""
    transport = scope[TRANSPORT]
    if politely:
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
