"""A host that nobody should call: it listens, counts who comes, and keeps what they say."""

from __future__ import annotations

import socket
import threading
from types import TracebackType


class Trap:
    """Listens on loopback, under the name `localhost`, which is none of a connection to `127.0.0.1`."""

    def __init__(self) -> None:
        self.connections = 0
        self.received = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Trap:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with caller:
                caller.settimeout(2)
                self.received += caller.recv(65536)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
