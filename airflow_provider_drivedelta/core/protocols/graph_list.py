"""Microsoft Graph `…/lists/{id}/items/delta`: the change feed of a list, with every item's fields.

The feed says nothing of the list's columns, so each run asks for them first.
https://learn.microsoft.com/graph/api/listitem-delta
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Page, Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.lists.asked import asked_fields
from airflow_provider_drivedelta.core.lists.fields import ListSchema
from airflow_provider_drivedelta.core.lists.graph_fields import graph_fields
from airflow_provider_drivedelta.core.lists.one_json import whole_characters
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.graph_folders import COUNTS, members_of, without_counts
from airflow_provider_drivedelta.core.protocols.json_pages import items_of, read_object, text_of

_HEADERS = {"Accept": "application/json"}
_MOST_COLUMNS = 10_000
_REPORT = "Nothing was published and the token was kept. If the next run ends the same way, report it."
_PERMISSION = "Grant Sites.Read.All as application permission, or grant the site or the list to Sites.Selected."
# Status -> what happened, where the words of drives do not fit, and what to do.
_FIX: dict[int, tuple[str, str]] = {
    400: ("", "Check the list and the fields argument."),
    401: ("", f"Check the connection's credentials and permissions. {_PERMISSION}"),
    403: ("The application may not read this list", _PERMISSION),
    404: (
        "The service knows no such site or list, or hides it from this application",
        "Check the site, the list and the permission. If it is gone for good, stop following it; its token was kept.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphList:
    """The protocol, bound to one list.

    :param base_url: as https://graph.microsoft.com/v1.0, without a slash at its end.
    :param site_id: as Graph writes it: host, id of the site collection and id of the site.
    :param fields: internal names of the fields to ask for; empty for all.
    """

    base_url: str
    site_id: str
    list_id: str
    fields: Sequence[str] = ()
    page_size: int | None = None
    name: str = "graph"
    tells_restored: bool = False
    whole: ClassVar[bool] = True  # rows, that is; of columns it may ask for a few

    def first(self) -> Request:
        return self._columns(self._delta())

    def latest(self) -> Request:
        return self._columns(self._delta("latest"))

    def since(self, token: Token) -> Request:
        return self._columns(token)

    def restart(self, location: str) -> Request:
        """A link that the service offers: tried first, since the columns have to be known before its items."""
        return Request(location, headers=_HEADERS, note=json.dumps({"try": location}))

    def item(self, item_id: str) -> Request:
        """https://learn.microsoft.com/graph/api/listitem-get"""
        return Request(f"{self._list}/items/{escaped(item_id, safe='')}?$expand={self._expand}", headers=_HEADERS)

    def read_item(self, answer: Answer) -> Sequence[JsonObject] | None:
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise explain_list(answer)
        item = read_object(answer)
        return None if _is_gone(item) else without_counts([item], self.fields)

    def read(self, answer: Answer) -> Page:
        if answer.status != 200:
            raise explain_list(answer)
        note: dict[str, Any] = json.loads(answer.note) if answer.note else {}
        if "try" in note:
            items_of(read_object(answer), answer.where)
            return Page((), next=self._columns(note["try"]), received_at=answer.received_at, dated=answer.dated)
        if "link" in note:
            return self._read_columns(answer, note["link"], note["columns"])
        return self._read_items(answer)

    def _read_columns(self, answer: Answer, link: str, known: Sequence[JsonObject]) -> Page:
        body = read_object(answer)
        columns = [*known, *items_of(body, answer.where)]
        if len(columns) > _MOST_COLUMNS:
            raise BrokenFeed(f"The list has more than {_MOST_COLUMNS} columns", where=answer.where, then=_REPORT)
        more = text_of(body, "@odata.nextLink", answer.where)
        if more is not None:
            onward = Request(more, headers=_HEADERS, note=_note(link, columns))
            return Page((), next=onward, received_at=answer.received_at, dated=answer.dated)
        fields = graph_fields(columns)
        asked_fields(fields, self.fields)  # for its check: what is asked for is in the link already
        described = ListSchema(id=self.list_id, title="", root_folder="", web_id="", fields=tuple(fields), zone=None)
        onward = Request(link, headers=_HEADERS)
        return Page((), next=onward, schema=described, received_at=answer.received_at, dated=answer.dated)

    def _read_items(self, answer: Answer) -> Page:
        body = read_object(answer)
        items, gone = _told_apart(items_of(body, answer.where))
        members, items = members_of(items), without_counts(items, self.fields)
        link = text_of(body, "@odata.nextLink", answer.where)
        if link is not None:
            onward = Request(link, headers=_HEADERS)
            return Page(
                items, gone=gone, members=members, next=onward, received_at=answer.received_at, dated=answer.dated
            )
        token = text_of(body, "@odata.deltaLink", answer.where)
        if token is None:
            raise BrokenFeed("A page has neither a next link nor a delta link", where=answer.where, then=_REPORT)
        # The next run asks for the columns before it follows the link: better look at it now.
        if not _same_host(token, self.base_url):
            raise BrokenFeed("The delta link leads to another host", where=answer.where, then=_REPORT)
        return Page(
            items, gone=gone, members=members, token=Token(token), received_at=answer.received_at, dated=answer.dated
        )

    def _columns(self, link: str) -> Request:
        """https://learn.microsoft.com/graph/api/list-list-columns; `link` is what to ask for afterwards."""
        return Request(f"{self._list}/columns", headers=_HEADERS, note=_note(link, ()))

    def _delta(self, token: str = "") -> str:
        options = [f"$expand={self._expand}"]
        options += [f"$top={self.page_size}"] if self.page_size else []
        options += [f"token={token}"] if token else []
        return f"{self._list}/items/delta?{'&'.join(options)}"

    @property
    def _expand(self) -> str:
        if not self.fields:
            return "fields"
        # A single lookup or person is told by its id alone, under a name of its own.
        lookups = (f"{name}LookupId" for name in self.fields)
        names = dict.fromkeys(["Title", "_UIVersionString", *COUNTS, *self.fields, *lookups])
        return f"fields($select={escaped(','.join(names), safe=',')})"

    @property
    def _list(self) -> str:
        return f"{self.base_url}/sites/{escaped(self.site_id, safe=',')}/lists/{escaped(self.list_id, safe='')}"


def explain_list(answer: Answer) -> DriveDeltaError:
    """As `explain`, in the words that are right for a list."""
    error = explain(answer)
    if isinstance(error, FixSetup) and answer.status in _FIX:
        what, then = _FIX[answer.status]
        return FixSetup(f"{what}: {answer.status}" if what else error.what, where=answer.where, then=then)
    return error


def _same_host(link: str, base_url: str) -> bool:
    try:
        return urlsplit(link)[:2] == urlsplit(base_url)[:2]
    except ValueError:  # no address at all
        return False


def _note(link: str, columns: Sequence[JsonObject]) -> str:
    return json.dumps({"link": link, "columns": columns})


def _told_apart(items: Sequence[JsonObject]) -> tuple[Sequence[JsonObject], Sequence[str]]:
    """What is there and what is gone; of an item told twice on the page the last word counts.

    What has no id is passed on among the items: it is for quarantine.
    """
    last = {item["id"]: place for place, item in enumerate(items) if isinstance(item.get("id"), str)}
    counted = [item for place, item in enumerate(items) if last.get(_key(item), place) == place]
    gone = [whole_characters(_key(item)) for item in counted if _key(item) and _is_gone(item)]
    return [item for item in counted if not (_key(item) and _is_gone(item))], gone


def _key(item: JsonObject) -> str:
    found = item.get("id")
    return found if isinstance(found, str) else ""


def _is_gone(item: JsonObject) -> bool:
    """The facet may be empty (C4); `@removed` is how other resources of Graph say it."""
    return item.get("deleted") is not None or item.get("@removed") is not None
