"""Which lists a site has, asked of Microsoft Graph or of SharePoint itself."""

from __future__ import annotations

import re

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.found import FoundList, shown
from airflow_provider_drivedelta.core.protocols.graph_collections import HEADERS, Some, name_in, read_some, text_in
from airflow_provider_drivedelta.core.protocols.graph_sites import escaped_site
from airflow_provider_drivedelta.core.protocols.sharepoint_errors import explain, fault_of

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SITE_HEADERS = {"Accept": "application/json;odata=nometadata"}
_ITS_OWN = "Id,Title,Hidden,IsCatalog,BaseTemplate,BaseType,RootFolder/ServerRelativeUrl"
_LIBRARY = 1  # SP.BaseType.DocumentLibrary


def ask_for_graph_lists(base_url: str, site_id: str, *, hidden: bool = False) -> Request:
    """To select `system` makes the service show those too: https://learn.microsoft.com/graph/api/list-list"""
    select = f"id,name,displayName,webUrl,list{',system' if hidden else ''}"
    return Request(f"{base_url}/sites/{escaped_site(site_id)}/lists?$select={select}", headers=HEADERS)


def ask_for_site_lists(site_url: str) -> Request:
    """Of the site itself: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest"""
    url = f"{site_url}/_api/web/lists?$select={_ITS_OWN}&$expand=RootFolder"
    return Request(url, headers=_SITE_HEADERS, telling=frozenset({500}))


def read_graph_lists(answer: Answer) -> Some[FoundList]:
    return read_some(answer, _of_graph)


def read_site_lists(answer: Answer) -> Some[FoundList]:
    """Of each list the path on its host is what is told of its address."""
    if answer.status != 200:
        raise explain(answer, fault_of(answer))
    return read_some(answer, _of_site, link="odata.nextLink")


def _of_graph(found: JsonObject) -> FoundList | None:
    list_id, kind = text_in(found, "id"), found.get("list")
    facet = kind if isinstance(kind, dict) else {}
    template = shown(facet.get("template"))
    if not _GUID.fullmatch(list_id):
        return None
    return FoundList(
        id=list_id.lower(),
        name=name_in(found, "displayName", "name", otherwise=list_id),
        web_url=text_in(found, "webUrl"),
        template=template,
        hidden=facet.get("hidden") is True or found.get("system") is not None or "catalog" in template.casefold(),
        library="library" in template.casefold() or template == "xmlForm",
    )


def _of_site(found: JsonObject) -> FoundList | None:
    list_id, folder, template = text_in(found, "Id"), found.get("RootFolder"), found.get("BaseTemplate")
    if not _GUID.fullmatch(list_id):
        return None
    return FoundList(
        id=list_id.lower(),
        name=name_in(found, "Title", otherwise=list_id),
        web_url=text_in(folder, "ServerRelativeUrl") if isinstance(folder, dict) else "",
        template=str(template) if isinstance(template, int) else "",
        hidden=found.get("Hidden") is True or found.get("IsCatalog") is True,
        library=found.get("BaseType") == _LIBRARY,
    )
