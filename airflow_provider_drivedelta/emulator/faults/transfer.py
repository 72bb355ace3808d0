"""How a spoiled answer goes out: late, slowly, cut in the middle, or not at all."""

import asyncio
import socket
import struct
from collections.abc import Iterator

from starlette.types import Receive, Scope, Send

from airflow_provider_drivedelta.emulator.answer import Answer, with_body, with_header
from airflow_provider_drivedelta.emulator.faults.parts import Transfer
from airflow_provider_drivedelta.emulator.listener import TRANSPORT

_PIECES_PER_SECOND = 20  # of a slow body
_RESET = struct.pack("ii", 1, 0)  # linger for no time: what closes then says RST


async def transfer(answer: Answer, how: Transfer, scope: Scope, receive: Receive, send: Send) -> None:
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
        await hang_up(scope, receive, politely=True, reset=how.reset)


def _pieces(body: bytes, bytes_per_second: int) -> Iterator[bytes]:
    size = max(1, bytes_per_second // _PIECES_PER_SECOND) if bytes_per_second else max(1, len(body))
    return (body[start : start + size] for start in range(0, len(body), size))


async def hang_up(scope: Scope, receive: Receive, *, politely: bool, reset: bool) -> None:
    """Closes the connection in the middle of everything; politely: after what was written has left."""
    transport = scope[TRANSPORT]
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    if politely and not reset:
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
