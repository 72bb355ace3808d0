"""OneDrive API `…/view.changes`, the oldest of the drives' feeds: pages that never say goodbye.

There is always a next link. The last page is told by a flag or by being empty, the token stands
beside it, and a dead token is answered with 200: by the first page of everything.

https://github.com/OneDrive/onedrive-api-docs at 0330cf2, items/view_changes.md
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Page, Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, Flavour, StartOver
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.protocols.drive_calls import DriveCalls
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.json_pages import read_object, text_of
from airflow_provider_drivedelta.core.protocols.onedrive_items import OneDriveSpelling

_REPORT = "Nothing was published and the token was kept. If the next run ends the same way, report it."
# Names of one thing at different times; the first one there counts.
_TOKENS = ("@changes.token", "@microsoft.graph.token", "nextToken")
_TOKEN_IN_LINK = re.compile(r"[?&]token=(?P<token>[^&#]*)")
_MORE = ("@changes.hasMoreChanges", "hasMoreChanges")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChanges(OneDriveSpelling, DriveCalls):
    """The protocol, bound to one drive, or to one folder of a personal drive.

    A token is the whole request that goes on from here, as for the other protocols: `@changes.token`
    decides what it says, the page's own link how it is spelled.
    """

    name: str = "view.changes"
    tells_restored: bool = False

    def first(self) -> Request:
        return self._feed("view.changes")

    def latest(self) -> Request:
        return self._feed("view.changes", token="latest")

    def since(self, token: Token) -> Request:
        return self.restart(token)

    def read(self, answer: Answer) -> Page:
        if answer.status != 200:
            raise explain(answer)
        body = read_object(answer)
        page = self._page(body, answer)
        resync = text_of(body, "@changes.resync", answer.where, what="word")
        if resync is None:
            return page
        flavour: Flavour = "upload" if "upload" in resync.lower() else "apply"
        what = f"The service no longer knows the token (@changes.resync: {flavour} differences)"
        # To ask again without a token may get the same answer: this page already is the first one of everything.
        raise StartOver(what, where=answer.where, flavour=flavour, page=page)

    def _page(self, body: JsonObject, answer: Answer) -> Page:
        where, received, dated = answer.where, answer.received_at, answer.dated
        items = self._records(body, where)
        empty = not body["value"]
        more = _has_more(body, empty, where)
        if more and not empty:
            return Page(items, next=self._following(body, where), received_at=received, dated=dated)
        # "There is more" and nothing there: what `token=latest` answers, and what all pages may end with.
        confirm = self._following(body, where) if more else None
        token = Token(self._resumption(body, where))
        return Page(items, token=token, confirm=confirm, received_at=received, dated=dated)

    def _following(self, body: JsonObject, where: str) -> Request:
        """The next page: at the link that is given, and only without one by the token."""
        link = text_of(body, "@odata.nextLink", where)
        return self.restart(link or self._resumption(body, where))

    def _resumption(self, body: JsonObject, where: str) -> str:
        """The address the next run starts at."""
        link, token = text_of(body, "@odata.nextLink", where), _token(body, where)
        if token is None and link is None:
            raise BrokenFeed("A page has neither a next link nor a token", where=where, then=_REPORT)
        if link is not None and (token is None or _says(link, token)):
            return link
        return self._feed("view.changes", token=self._escaped(token or "")).url

    def _escaped(self, token: str) -> str:
        """A token without a link to copy it from; SharePoint's hosts have its `#` escaped twice (odapi#288)."""
        return escaped(token.replace("#", "%23") if "/_api/" in self.base_url.lower() else token, safe="")


def _has_more(body: JsonObject, empty: bool, where: str) -> bool:
    said = next((body[name] for name in _MORE if name in body), None)
    if isinstance(said, bool):
        return said
    if said is None and empty:
        return False
    raise BrokenFeed("A page does not say whether there are more changes", where=where, then=_REPORT)


def _token(body: JsonObject, where: str) -> str | None:
    return next(filter(None, (text_of(body, name, where, what="token") for name in _TOKENS)), None)


def _says(link: str, token: str) -> bool:
    """Whether the link leads on from just this token: it escapes it once, or twice on SharePoint's hosts."""
    found = _TOKEN_IN_LINK.search(link)
    if found is None:
        return False
    once = unquote(found["token"])
    return token in (found["token"], once, unquote(once))
