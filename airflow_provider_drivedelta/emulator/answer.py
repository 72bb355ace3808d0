"""An HTTP answer as a value, which faults can bend before it is sent."""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: RawHeaders
    body: bytes

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Lets the app answer, and holds on to what it says; uncompressed, so that its JSON can be read."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    status, answered, body = 500, RawHeaders(), bytearray()

    async def keep(message: Message) -> None:
        nonlocal status, answered
        if message["type"] == "http.response.start":
            status, answered = message["status"], list(message["headers"])
        else:
            body.extend(message.get("body", b""))

    await app({**scope, "headers": headers}, receive, keep)
    return Answer(status, answered, bytes(body))


def with_body(answer: Answer, body: bytes) -> Answer:
    """The answer with another body, and the length to go with it."""
    return Answer(answer.status, with_header(answer.headers, "content-length", str(len(body))), body)


def with_header(headers: RawHeaders, name: str, value: str | None) -> RawHeaders:
    """A copy with the header set, or, for None, taken away."""
    changed = MutableHeaders(raw=list(headers))
    if value is None:
        del changed[name]
    else:
        changed[name] = value
    return changed.raw
