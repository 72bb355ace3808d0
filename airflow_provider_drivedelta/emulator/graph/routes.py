"""Graph's front door: who asks, what for, and which error says why not."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.downloads import Downloads
from airflow_provider_drivedelta.emulator.drive import NoSuchItem
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, presented
from airflow_provider_drivedelta.emulator.graph.address import Address, NotUnderstood, read_address
from airflow_provider_drivedelta.emulator.graph.answers import Answers, ServiceError
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.graph.batch import batch
from airflow_provider_drivedelta.emulator.graph.delta import delta
from airflow_provider_drivedelta.emulator.graph.item_parts import permissions, versions
from airflow_provider_drivedelta.emulator.graph.items import children, content, drive, item, search
from airflow_provider_drivedelta.emulator.graph.list_address import read_list_address
from airflow_provider_drivedelta.emulator.graph.lists import answer_lists
from airflow_provider_drivedelta.emulator.graph.options import BadOption, read_options
from airflow_provider_drivedelta.emulator.graph.people import answer_people
from airflow_provider_drivedelta.emulator.graph.resources import Resources, selected
from airflow_provider_drivedelta.emulator.sharepoint.authorize import for_sharepoint_alone
from airflow_provider_drivedelta.emulator.tenant import NoSuchDrive, ServedDrive, Tenant
from airflow_provider_drivedelta.emulator.tokens import MalformedToken

_ROUTES: dict[str, Callable[[Ask], Response]] = {
    "": item,
    "children": children,
    "content": content,
    "delta": delta,
    "permissions": permissions,
    "search": search,
    "versions": versions,
}
# What went wrong inside, as the service says it: status, code, and a message where ours would not do.
_ERRORS: dict[type[Exception], tuple[int, str, str]] = {
    NotUnderstood: (400, "BadRequest", ""),
    BadOption: (400, "invalidRequest", ""),
    MalformedToken: (400, "invalidRequest", "Provided sync token is malformed."),
    NoSuchDrive: (404, "itemNotFound", "The resource could not be found."),
    NoSuchItem: (404, "itemNotFound", "The resource could not be found."),
}
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)
FRESH_ENOUGH = 1.0


class Graph:
    """Answers everything below ``/v1.0`` and ``/beta``."""

    def __init__(self, tenant: Tenant, bearers: Bearers, downloads: Downloads, page_size: int) -> None:
        self._tenant, self._bearers, self._downloads = tenant, bearers, downloads
        self._page_size = page_size

    async def answer(self, request: Request) -> Response:
        # In a thread: a scan of a large folder or a hash must not stop the other answers.
        if request.method == "POST" and request.url.path in ("/v1.0/$batch", "/beta/$batch"):
            return await asyncio.to_thread(self._batch, request, await request.body())
        return await asyncio.to_thread(self._answer, request)

    def _batch(self, request: Request, body: bytes) -> Response:
        answers = self._answers(request)
        try:
            self._authorize(request)
            return answers.json(batch(request, body, self._answer))
        except ServiceError as error:
            return answers.error(error)

    def _answer(self, request: Request) -> Response:
        answers = self._answers(request)
        try:
            self._authorize(request)
            if request.method not in ("GET", "HEAD"):
                raise ServiceError(405, "notAllowed", "The emulator is read only over the wire.")
            return self._dispatch(request, answers)
        except ServiceError as error:
            return answers.error(error)
        except tuple(_ERRORS) as error:
            status, code, message = _ERRORS[type(error)]
            return answers.error(ServiceError(status, code, message or str(error)))

    def _answers(self, request: Request) -> Answers:
        return Answers(request, self._tenant.clock.now())

    def _authorize(self, request: Request) -> None:
        token = presented(request.headers.get("authorization", ""))
        if not token:
            reason = "Access token is empty."
        elif not self._bearers.accepts(token, request.url.scheme):
            reason = "Lifetime validation failed, the token is expired."
        else:
            return
        raise ServiceError(401, "InvalidAuthenticationToken", reason, headers={"WWW-Authenticate": _CHALLENGE})

    def _dispatch(self, request: Request, answers: Answers) -> Response:
        raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
        self._refuse_foreign(request)
        if lists := read_list_address(raw_path.decode("ascii")):
            return answer_lists(request, answers, lists, self._tenant, self._page_size)
        if people := answer_people(request, raw_path.decode("ascii"), answers, self._tenant, self._page_size):
            return people
        address = read_address(raw_path.decode("ascii"))
        options = read_options(request.scope["query_string"].decode("ascii"), request.headers)
        if address.collection:
            drives = [Resources(served.drive).drive_body() for served in self._drives(address.owner)]
            return answers.json({"value": [selected(body, options.select) for body in drives]})
        served = self._served(address)
        ask = Ask(request, answers, address, options, served, self._downloads, self._page_size)
        if address.item is None and address.function != "search":
            return drive(ask)
        if address.function != "delta":
            served.refresh(older_than=FRESH_ENOUGH)
        return _ROUTES[address.function](ask)

    def _refuse_foreign(self, request: Request) -> None:
        """A token for SharePoint's own API is none for Graph."""
        if for_sharepoint_alone(self._bearers.grant(presented(request.headers.get("authorization", "")))):
            reason = "Access token validation failure. Invalid audience."
            raise ServiceError(401, "InvalidAuthenticationToken", reason, headers={"WWW-Authenticate": _CHALLENGE})

    def _drives(self, owner: str) -> list[ServedDrive]:
        drives = self._tenant.owned_by(owner) if owner else self._tenant.served
        return [served for served in drives if served.drive.id not in self._tenant.denied]

    def _served(self, address: Address) -> ServedDrive:
        kind, _, key = address.owner.partition("/")
        served = self._tenant.drive(key) if kind == "drives" else self._tenant.owned_by(address.owner)[0]
        if served.drive.id in self._tenant.denied:
            raise ServiceError(403, "accessDenied", "Access denied")
        return served
