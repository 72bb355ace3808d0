"""What the operators that follow a list have in common: which list it is, and how it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_drivedelta.core.sources import SharePointList
from airflow_provider_drivedelta.links import ListLink, list_page
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.followed import Followed
from airflow_provider_drivedelta.operators.rendered import check_word, names, said

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperatorLink

    from airflow_provider_drivedelta.captures import FeedWords
    from airflow_provider_drivedelta.core.capture_list import ListCapture
    from airflow_provider_drivedelta.operators.feed_operator import Answer_co, Call


class ListOperator(FeedOperator):
    """
    The arguments that every operator of a list's feed takes, besides those of :class:`FeedOperator`.

    :param site: the site's URL, or ``{host}:/{path}``; with ``protocol="graph"`` also its id (templated)
    :param list: the list's title, GUID or URL (templated). Give it and ``site``, or ``sources``
    :param protocol: wire protocol: ``sharepoint``, the list's own change feed, which wants a certificate, or ``graph``
    :param fields: internal names of the fields to capture; by default all that are worth a column (templated)
    :param view: capture what this view shows: its id (templated)
    :param query: capture what this CAML ``<Query>`` finds (templated)
    :param contains: capture what this CAML ``<Contains>`` finds (templated)
    :param row_limit: rows a page of a full read; by default what the service likes best
    :param query_options: more of SharePoint's ``QueryOptions``, by name (templated)
    :param column_names: name columns by the fields' ``internal`` or ``display`` names
    :param site_zone: the site's time zone by its IANA name, for exact days of dates without a time (templated)
    """

    arguments = ("site", "list")
    template_fields: Sequence[str] = (
        "site",
        "list",
        "fields",
        "view",
        "query",
        "contains",
        "query_options",
        "site_zone",
        *FeedOperator.template_fields,
    )
    operator_extra_links: Collection[BaseOperatorLink] = (ListLink(),)

    def __init__(
        self,
        *,
        site: str = "",
        list: str = "",
        protocol: Literal["sharepoint", "graph"] = "sharepoint",
        fields: Sequence[str] = (),
        view: str = "",
        query: str = "",
        contains: str = "",
        row_limit: int | None = None,
        query_options: Mapping[str, str] | None = None,
        column_names: Literal["internal", "display"] = "internal",
        site_zone: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.site, self.list, self.protocol = site, list, protocol
        self.fields, self.view, self.query, self.contains = fields, view, query, contains
        self.row_limit, self.query_options = row_limit, query_options or {}
        self.column_names, self.site_zone = column_names, site_zone
        check_word("protocol", protocol, ("sharepoint", "graph"))
        check_word("column_names", column_names, ("internal", "display"))
        if not (site and list if self.sources is None else not site and not list):
            raise ValueError("Give site and list, or sources for many")

    @property
    def followed(self) -> Followed:
        return Followed({"site": self.site, "list": self.list})

    def spelling(self, one: Followed) -> str:
        return str(SharePointList.parse(**one.words))

    def site_of(self, one: Followed) -> str:
        """Its own address, where SharePoint itself is asked."""
        from airflow_provider_drivedelta.clouds import check_site

        source = SharePointList.parse(**one.words)
        return check_site(source.site_url, self.hook.base_url) if self.protocol == "sharepoint" else ""

    def list_capture(self, one: Followed, words: FeedWords) -> ListCapture:
        """What is followed, as it was rendered; how a pull starts is not the list's."""
        from airflow_provider_drivedelta.core.capture_list import ListCapture

        return ListCapture(
            site=one.words["site"],
            list=one.words["list"],
            fields=names(self.fields),
            view=said(self.view),
            query=said(self.query),
            contains=said(self.contains),
            row_limit=self.row_limit,
            query_options=self.query_options,
            column_names=self.column_names,
            site_zone=said(self.site_zone),
            **words,
        )

    def ask_list(self, call: Call[ListCapture, Answer_co], capture: ListCapture) -> Answer_co:
        """As `ask`, with the list's page for the button."""
        self.web_url = list_page(SharePointList.parse(self.site, self.list))
        return self.ask(call, capture)
