"""From a list as the user named it to the list that is followed: its own id, and that of its site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.graph_list_lookup import (
    ask_for_graph_lists,
    ask_for_graph_site,
    is_graph_site_id,
    meant,
    read_graph_lists,
    read_graph_resource,
    site_of,
)
from airflow_provider_drivedelta.core.protocols.list_lookup import (
    ask_for_list,
    ask_for_site_collection,
    read_list,
    read_resource,
)
from airflow_provider_drivedelta.core.sources import SharePointList
from airflow_provider_drivedelta.core.transport import Transport

_MOST_PAGES = 1_000  # of a site's lists
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlace:
    """The list that one feed is of.

    `site_id` is the site collection's, as SharePoint and the middle of Graph's `graph_site_id` have it; empty where it
    was not told, see `find_site_id`. Both ids in lower case.
    """

    list_id: str
    site_id: str = ""
    graph_site_id: str = ""


def locate_list(source: SharePointList, *, protocol: str, base_url: str, transport: Transport) -> ListPlace:
    """The list that `source` means; asks the service only for what is not an id already.

    :param base_url: Graph's base address; for the protocol `sharepoint` that of the site.
    :raises FixSetup: there is no such site or list, several go by that name, or they may not be seen.
    """
    if protocol == "graph":
        return _by_graph(source, base_url, transport)
    if source.list_id:
        return ListPlace(list_id=source.list_id)
    found = transport.fetch(ask_for_list(base_url, source), read_list)
    if found is None:
        find_site_id(base_url, transport)  # says so if it is the site that is not there
        raise _none(source)
    return ListPlace(list_id=_low(found, "Id"))


def find_site_id(site_url: str, transport: Transport) -> str:
    """The id of the site collection, asked of SharePoint itself; raises as `locate_list` does."""
    return _low(transport.fetch(ask_for_site_collection(site_url), read_resource), "Id")


def _by_graph(source: SharePointList, base_url: str, transport: Transport) -> ListPlace:
    site = source.graph_site
    if is_graph_site_id(site) and source.list_id:
        return _at_graph(site, source.list_id)
    if source.list_id:
        found = transport.fetch(ask_for_graph_lists(base_url, site, source.list_id), read_graph_resource)
    else:
        found = _only_one(_lists(base_url, site, transport), source)
    told = site_of(found)
    if not is_graph_site_id(told):
        told = _text(transport.fetch(ask_for_graph_site(base_url, site), read_graph_resource), "id")
    return _at_graph(told, _low(found, "id"))


def _at_graph(site: str, list_id: str) -> ListPlace:
    _, collection, web = (["", "", *site.lower().split(",")])[-3:]  # host, id of the collection, id of the site
    return ListPlace(list_id=list_id, site_id=collection or web, graph_site_id=site)


def _lists(base_url: str, site: str, transport: Transport) -> Sequence[JsonObject]:
    """All lists of the site."""
    lists: list[JsonObject] = []
    request: Request | None = ask_for_graph_lists(base_url, site)
    for _ in range(_MOST_PAGES):
        if request is None:
            break
        page = transport.fetch(request, read_graph_lists)
        lists += page.lists
        request = page.next
    return lists


def _only_one(lists: Sequence[JsonObject], source: SharePointList) -> JsonObject:
    found = meant(lists, source)
    if not found:
        raise _none(source, [_text(one, "displayName") for one in lists])
    if len(found) > 1:
        ids = ", ".join(_text(one, "id") for one in found[:_SHOWN])
        raise FixSetup(f"{len(found)} lists go by {source.list!r}", where=source.site, then=f"Give an id: {ids}.")
    return found[0]


def _none(source: SharePointList, titles: Sequence[str] = ()) -> FixSetup:
    shown = ", ".join(map(repr, sorted(titles)[:_SHOWN]))
    then = "Give its title, its id, or its address; it may also be hidden from this application."
    there = f" The site has {shown}{' …' if len(titles) > _SHOWN else ''}." if shown else ""
    return FixSetup(f"The site has no list {source.list!r}", where=source.site, then=then + there)


def _text(found: JsonObject, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _low(found: JsonObject, name: str) -> str:
    return _text(found, name).strip("{}").lower()
