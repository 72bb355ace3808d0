"""SharePoint's front door: which site, which list, what of it, and which error says why not."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from airflow_provider_drivedelta.emulator.entra.bearer import Bearers
from airflow_provider_drivedelta.emulator.graph.answers import origin
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import NoSuchListItem, SharePointList
from airflow_provider_drivedelta.emulator.lists.site import NoSuchList, NoSuchSite, Site
from airflow_provider_drivedelta.emulator.lists.tokens import ForeignChangeToken, MalformedChangeToken
from airflow_provider_drivedelta.emulator.sharepoint.address import Segment, read_rest_address
from airflow_provider_drivedelta.emulator.sharepoint.authorize import Unauthorized, authorize
from airflow_provider_drivedelta.emulator.sharepoint.failures import (
    SharePointError,
    no_file,
    no_item,
    no_list,
    no_list_id,
    no_resource,
)
from airflow_provider_drivedelta.emulator.sharepoint.list_calls import ListCall, list_answer
from airflow_provider_drivedelta.emulator.sharepoint.replies import Replies
from airflow_provider_drivedelta.emulator.sharepoint.resources import RestResources
from airflow_provider_drivedelta.emulator.tenant import Tenant

_ERRORS: dict[type[Exception], tuple[int, str, str]] = {
    MalformedChangeToken: (500, "-1, System.FormatException", ""),
    ForeignChangeToken: (500, "-2130575173, Microsoft.SharePoint.SPException", ""),
}


@dataclass(frozen=True, slots=True)
class _Call:
    request: Request
    body: bytes
    site: Site
    resources: RestResources
    replies: Replies


class SharePoint:
    """Answers everything below the ``_api`` of a site."""

    def __init__(self, tenant: Tenant, bearers: Bearers) -> None:
        self._tenant, self._bearers = tenant, bearers

    async def answer(self, request: Request) -> Response:
        return await asyncio.to_thread(self._answer, request, await request.body())

    def _answer(self, request: Request, body: bytes) -> Response:
        replies = Replies(request, self._tenant.clock.now())
        try:
            return self._dispatch(request, body, replies)
        except Unauthorized as error:
            return replies.unauthorized(error.message, error.headers)
        except SharePointError as error:
            return replies.error(error)
        except NoSuchListItem:
            return replies.error(no_item())
        except tuple(_ERRORS) as error:
            status, code, message = _ERRORS[type(error)]
            return replies.error(SharePointError(status, code, message or str(error)))

    def _dispatch(self, request: Request, body: bytes, replies: Replies) -> Response:
        raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
        query = request.scope["query_string"].decode("ascii")
        address = read_rest_address(raw_path.decode("ascii"), query)
        if address is None:
            return PlainTextResponse("404 FILE NOT FOUND", 404)
        authorize(request, self._bearers)
        try:
            site = self._tenant.site(address.site)
        except NoSuchSite:
            return PlainTextResponse("404 FILE NOT FOUND", 404)
        if site.denied:
            message = "Access denied. You do not have permission to perform this action or access this resource."
            raise SharePointError(403, "-2147024891, System.UnauthorizedAccessException", message)
        call = _Call(request, body, site, RestResources(site, origin(request), replies.verbose), replies)
        return _site_answer(call, list(address.segments))


def _site_answer(call: _Call, segments: list[Segment]) -> Response:
    first = segments[0].name if segments else ""
    rest = segments[1:]
    if first == "contextinfo" and not rest:
        _expect(call, "POST")
        return call.replies.called("GetContextWebInformation", call.resources.context())
    if first == "site" and not rest:
        return call.replies.entity("SP.Site", f"{call.resources.site_url}/_api/Site", call.resources.site_collection())
    if first == "lists":
        return _lists(call, segments)
    if first != "web":
        raise no_resource(first)
    second = rest[0].name if rest else ""
    if second in ("lists", "getlist"):
        return _lists(call, rest)
    answer = _WEB.get("/".join(segment.name for segment in rest))
    if answer is None:
        raise no_resource(second)
    return answer(call)


def _web(call: _Call) -> Response:
    return call.replies.entity("SP.Web", call.resources.web_url, call.resources.web())


def _time_zone(call: _Call) -> Response:
    url = f"{call.resources.web_url}/RegionalSettings/TimeZone"
    return call.replies.entity("SP.TimeZone", url, call.resources.time_zone())


_WEB: Mapping[str, Callable[[_Call], Response]] = {"": _web, "regionalsettings/timezone": _time_zone}


def _lists(call: _Call, segments: list[Segment]) -> Response:
    """``lists``, ``lists(guid'…')/…``, ``lists/getbytitle('…')/…``, ``lists/getbyid('…')/…``, ``GetList('…')/…``."""
    first, rest = segments[0], segments[1:]
    if first.argument is not None:
        own = _by_path(call, first.argument) if first.name == "getlist" else _by_id(call, first.argument)
    elif rest and rest[0].name in ("getbytitle", "getbyid") and rest[0].argument is not None:
        own = _by_title(call, rest[0].argument) if rest[0].name == "getbytitle" else _by_id(call, rest[0].argument)
        rest = rest[1:]
    elif not rest and first.name == "lists":
        folder = "rootfolder" in call.request.query_params.get("$expand", "").casefold()
        found = [
            (call.resources.list_url(own), call.resources.list(own, with_folder=folder)) for own in call.site.lists
        ]
        return call.replies.collection("SP.List", found)
    else:
        raise no_resource(rest[0].name if rest else first.name)
    return list_answer(ListCall(call.request, call.body, own, call.resources, call.replies), rest)


def _by_id(call: _Call, key: str) -> SharePointList:
    for own in call.site.lists:
        if own.id == key.strip("{}").casefold():
            return own
    raise no_list_id()


def _by_title(call: _Call, title: str) -> SharePointList:
    for own in call.site.lists:
        if own.title.casefold() == title.casefold():
            return own
    raise no_list(title, call.resources.site_url)


def _by_path(call: _Call, path: str) -> SharePointList:
    try:
        return call.site.list("/" + path.strip("/"))
    except NoSuchList:
        raise no_file() from None


def _expect(call: _Call, method: str) -> None:
    if call.request.method != method:
        raise SharePointError(
            405, "-1, Microsoft.SharePoint.Client.ClientServiceException", "The HTTP method is not allowed."
        )
