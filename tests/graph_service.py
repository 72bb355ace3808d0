"""A Graph service of a few lines: a real loopback server that plays scripted answers and notes each request."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote


@dataclass(frozen=True)
class Reply:
    """One answer. `cut` closes the connection after so many bytes of the promised body, or leaves it open (`stall`).

    With `chunks` the body is sent in these, each as it is; `ends` is whether the last one says so.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: bool = False
    chunks: Sequence[bytes] | None = None
    ends: bool = True

    @classmethod
    def json(cls, value: object, status: int = 200, **headers: str) -> Reply:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | named)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived: the target letter by letter."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # clients that hang up early are part of the play
            super().handle_error(request, client_address)  # type: ignore[arg-type]


Script = Reply | Callable[[Seen], Reply]


class GraphService:
    """Plays what was put on with `on` (by the target's path) or `then` (whatever comes next); https with `tls`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.released = threading.Event()
        self.seen: list[Seen] = []
        self._next: deque[Script] = deque()
        self._by_target: dict[str, deque[Script]] = {}
        self._always: Script | None = None

    def __enter__(self) -> GraphService:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer takes 40 ms

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0))).decode()
                # raw_requestline, since path has leading slashes made one
                target = self.raw_requestline.decode("latin-1").split(" ")[1]
                seen = Seen(self.command, target, headers, body)
                service.seen.append(seen)
                self._play(service._choose(seen))

            do_POST = do_GET

            def _play(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.chunks is not None:
                    self.send_header("Transfer-Encoding", "chunked")
                elif "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                for chunk in reply.chunks or ():
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                if reply.chunks is not None and reply.ends:
                    self.wfile.write(b"0\r\n\r\n")
                self.wfile.write(reply.body[: reply.cut])
                if reply.stall:
                    service.released.wait(10)
                self.close_connection = reply.cut is not None or not reply.ends

            def log_message(self, *args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def host(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.host}/v1.0"

    @property
    def targets(self) -> list[str]:
        return [seen.target for seen in self.seen]

    def then(self, *replies: Script) -> GraphService:
        """Play these next, in order, whatever is asked for."""
        self._next.extend(replies)
        return self

    def on(self, target: str, *replies: Script) -> GraphService:
        """Play these, in order, for requests of exactly this target; the last one stays."""
        self._by_target.setdefault(target, deque()).extend(replies)
        return self

    def replace(self, target: str, *replies: Script) -> GraphService:
        """Play these from now on instead of what was put on for the target."""
        self._by_target[target] = deque(replies)
        return self

    def always(self, reply: Script) -> GraphService:
        self._always = reply
        return self

    def page(self, items: Sequence[object], *, next: str = "", delta: str = "", **more: object) -> Reply:
        """A delta page; `next` and `delta` are targets on this host, or whole links."""
        links = {"@odata.nextLink": next, "@odata.deltaLink": delta}
        full = {name: link if "://" in link else self.host + link for name, link in links.items() if link}
        return Reply.json({"@odata.context": "…", "value": list(items), **full, **more})

    def _choose(self, seen: Seen) -> Reply:
        queue = self._by_target.get(seen.target) or self._by_target.get(unquote(seen.target))
        if queue:
            script = queue.popleft() if len(queue) > 1 else queue[0]
        elif self._next:
            script = self._next.popleft()
        elif self._always:
            script = self._always
        else:
            script = Reply.json({"error": {"code": "noScript", "message": seen.target}}, 418)
        return script(seen) if callable(script) else script


def file_item(item_id: str, name: str = "", parent: str = "root", **more: object) -> dict[str, object]:
    """A file as the service describes one, shortly."""
    item = {
        "id": item_id,
        "name": name or f"{item_id}.txt",
        "size": 1,
        "eTag": f'"{item_id},1"',
        "parentReference": {"driveId": "b!drive", "id": parent},
        "file": {"mimeType": "text/plain", "hashes": {"quickXorHash": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}},
    }
    return item | more


def folder_item(item_id: str, name: str = "", parent: str = "root", **more: object) -> dict[str, object]:
    item = {
        "id": item_id,
        "name": name or item_id,
        "parentReference": {"driveId": "b!drive", "id": parent},
        "folder": {"childCount": 0},
    }
    return item | more


def root_item() -> dict[str, object]:
    place = {"parentReference": {"driveId": "b!drive"}}
    return {"id": "root", "name": "root", "root": {}, "folder": {"childCount": 1}} | place


def tombstone(item_id: str, **more: object) -> dict[str, object]:
    """A business drive's delete: no name, no dates."""
    return {"id": item_id, "deleted": {"state": "deleted"}, "parentReference": {"driveId": "b!drive"}, "size": 0} | more
