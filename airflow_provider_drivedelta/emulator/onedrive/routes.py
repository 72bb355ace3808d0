"""The OneDrive API's front door: the same guard and errors as Graph's, another grammar behind."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from airflow_provider_drivedelta.emulator.graph.address import NotUnderstood
from airflow_provider_drivedelta.emulator.graph.answers import Answers
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.graph.items import children, content, drive, item, search
from airflow_provider_drivedelta.emulator.graph.options import read_options
from airflow_provider_drivedelta.emulator.graph.routes import FRESH_ENOUGH, Graph
from airflow_provider_drivedelta.emulator.onedrive.address import base_of, is_business, names_a_feed, read_view
from airflow_provider_drivedelta.emulator.onedrive.ask import OneDriveAnswers, ViewAsk
from airflow_provider_drivedelta.emulator.onedrive.feeds import view_changes, view_delta

PERSONAL_HOST = "api.onedrive.com"
_FEEDS: dict[str, Callable[[ViewAsk], Response]] = {"delta": view_delta, "changes": view_changes}
_PLACES: dict[str, Callable[[Ask], Response]] = {
    "": item,
    "children": children,
    "content": content,
    "search": search,
}


class OneDrive(Graph):
    """Answers below ``/_api/v2.0``, on the host of personal OneDrive, and wherever a ``view`` is asked for.

    On loopback personal OneDrive and Graph share the base address ``/v1.0``: there only the feed's name tells them
    apart, and single items come in Graph's spelling.
    """

    def _answers(self, request: Request) -> Answers:
        return OneDriveAnswers(request, self._tenant.clock.now())

    def _dispatch(self, request: Request, answers: Answers) -> Response:
        assert isinstance(answers, OneDriveAnswers)
        view = read_view(_raw_path(request.scope))
        options = read_options(request.scope["query_string"].decode("ascii"), request.headers)
        served = self._served(view.address)
        ask = ViewAsk(request, answers, view.address, options, served, self._downloads, self._page_size, view)
        if view.function:
            return _FEEDS[view.function](ask)
        if view.address.item is None and view.address.function != "search":
            return drive(ask)
        served.refresh(older_than=FRESH_ENOUGH)
        if view.address.function not in _PLACES:
            raise NotUnderstood(f"Resource not found for the segment '{view.address.function}'.")
        return _PLACES[view.address.function](ask)

    def route(self) -> BaseRoute:
        return _Spoken(self.answer)


class _Spoken(BaseRoute):
    """A route by host and by the whole path, whose words are no fixed pattern."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" and _is_ours(scope) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


def _is_ours(scope: Scope) -> bool:
    path = _raw_path(scope)
    base = base_of(path)
    host = Headers(scope=scope).get("host", "").partition(":")[0]
    return bool(base) and (is_business(base) or host == PERSONAL_HOST or names_a_feed(path))


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("ascii")
