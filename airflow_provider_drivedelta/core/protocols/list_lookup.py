"""Which site and list are meant, asked of SharePoint itself: requests, and what their answers say."""

from __future__ import annotations

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.protocols.json_pages import read_object
from airflow_provider_drivedelta.core.protocols.sharepoint_errors import explain, fault_of
from airflow_provider_drivedelta.core.sources import SharePointList

_HEADERS = {"Accept": "application/json;odata=nometadata"}
_SAYS_WHY = frozenset({500})


def ask_for_site_collection(site_url: str) -> Request:
    return _get(f"{site_url}/_api/site?$select=Id")


def ask_for_list(site_url: str, source: SharePointList) -> Request:
    """By id, by path, or by title: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/lists-and-libraries"""
    if source.list_id:
        route = f"web/lists(guid'{source.list_id}')?"
    elif source.list_path:
        route = f"web/GetList(@a)?@a='{_quoted(source.list_path)}'&"
    else:
        route = f"web/lists/getbytitle('{_quoted(source.list)}')?"
    return _get(f"{site_url}/_api/{route}$select=Id,Title")


def read_resource(answer: Answer) -> JsonObject:
    """A resource with an `Id`.

    :raises FixSetup: there is none, or it may not be seen.
    """
    if answer.status != 200:
        raise explain(answer, fault_of(answer))
    body = read_object(answer)
    if not isinstance(body.get("Id"), str):
        raise FixSetup("The answer describes no site or list", where=answer.where, then="Check the site's address.")
    return body


def read_list(answer: Answer) -> JsonObject | None:
    """The list; None where the site has no such list. Raises as `read_resource` does."""
    return None if answer.status == 404 else read_resource(answer)


def _get(url: str) -> Request:
    return Request(url, headers=_HEADERS, telling=_SAYS_WHY)


def _quoted(text: str) -> str:
    """A text inside quotes in an address: a quote of its own is doubled."""
    return escaped(text.replace("'", "''"), safe="/" if text.startswith("/") else "")
