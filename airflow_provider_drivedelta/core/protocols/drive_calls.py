"""What all drive protocols ask in the same way, and how they read it: pages, an item, what is in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlencode

from airflow_provider_drivedelta.core.changes import Answer, Children, JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.json_pages import items_of, read_object, text_of
from airflow_provider_drivedelta.core.sources import Drive, item_key

# Without these a record cannot be told apart, placed, or seen to be a delete: always asked for.
NEEDED = ("id", "name", "parentReference", "deleted", "root", "file", "folder", "createdDateTime")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveCalls:
    """One drive at one service, or one folder of it whose own feed is followed.

    :param base_url: as https://graph.microsoft.com/v1.0, without a slash at its end.
    :param item_id: the folder whose feed it is; empty for the whole drive.
    :param select: properties to ask for, the needed ones added; empty asks for the service's default.
    :param page_size: items a page; the service may give more or fewer. None leaves it to the service.
    """

    whole: ClassVar[bool] = True

    base_url: str
    drive_id: str
    item_id: str = ""
    select: Sequence[str] = ()
    expand: Sequence[str] = ()
    page_size: int | None = None
    prefer: Sequence[str] = ()

    def restart(self, location: str) -> Request:
        """A link of the service's own: sent as it is, since options and token are baked into it."""
        return Request(location, headers=self._headers())

    def children(self, item_id: str) -> Request:
        """https://learn.microsoft.com/graph/api/driveitem-list-children"""
        return self._request(f"/items/{escaped(item_id, safe='!')}/children", self._select())

    def folder(self, path: str) -> Request:
        """https://learn.microsoft.com/graph/onedrive-addressing-driveitems"""
        return self._request(f"/root:/{escaped(path.strip('/'), safe='/')}", {})

    def item(self, item_id: str) -> Request:
        """https://learn.microsoft.com/graph/api/driveitem-get"""
        return self._request(f"/items/{escaped(item_id, safe='!')}", self._select())

    def read_item(self, answer: Answer) -> JsonObject | None:
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise explain(answer)
        return self.mapped(read_object(answer))

    def read_children(self, answer: Answer) -> Children:
        if answer.status == 404:
            return Children(())
        if answer.status != 200:
            raise explain(answer)
        body = read_object(answer)
        link = text_of(body, "@odata.nextLink", answer.where)
        return Children(self._records(body, answer.where), next=None if link is None else self.restart(link))

    def mapped(self, item: JsonObject) -> JsonObject:
        """The item in the one spelling that records are made from: Graph's."""
        return item

    def _feed(self, function: str, *, top: str = "$top", token: str = "") -> Request:
        """The first request of a chain of pages.

        :param top: how the protocol spells the option for the size of a page.
        :param token: as it goes into the query: escaped already.
        """
        options = self._select()
        if self.expand:
            options["$expand"] = ",".join(self.expand)
        if self.page_size:
            options[top] = str(self.page_size)
        place = f"/items/{escaped(self.item_id, safe='!')}" if self.item_id else "/root"
        return self._request(f"{place}/{function}", options, token)

    def _request(self, path: str, options: Mapping[str, str], token: str = "") -> Request:
        query = urlencode(options, safe="$,()=", quote_via=quote)
        query = "&".join(filter(None, (query, token and f"token={token}")))
        address = f"{self.base_url}{Drive('drives', self.drive_id).route}{path}"
        return Request(f"{address}?{query}" if query else address, headers=self._headers())

    def _select(self) -> dict[str, str]:
        return {"$select": ",".join(dict.fromkeys([*NEEDED, *self.select]))} if self.select else {}

    def _headers(self) -> Mapping[str, str]:
        headers = {"Accept": self._accept}
        return headers | {"Prefer": ", ".join(self.prefer)} if self.prefer else headers

    @property
    def _accept(self) -> str:
        return "application/json"

    def _records(self, body: JsonObject, where: str) -> Sequence[JsonObject]:
        """The items of a page, as the feed's records are made from."""
        items: Iterable[JsonObject] = map(self.mapped, items_of(body, where))
        return [self._rooted(item, where) for item in items if not self._is_above(item)] if self.item_id else [*items]

    def _is_above(self, item: JsonObject) -> bool:
        """Of a folder's feed the drive's own root is no part, should it be told of."""
        return item.get("root") is not None and not self._is_scope(item)

    def _is_scope(self, item: JsonObject) -> bool:
        item_id = item.get("id")
        return isinstance(item_id, str) and item_key(item_id, self.drive_id) == item_key(self.item_id, self.drive_id)

    def _rooted(self, item: JsonObject, where: str) -> JsonObject:
        """The followed folder is the root of its feed, though it comes without the facet (odapi#1131)."""
        if not self._is_scope(item):
            return item
        check_not_elsewhere(item, where)
        return {**item, "root": {}}


def check_not_elsewhere(item: JsonObject, where: str) -> None:
    """:raises FixSetup: the item only stands for a shared folder of another drive, which no feed of this one enters."""
    remote = remote_place(item)
    if remote is not None:
        drive_id, item_id = remote
        what = "The folder is shared by another drive, and has its feed there"
        raise FixSetup(what, where=where, then=f"Follow drives/{drive_id}/items/{item_id}.")


def remote_place(item: JsonObject) -> tuple[str, str] | None:
    """Drive and item id of the shared folder that an item stands for (its `remoteItem`); None for all others."""
    remote = item.get("remoteItem")
    if not isinstance(remote, Mapping):
        return None
    parent, item_id = remote.get("parentReference"), remote.get("id")
    drive_id = parent.get("driveId") if isinstance(parent, Mapping) else None
    return (drive_id, item_id) if isinstance(drive_id, str) and isinstance(item_id, str) else None
