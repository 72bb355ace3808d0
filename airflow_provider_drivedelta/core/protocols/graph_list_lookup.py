"""Which site and list are meant, asked of Microsoft Graph: requests, and what their answers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.protocols.graph_list import explain_list
from airflow_provider_drivedelta.core.protocols.json_pages import items_of, read_object, text_of
from airflow_provider_drivedelta.core.sources import SharePointList

_HEADERS = {"Accept": "application/json"}
_SELECT = "$select=id,name,displayName,webUrl"
_LIST_SELECT = f"{_SELECT},parentReference"


@dataclass(frozen=True, slots=True)
class Lists:
    """Some lists of a site, and the request for more of them."""

    lists: Sequence[JsonObject]
    next: Request | None = None


def ask_for_graph_site(base_url: str, site: str) -> Request:
    """https://learn.microsoft.com/graph/api/site-getbypath"""
    return Request(f"{base_url}/sites/{escaped(site, safe=':/,')}?{_SELECT}", headers=_HEADERS)


def ask_for_graph_lists(base_url: str, site: str, list_id: str = "") -> Request:
    """One list by its id, or all that the site has; what is said of a list says which site it is on."""
    one = f"/{escaped(list_id, safe='')}" if list_id else ""
    ended = ":" if ":/" in site else ""  # a path needs a colon before more of the address
    return Request(f"{base_url}/sites/{escaped(site, safe=':/,')}{ended}/lists{one}?{_LIST_SELECT}", headers=_HEADERS)


def site_of(found: JsonObject) -> str:
    """The id of the site that a list is on; empty where it does not say."""
    parent = found.get("parentReference")
    told = parent.get("siteId") if isinstance(parent, Mapping) else None
    return told if isinstance(told, str) else ""


def is_graph_site_id(text: str) -> bool:
    """Whether that is a site's whole id: its host, and the ids of the site collection and of the site."""
    return text.count(",") == 2 and all(text.split(","))


def read_graph_resource(answer: Answer) -> JsonObject:
    """A site or list.

    :raises FixSetup: there is none, or it may not be seen.
    """
    body = _read(answer)
    if not isinstance(body.get("id"), str):
        raise FixSetup("The answer describes no site or list", where=answer.where, then="Check the site's address.")
    return body


def read_graph_lists(answer: Answer) -> Lists:
    body = _read(answer)
    link = text_of(body, "@odata.nextLink", answer.where)
    found = [item for item in items_of(body, answer.where) if isinstance(item.get("id"), str)]
    return Lists(found, next=None if link is None else Request(link, headers=_HEADERS))


def meant(lists: Sequence[JsonObject], source: SharePointList) -> Sequence[JsonObject]:
    """The lists that go by this path or title; a title in its own spelling counts before any other."""
    if source.list_path:
        return [found for found in lists if _path(found) == source.list_path.casefold()]
    exactly = [found for found in lists if found.get("displayName") == source.list]
    wanted = source.list.casefold()
    return exactly or [found for found in lists if wanted in (_low(found, "displayName"), _low(found, "name"))]


def _read(answer: Answer) -> JsonObject:
    if answer.status == 410:
        raise FixSetup("The site or list is gone for good", where=answer.where, then="Stop following it.")
    if answer.status != 200:
        raise explain_list(answer)
    return read_object(answer)


def _path(found: JsonObject) -> str:
    try:
        return unquote(urlsplit(_low(found, "webUrl")).path).rstrip("/").casefold()
    except ValueError:
        return ""


def _low(found: JsonObject, name: str) -> str:
    text = found.get(name)
    return text.casefold() if isinstance(text, str) else ""
