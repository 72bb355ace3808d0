"""S3 by moto, in a process of its own that counts what is done to it, and may do as told without saying so."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

BUCKET = "lake"
_CHANGING = ("PUT", "POST", "DELETE")


@dataclass(frozen=True)
class Bucket:
    """An empty bucket at `endpoint`."""

    endpoint: str
    _counter: mmap.mmap

    @property
    def options(self) -> dict[str, str]:
        return {"key": "k", "secret": "s", "endpoint_url": self.endpoint}

    def changes(self) -> int:
        """How many requests have changed something so far."""
        (count,) = struct.unpack("q", self._counter[:8])
        return int(count)


@contextmanager
def bucket(*, loses_answers: int = 0) -> Iterator[Bucket]:
    """Forks the server, and kills it in the end.

    :param loses_answers: of so many creations of a commit, one is done and the connection cut before the answer.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    counter = mmap.mmap(-1, 8)
    server = os.fork()
    if server == 0:
        _serve(listening, counter, loses_answers)
    port = listening.getsockname()[1]
    listening.close()
    try:
        yield Bucket(f"http://127.0.0.1:{port}", counter)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def _serve(listening: socket.socket, counter: mmap.mmap, loses_answers: int) -> None:
    import logging

    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    app = _Counting(DomainDispatcherApplication(create_backend_app), counter, loses_answers)
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


class _Counting:
    def __init__(self, app: Callable[..., Iterable[bytes]], counter: mmap.mmap, loses_answers: int) -> None:
        self._app, self._counter, self._loses_answers = app, counter, loses_answers
        self._changes = self._commits = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answer = list(self._app(environ, start))
        if environ["REQUEST_METHOD"] in _CHANGING:
            self._changes += 1
            self._counter[:8] = struct.pack("q", self._changes)
        if self._loses_answers and environ["REQUEST_METHOD"] == "PUT" and "/log/" in environ["PATH_INFO"]:
            self._commits += 1
            if self._commits % self._loses_answers == 0:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer
