"""One request that a fault is at work on: what it asked for, and the same asked of the service in other words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Self
from urllib.parse import quote

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope

from airflow_provider_drivedelta.emulator.answer import Answer, answer_of

MARK = "drivedelta-empty"
"""In a link of an empty page: it leads to the page that was asked for, under an address of its own."""
_MARKED = re.compile(rf"&?{MARK}=\d+")
_TOKEN = re.compile(r"&?(?<=[?&])\$?(?:skip|delta)?token=[^&]*|\((?:%28)?token=[^)]*\)", re.IGNORECASE)
_POSITION = re.compile(r"""ListItemCollectionPositionNext=(?:"([^"]*)"|'([^']*)')""")
_MOST = 1 << 20  # of a request's body


@dataclass(frozen=True, slots=True)
class Exchange:
    scope: Scope
    body: bytes = b""

    @classmethod
    async def read(cls, scope: Scope, receive: Receive) -> Self:
        """Takes the request's body in, so that the service can be asked with it, and a fault can read it."""
        body, more = bytearray(), True
        while more and len(body) < _MOST:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return cls(scope, bytes(body))

    @property
    def target(self) -> str:
        return target_of(self.scope)

    @property
    def origin(self) -> str:
        url = URL(scope=self.scope)
        return f"{url.scheme}://{url.netloc}"

    @property
    def url(self) -> str:
        """The address that was asked for, letter by letter."""
        query = self.scope["query_string"].decode("latin-1")
        path: bytes = self.scope["raw_path"]
        return self.origin + path.decode("ascii") + (f"?{query}" if query else "")

    @property
    def without_token(self) -> str:
        """The path and query with which everything begins."""
        path, _, query = self.target.partition("?")
        kept = _TOKEN.sub("", f"?{query}")[1:].lstrip("&")
        return _TOKEN.sub("", path) + (f"?{kept}" if kept else "")

    @property
    def change_token(self) -> str:
        """SharePoint's token, as it was sent."""
        return str(self._query().get("ChangeToken", ""))

    @property
    def view_fields(self) -> str:
        """The fields that SharePoint was asked for."""
        return str(self._query().get("ViewFields", ""))

    @property
    def position(self) -> str:
        """The position in SharePoint's list that was asked for."""
        found = _POSITION.search(str(self._query().get("QueryOptions", "")))
        return unescape(found[1] or found[2] or "") if found else ""

    async def ask(self, app: ASGIApp, target: str = "") -> Answer:
        """What the service says to it, or to the same under another path and query."""
        scope = self.scope
        if target:
            path, _, query = target.partition("?")
            scope = {**scope, "path": path, "raw_path": quote(path).encode(), "query_string": query.encode("latin-1")}
        return await answer_of(app, scope, self._again())

    def _query(self) -> Mapping[str, object]:
        try:
            said = json.loads(self.body)
        except ValueError:
            return {}
        query = said.get("query") if isinstance(said, dict) else None
        return query if isinstance(query, dict) else {}

    def _again(self) -> Receive:
        async def receive() -> Message:
            return {"type": "http.request", "body": self.body, "more_body": False}

        return receive


def target_of(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return str(scope["path"]) + (f"?{query}" if query else "")


def without_mark(scope: Scope) -> Scope:
    """Links of empty pages lead to the real one; they may be kept as tokens for long after the fault."""
    query = scope["query_string"].decode("latin-1")
    return {**scope, "query_string": _MARKED.sub("", query).lstrip("&").encode("latin-1")} if MARK in query else scope
