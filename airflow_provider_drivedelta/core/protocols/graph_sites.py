"""Which sites there are, asked of Microsoft Graph: all of a tenant, those below a site, or one by its address."""

from __future__ import annotations

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.found import FoundSite
from airflow_provider_drivedelta.core.protocols.graph_collections import (
    HEADERS,
    Some,
    name_in,
    read_some,
    refusal,
    text_in,
)
from airflow_provider_drivedelta.core.protocols.json_pages import read_object

_SELECT = "$select=id,name,displayName,webUrl,isPersonalSite"
_LONGEST_ID = 300
_LISTS_NONE = (
    "Grant Sites.Read.All as application permission. With Sites.Selected the tenant's sites cannot be listed: name "
    "them by their addresses. For a signed-in user say listing='search'."
)


def ask_for_all_sites(base_url: str) -> Request:
    """Every site collection of the tenant, in all its geographies; for applications only.

    https://learn.microsoft.com/graph/api/site-getallsites
    """
    return Request(f"{base_url}/sites/getAllSites?{_SELECT}", headers=HEADERS)


def ask_for_indexed_sites(base_url: str) -> Request:
    """What the search index has of sites; the only way for a signed-in user.

    https://learn.microsoft.com/graph/api/site-search
    """
    return Request(f"{base_url}/sites?search=*&{_SELECT}", headers=HEADERS)


def ask_for_subsites(base_url: str, site_id: str) -> Request:
    """https://learn.microsoft.com/graph/api/site-list-subsites"""
    return Request(f"{base_url}/sites/{escaped_site(site_id)}/sites?{_SELECT}", headers=HEADERS)


def ask_for_site(base_url: str, site: str) -> Request:
    """By its id or as `host:/path`: https://learn.microsoft.com/graph/api/site-getbypath"""
    return Request(f"{base_url}/sites/{escaped_site(site)}?{_SELECT}", headers=HEADERS)


def escaped_site(site: str) -> str:
    return escaped(site, safe=":/,")


def read_all_sites(answer: Answer) -> Some[FoundSite]:
    """As `read_sites`, where a refusal is about the tenant and not about one site."""
    if answer.status == 403:
        raise FixSetup("The application may not list the tenant's sites: 403", where=answer.where, then=_LISTS_NONE)
    return read_sites(answer)


def read_sites(answer: Answer) -> Some[FoundSite]:
    return read_some(answer, _site)


def read_site(answer: Answer) -> FoundSite:
    """:raises FixSetup: there is no such site, or it may not be seen."""
    if answer.status != 200:
        raise refusal(answer)
    found = _site(read_object(answer))
    if found is None:
        raise FixSetup("The answer describes no site", where=answer.where, then="Check the site's address.")
    return found


def _site(found: JsonObject) -> FoundSite | None:
    site_id, web_url = text_in(found, "id"), text_in(found, "webUrl").rstrip("/")
    if not site_id or len(site_id) > _LONGEST_ID or found.get("deleted") is not None:
        return None
    return FoundSite(
        id=site_id,
        name=name_in(found, "displayName", "name", otherwise=web_url or site_id),
        web_url=web_url,
        personal=found.get("isPersonalSite") is True or "/personal/" in web_url,
    )
