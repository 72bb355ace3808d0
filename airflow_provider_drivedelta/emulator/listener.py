"""Serves an app on sockets of our own, in a thread of our own, and stops without a trace."""

import asyncio
import socket
import threading
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

TRANSPORT = "drivedelta.transport"
"""Where in the ASGI scope an app finds the connection, should it want to cut it."""
LOOPBACK = "127.0.0.1"
_CRITICAL = 50  # what uvicorn would report below this is a fault we played, or a client that went away


class _Listener(uvicorn.Server):
    """A uvicorn server that stops at once when told, whoever is still connected."""

    stop: asyncio.Event

    async def main_loop(self) -> None:
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in list(self.server_state.connections):
            # Not closed: over TLS that would wait for the client to say goodbye.
            connection.transport.abort()
        while self.server_state.connections:
            await asyncio.sleep(0)


class Listeners:
    """One thread and one event loop behind any number of ports."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = _with_transport(app)
        self._pairs: list[tuple[_Listener, socket.socket]] = []
        self._thread = threading.Thread(target=self._run, name="drivedelta-emulator", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def add(self, port: int, certificate: Path | None = None) -> int:
        """Takes the port (0: any) and says which one it got; plain http without a certificate."""
        # With the protocol spelled out, since asyncio switches Nagle's delay off only where it sees TCP.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError:
            listening.close()
            raise
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            log_level=_CRITICAL,
            access_log=False,
            ws="none",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            ssl_certfile=certificate,
        )
        listener = _Listener(config)
        listener.stop = self._stop
        self._pairs.append((listener, listening))
        return int(listening.getsockname()[1])

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        for _, listening in self._pairs:
            listening.close()

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                self._loop = runner.get_loop()
                runner.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        serving = [asyncio.ensure_future(listener.serve([listening])) for listener, listening in self._pairs]
        while not all(listener.started for listener, _ in self._pairs):
            await asyncio.sleep(0.001)
        self._ready.set()
        await asyncio.gather(*serving)


def _with_transport(app: ASGIApp) -> ASGIApp:
    """ASGI has no message for hanging up, but uvicorn hands out ``send`` as a method of what holds the transport."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[TRANSPORT] = send.__self__.transport  # type: ignore[attr-defined]
        await app(scope, receive, send)

    return serve
