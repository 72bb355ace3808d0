"""A host that nobody may call: it listens, and knows whether somebody has come."""

from __future__ import annotations

import select
import socket
from types import TracebackType


class Stranger:
    def __enter__(self) -> Stranger:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def was_called(self) -> bool:
        """A connection waits to be taken, even if who made it has gone."""
        return bool(select.select([self._socket], [], [], 0)[0])
