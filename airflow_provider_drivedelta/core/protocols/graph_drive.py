"""Microsoft Graph `…/root/delta`: the change feed of a drive.

https://learn.microsoft.com/graph/api/driveitem-delta
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from airflow_provider_drivedelta.core.changes import Answer, Children, JsonObject, Page, Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.sources import Drive

# Without these a record cannot be told apart, placed, or seen to be a delete: always asked for.
NEEDED = ("id", "name", "parentReference", "deleted", "root", "file", "folder", "createdDateTime")

# One header of three values, or the service shows no sharing changes ([D] scan guidance).
SHARING_CHANGES = (
    "deltashowremovedasdeleted",
    "deltatraversepermissiongaps",
    "deltashowsharingchanges",
    "hierarchicalsharing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDrive:
    """The protocol, bound to one drive.

    :param base_url: as https://graph.microsoft.com/v1.0, without a slash at its end.
    :param select: properties to ask for, the needed ones added; empty asks for the service's default.
    :param page_size: items a page; the service may give more or fewer. None leaves it to the service.
    """

    base_url: str
    drive_id: str
    select: Sequence[str] = ()
    expand: Sequence[str] = ()
    page_size: int | None = None
    prefer: Sequence[str] = ()
    name: str = "graph"

    def first(self) -> Request:
        return self._root_delta(token=None)

    def latest(self) -> Request:
        return self._root_delta(token="latest")

    def since(self, token: Token) -> Request:
        return self.restart(token)

    def restart(self, location: str) -> Request:
        """A link of the service's own: sent as it is, since options and token are baked into it."""
        return Request(location, headers=self._headers())

    def read(self, answer: Answer) -> Page:
        if answer.status != 200:
            raise explain(answer)
        body = read_object(answer)
        items = _items(body, answer.where)
        # Only a deltaLink ends the feed: an empty page with a nextLink goes on.
        link = _link(body, "@odata.nextLink", answer.where)
        if link is not None:
            return Page(items, next=self.restart(link), received_at=answer.received_at, dated=answer.dated)
        token = _link(body, "@odata.deltaLink", answer.where)
        if token is None:
            then = "Nothing was published and the token was kept. If the next run ends the same way, report it."
            raise BrokenFeed("A page has neither a next link nor a delta link", where=answer.where, then=then)
        return Page(items, token=Token(token), received_at=answer.received_at, dated=answer.dated)

    def children(self, item_id: str) -> Request:
        """https://learn.microsoft.com/graph/api/driveitem-list-children"""
        return self._of_item(item_id, "/children")

    def folder(self, path: str) -> Request:
        """https://learn.microsoft.com/graph/onedrive-addressing-driveitems"""
        route = Drive("drives", self.drive_id).route
        return Request(f"{self.base_url}{route}/root:/{quote(path.strip('/'), safe='/')}", headers=self._headers())

    def item(self, item_id: str) -> Request:
        """https://learn.microsoft.com/graph/api/driveitem-get"""
        return self._of_item(item_id, "")

    def read_item(self, answer: Answer) -> JsonObject | None:
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise explain(answer)
        return read_object(answer)

    def read_children(self, answer: Answer) -> Children:
        if answer.status == 404:
            return Children(())
        if answer.status != 200:
            raise explain(answer)
        body = read_object(answer)
        link = _link(body, "@odata.nextLink", answer.where)
        return Children(_items(body, answer.where), next=None if link is None else self.restart(link))

    def _of_item(self, item_id: str, what: str) -> Request:
        route, options = Drive("drives", self.drive_id).route, self._select()
        query = f"?{urlencode(options, safe='$,()=', quote_via=quote)}" if options else ""
        address = f"{self.base_url}{route}/items/{quote(item_id, safe='!')}{what}{query}"
        return Request(address, headers=self._headers())

    def _root_delta(self, token: str | None) -> Request:
        options = self._select()
        if self.expand:
            options["$expand"] = ",".join(self.expand)
        if self.page_size:
            options["$top"] = str(self.page_size)
        if token:
            options["token"] = token
        query = f"?{urlencode(options, safe='$,()=', quote_via=quote)}" if options else ""
        route = Drive("drives", self.drive_id).route
        return Request(f"{self.base_url}{route}/root/delta{query}", headers=self._headers())

    def _select(self) -> dict[str, str]:
        return {"$select": ",".join(dict.fromkeys([*NEEDED, *self.select]))} if self.select else {}

    def _headers(self) -> Mapping[str, str]:
        headers = {"Accept": "application/json"}
        return headers | {"Prefer": ", ".join(self.prefer)} if self.prefer else headers


@dataclass(frozen=True, slots=True)
class DriveFound:
    """A drive as the service describes it."""

    id: str
    name: str
    drive_type: str
    web_url: str


def ask_for_drive(base_url: str, drive: Drive) -> Request:
    """Which drive is meant: a user's, group's or site's default library, or the one with that id.

    https://learn.microsoft.com/graph/api/drive-get
    """
    return Request(f"{base_url}{drive.route}?$select=id,name,driveType,webUrl", headers={"Accept": "application/json"})


def read_drive(answer: Answer) -> DriveFound:
    """:raises FixSetup: there is no such drive, or it may not be seen."""
    if answer.status == 410:
        raise FixSetup("The drive is gone for good", where=answer.where, then="Stop following it.")
    if answer.status != 200:
        raise explain(answer)
    body = read_object(answer)
    found = [body.get(name) for name in ("id", "name", "driveType", "webUrl")]
    if not isinstance(found[0], str) or not found[0]:
        raise FixSetup("The answer describes no drive", where=answer.where, then="Check the user, group or site id.")
    return DriveFound(*(value if isinstance(value, str) else "" for value in found))


def read_object(answer: Answer) -> JsonObject:
    """The body as a JSON object.

    :raises RetryLater: it is cut, empty or no JSON (a proxy's page?): asking again may help.
    """
    try:
        body = json.loads(answer.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RetryLater("The answer is not whole JSON", where=answer.where) from None
    if not isinstance(body, dict) or "error" in body:
        raise RetryLater("The answer is JSON of another shape", where=answer.where)
    return body


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _items(body: JsonObject, where: str) -> Sequence[JsonObject]:
    value = body.get("value")
    if not isinstance(value, list):
        raise BrokenFeed("A page holds no list of items", where=where, then="The token was kept. Report it.")
    # What is no object is an item without an id: the stage knows what to do with those.
    items = [item if isinstance(item, dict) else {"value": item} for item in value]
    for item in items:
        # A change that the service could not write stands as an error object (msgraph-sdk-typescript#544).
        if "error" in item and "id" not in item:
            raise StartOver("The service could not write one of the changes", where=where)
    return items


def _link(body: JsonObject, name: str, where: str) -> str | None:
    link = body.get(name)
    if link is None or (isinstance(link, str) and link):
        return link
    raise BrokenFeed(f"The page's {name} is no link", where=where, then="The token was kept. Report it.")
