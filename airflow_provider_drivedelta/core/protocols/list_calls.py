"""Calls of `GetListItemChangesSinceToken` on one list, within one scope.

https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.caml import check_caml, of_items, view_fields
from airflow_provider_drivedelta.core.protocols.list_step import Step
from airflow_provider_drivedelta.core.protocols.query_options import RECURSIVE, complete, query_options

_JSON = "application/json;odata=nometadata"
_HEADERS = {"Accept": _JSON, "Content-Type": _JSON}
_SAYS_WHY = frozenset({500})
"""SharePoint answers 500 for a damaged token and for a query that is too dear, and says so in the body."""
MOST_ROWS = 5000
"""The list view threshold: no page may be larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCalls:
    """One list, and what of it is followed.

    :param site_url: as https://contoso.sharepoint.com/sites/team, without a slash at its end.
    :param fields: internal names of the fields to ask for; empty for all that are worth a column.
    :param view: the id of a view, whose fields and filter count then.
    :param query: CAML, one `<Query>`; `contains`: CAML, one `<Contains>`.
    :param row_limit: rows a page of a full read.
    :param options: `QueryOptions` by name; `Scope` is that of `ViewAttributes`.
    :param known_fields: the fields the feed asked for before, where that is known; saves asking what there is.
    """

    site_url: str
    list_id: str
    fields: Sequence[str] = ()
    view: str = ""
    query: str = ""
    contains: str = ""
    row_limit: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    known_fields: Sequence[str] = ()

    def __post_init__(self) -> None:
        """:raises FixSetup: an argument makes no sense, alone or beside another."""
        check_caml(self.query, "Query", "query")
        check_caml(self.contains, "Contains", "contains")
        if self.query and self.contains:
            raise FixSetup("The service ignores contains where there is a query", then="Give one of the two.")
        if self.view and self.fields:
            raise FixSetup("The service ignores a view where fields are named", then="Give one of the two.")
        if self.row_limit is not None and not 0 < self.row_limit <= MOST_ROWS:
            what = f"A page cannot have {self.row_limit} rows"
            raise FixSetup(what, then=f"Use a row_limit from 1 to {MOST_ROWS}.")
        given = {"IncludeMandatoryColumns": "TRUE", **self.options} if self.view else self.options
        object.__setattr__(self, "options", complete(given))

    @property
    def recursive(self) -> bool:
        """Whether the scope has in it what lies in folders."""
        return self.options["Scope"] in RECURSIVE

    @property
    def whole(self) -> bool:
        """Whether every item of the list is in the scope."""
        narrowed = self.view or self.query or self.contains or self.options.get("Folder")
        return not narrowed and self.options["Scope"] == RECURSIVE[0]

    def _for_schema(self, step: Step) -> Request:
        """The cheapest call whose answer describes the list: of one row, of one field."""
        return self._call(step, query_options(self.options), ViewFields=view_fields(["ID"]), RowLimit="1")

    def _for_rows(self, step: Step, position: str = "") -> Request:
        """A page of everything in the scope."""
        return self._scoped(step, query_options(self.options, position=position))

    def _for_changes(self, step: Step, position: str = "") -> Request:
        options = query_options(self.options, position=position, extra_ids=step.asked)
        return self._scoped(step, options, ChangeToken=step.since)

    def _for_items(self, step: Step, position: str = "") -> Request:
        """Items by id, as they are now, if they are in the scope."""
        query = of_items(step.asked, query=self.query, contains=self.contains)
        return self._scoped(step, query_options(self.options, position=position), Query=query, Contains="")

    def _for_kinds(self, step: Step, position: str = "") -> Request:
        """Items by id, in the scope or not, with no more than what tells a folder from an item."""
        options = query_options(complete({}), position=position)
        named = view_fields(["ID", "FSObjType"])
        return self._call(step, options, Query=of_items(step.asked), ViewFields=named, RowLimit=self._rows)

    def _for_folder(self, step: Step, position: str = "") -> Request:
        """Everything in the scope that lies below a folder."""
        options = {**self.options, "Folder": step.folders[0], "OptimizeFor": "FolderUrls"}
        return self._scoped(step, query_options(options, position=position))

    def _scoped(self, step: Step, options: str, **properties: str) -> Request:
        scope = {"ViewName": self.view, "Query": self.query, "Contains": self.contains, "RowLimit": self._rows}
        fields = "" if self.view else view_fields(step.fields)
        return self._call(step, options, **{**scope, "ViewFields": fields, **properties})

    def _call(self, step: Step, options: str, **properties: str) -> Request:
        query = {**{name: text for name, text in properties.items() if text}, "QueryOptions": options}
        url = f"{self.site_url}/_api/web/lists(guid'{self.list_id}')/getlistitemchangessincetoken"
        body = json.dumps({"query": query}).encode()
        return Request(url, method="POST", headers=_HEADERS, body=body, note=step.note(), telling=_SAYS_WHY)

    @property
    def _rows(self) -> str:
        return str(self.row_limit or 1000)
