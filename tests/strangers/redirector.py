"""A proxy that leads every tunnel to the emulator, so that clients may keep the host names they have built in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

Outcome = TypeVar("Outcome")
LOOPBACK = "127.0.0.1"
_REQUEST_SIZE = 8 * 1024
_PATIENCE = 10.0  # seconds for a client to say where to
_FAREWELL = 1.0
_TUNNELS = 64
_CHUNK = 64 * 1024


class Redirector:
    """Answers ``CONNECT host:443`` with a tunnel to one port on loopback, whatever the host; anything else with 403.

    Nothing leaves the machine. The host in the request and in the TLS greeting stays what the client thinks it is.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="redirector", daemon=True)
        self._free = asyncio.Semaphore(_TUNNELS)
        self._tunnels: set[asyncio.Task[None]] = set()
        self.hosts: list[str] = []
        """Where clients wanted to go, in order."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._wait(asyncio.start_server(self._serve, LOOPBACK, 0, limit=_REQUEST_SIZE))
        self.url = f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, step: Coroutine[Any, Any, Outcome]) -> Outcome:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(_PATIENCE)

    async def _stop(self) -> None:
        self._server.close()
        for tunnel in self._tunnels:
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = asyncio.current_task()
        assert tunnel is not None
        self._tunnels.add(tunnel)
        try:
            async with self._free:
                await self._tunnel(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a client that went away, or never said where to
        except asyncio.CancelledError:
            pass  # by us, at the end: to end is what the task does anyway
        finally:
            self._tunnels.discard(tunnel)
            await _hang_up(writer)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_PATIENCE):
            request = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = request.decode("latin-1").partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if (method, port) != ("CONNECT", "443"):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return await writer.drain()
        self.hosts.append(host)
        onward, back = await asyncio.open_connection(LOOPBACK, self._target, limit=_CHUNK)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _both(_pour(reader, back), _pour(onward, writer))
        finally:
            await _hang_up(back)


async def _both(there: Coroutine[Any, Any, None], back: Coroutine[Any, Any, None]) -> None:
    """Until either side is through: nobody waits for the rest of a conversation that the other has left."""
    ways = [asyncio.ensure_future(there), asyncio.ensure_future(back)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """What was written still goes out, unless nobody takes it."""
    writer.close()
    try:
        async with asyncio.timeout(_FAREWELL):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        pass
    finally:
        writer.transport.abort()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
