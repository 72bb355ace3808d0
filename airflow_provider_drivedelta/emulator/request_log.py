"""What was asked of the emulator: enough for a test to check, never a credential."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL = "/_emulator/"
_KEPT = 20_000
_SHOWN = (
    "accept",
    "accept-encoding",
    "client-request-id",
    "deltaexcludeparent",
    "host",
    "prefer",
    "range",
    "user-agent",
)


@dataclass(slots=True)
class LoggedRequest:
    """Written down on arrival; the status follows with the answer."""

    method: str
    path: str
    query: str
    scheme: str
    authorized: bool
    """Whether an Authorization header came with it; what it held is not kept."""
    headers: Mapping[str, str]
    status: int = 0
    """0: no answer yet, or the connection was dropped."""


class RequestLog:
    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=_KEPT)

    @property
    def entries(self) -> list[LoggedRequest]:
        return list(self._entries)

    def clear(self) -> None:
        self._entries.clear()

    def watch(self, app: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(CONTROL):
                await app(scope, receive, send)
                return
            entry = _entry(scope)
            self._entries.append(entry)

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    entry.status = message["status"]
                await send(message)

            await app(scope, receive, note)

        return watched


def _entry(scope: Scope) -> LoggedRequest:
    headers = Headers(scope=scope)
    return LoggedRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        scheme=scope["scheme"],
        authorized="authorization" in headers,
        headers={name: headers[name] for name in _SHOWN if name in headers},
    )
