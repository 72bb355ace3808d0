"""A site or a list of Graph by itself, its columns and items, and what happened to the items since a token."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.graph.answers import Answers, ServiceError
from airflow_provider_drivedelta.emulator.graph.filters import arranged
from airflow_provider_drivedelta.emulator.graph.list_address import ListAddress
from airflow_provider_drivedelta.emulator.graph.list_ask import ListAsk
from airflow_provider_drivedelta.emulator.graph.options import BadOption, read_options
from airflow_provider_drivedelta.emulator.graph.paging import paged
from airflow_provider_drivedelta.emulator.graph.resync import resync_required
from airflow_provider_drivedelta.emulator.graph.sites import all_sites, found_sites, libraries, lists, subsites
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.delta import ListDelta, ListPage
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.site import NoSuchList, NoSuchSite
from airflow_provider_drivedelta.emulator.tenant import Tenant
from airflow_provider_drivedelta.emulator.tokens import BROKEN

_NON_INDEXED = "honornonindexedquerieswarningmayfailrandomly"
_OF_FIELDS = re.compile(r"\bfields/(\w+)")
_EXPANDED = re.compile(r"\s*fields\s*(?:\(\s*\$?select\s*=\s*(?P<names>[^)]*)\))?\s*", re.IGNORECASE)


def answer_lists(request: Request, answers: Answers, address: ListAddress, tenant: Tenant, page_size: int) -> Response:
    query = request.scope["query_string"].decode("ascii")
    options = read_options(query, request.headers)
    ask = ListAsk(request, answers, address, options, _expanded(query), tenant, page_size)
    try:
        return _ROUTES[address.kind](ask)
    except (NoSuchSite, NoSuchList):
        raise ServiceError(404, "itemNotFound", "The specified site or list was not found") from None


def _expanded(query: str) -> frozenset[str] | None:
    """The fields that ``$expand`` asks for: ``fields``, or ``fields($select=Title,Status)``."""
    given = {name.removeprefix("$").casefold(): value for name, value in parse_qsl(query)}.get("expand")
    if given is None:
        return None
    found = _EXPANDED.fullmatch(given)
    if found is None:
        raise BadOption(f"The emulator expands fields and nothing else, not {given[:100]!r}.")
    return frozenset(name.strip() for name in (found["names"] or "").split(",") if name.strip())


def _site(ask: ListAsk) -> Response:
    site = ask.site()
    return ask.answers.json({"@odata.context": ask.context("sites/$entity"), **ask.resources(site).site_body()})


def _list(ask: ListAsk) -> Response:
    own = ask.list()
    return ask.answers.json({"@odata.context": ask.context("lists/$entity"), **ask.resources(own.site).list_body(own)})


def _columns(ask: ListAsk) -> Response:
    own = ask.list()
    columns = [ask.resources(own.site).column(field) for field in own.fields]
    return ask.answers.json({"@odata.context": ask.context("lists/columns"), "value": columns})


def _item(ask: ListAsk) -> Response:
    own, key = ask.list(), ask.address.item
    item = own.find(int(key)) if key.isdigit() else None
    if item is None:
        raise ServiceError(404, "itemNotFound", "The specified item was not found")
    body = ask.resources(own.site).item(own, item, selected=ask.selected or frozenset())
    return ask.answers.json({"@odata.context": ask.context("lists/items/$entity"), **body})


def _items(ask: ListAsk) -> Response:
    """By id; a page goes on after the last id of the one before."""
    own, after = ask.list(), ask.options.skip or "0"
    if ask.options.filter or ask.options.order or ask.options.count:
        return _arranged_items(ask, own)
    if not after.isdigit():
        raise BadOption("Invalid value specified for the '$skiptoken' query option.")
    waiting = [item for item in own.walk() if item.id > int(after)]
    page = waiting[: ask.size]
    resources = ask.resources(own.site)
    body: dict[str, Json] = {"@odata.context": ask.context("lists/items")}
    if len(waiting) > len(page):
        query = "&".join(filter(None, (ask.options.kept, f"$skiptoken={page[-1].id}")))
        body["@odata.nextLink"] = f"{ask.origin}{ask.address.stem}/items?{query}"
    return ask.answers.json({**body, "value": [resources.item(own, item, selected=ask.selected) for item in page]})


def _arranged_items(ask: ListAsk, own: SharePointList) -> Response:
    """In an order and a choice of the client's, paged by number."""
    asked_of = set(_OF_FIELDS.findall(f"{ask.options.filter},{ask.options.order}"))
    unindexed = [field.name for field in own.fields if field.name in asked_of and not field.indexed]
    if unindexed and _NON_INDEXED not in ask.request.headers.get("prefer", "").casefold():
        raise BadOption(
            f"Field '{unindexed[0]}' cannot be referenced in filter or orderby as it is not indexed. Provide the "
            "'Prefer: HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such "
            "queries may fail on large lists."
        )
    resources = ask.resources(own.site)
    bodies = {str(item.id): resources.item(own, item, selected=ask.selected) for item in own.walk()}
    whole = [resources.item(own, item, selected=frozenset()) for item in own.walk()]
    page = paged(
        ask, [bodies[str(body["id"])] for body in arranged(whole, ask.options)], f"{ask.origin}{ask.address.stem}/items"
    )
    return ask.answers.json({"@odata.context": ask.context("lists/items"), **page})


def _delta(ask: ListAsk) -> Response:
    own = ask.list()
    feed, text = ListDelta(own), ask.options.token if ask.address.token is None else ask.address.token
    if text == "latest":
        return _page(ask, own, ListPage((), feed.latest(), finished=True))
    with own.lock:
        token = feed.read(text)
        if token is None:
            raise _resync(ask, own, feed)
        if token.after == BROKEN:
            raise ServiceError(500, "generalException", "General exception while processing")
        return _page(ask, own, feed.page(token, ask.size))


def _page(ask: ListAsk, own: SharePointList, page: ListPage) -> Response:
    resources = ask.resources(own.site)
    value: list[Json] = []
    for change in page.changes:
        item = own.find(change.item)
        if item is not None:
            value.append(resources.item(own, item, selected=ask.selected))
        elif own.quirks.error_for_deleted:
            value.append(resources.error_for_deleted())
        else:
            value.append(resources.tombstone(own, change.item, is_folder=change.is_folder))
    link = "deltaLink" if page.finished else "nextLink"
    body: dict[str, Json] = {"@odata.context": ask.context("Collection(listItem)"), "value": value}
    return ask.answers.json({**body, f"@odata.{link}": ask.link("items/delta", page.token)})


def _resync(ask: ListAsk, own: SharePointList, feed: ListDelta) -> ServiceError:
    wanted = own.refusal.location
    if isinstance(wanted, str) and wanted != "broken":
        return resync_required(own.refusal, wanted)
    token = feed.fresh()
    token = replace(token, after=BROKEN) if wanted == "broken" else token
    return resync_required(own.refusal, ask.link("items/delta", token) if wanted else "")


_ROUTES: dict[str, Callable[[ListAsk], Response]] = {
    "columns": _columns,
    "delta": _delta,
    "item": _item,
    "items": _items,
    "list": _list,
    "all sites": all_sites,
    "libraries": libraries,
    "lists": lists,
    "site": _site,
    "sites": found_sites,
    "subsites": subsites,
}
