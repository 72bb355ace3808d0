"""The operator that pulls what changed in one SharePoint list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_drivedelta.core.sources import SharePointList
from airflow_provider_drivedelta.links import ListLink, list_page
from airflow_provider_drivedelta.operators.pull_operator import PullOperator
from airflow_provider_drivedelta.operators.rendered import check_word, names, said

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperatorLink, Context

    from airflow_provider_drivedelta.core.capture_list import ListCapture
    from airflow_provider_drivedelta.core.summary import Summary


class SharePointListDeltaToParquetOperator(PullOperator):
    """
    Pull what changed in one SharePoint list since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    Takes besides these arguments those of :class:`~airflow_provider_drivedelta.operators.pull_operator.PullOperator`
    (``start``, ``full_reload``, ``on_resync`` …) and
    :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator` (``output``, ``drivedelta_conn_id``,
    ``on_unsure`` …). Of all these ``site``, ``list`` and ``output`` must be given.

    :param site: the site's URL, or ``{host}:/{path}``; with ``protocol="graph"`` also its id (templated)
    :param list: the list's title, GUID or URL (templated)
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

    template_fields: Sequence[str] = (
        "site",
        "list",
        "fields",
        "view",
        "query",
        "contains",
        "query_options",
        "site_zone",
        *PullOperator.template_fields,
    )
    operator_extra_links: Collection[BaseOperatorLink] = (ListLink(),)

    def __init__(
        self,
        *,
        site: str,
        list: str,
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

    @property
    def followed(self) -> Mapping[str, str]:
        return {"site": self.site, "list": self.list}

    def pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.clouds import check_site
        from airflow_provider_drivedelta.core.capture_list import capture_list

        source = SharePointList.parse(self.site, self.list)
        own = check_site(source.site_url, self.hook.base_url) if self.protocol == "sharepoint" else ""
        self.web_url = list_page(source)
        return self.ask(capture_list, self._capture(context), site=own)

    def _capture(self, context: Context) -> ListCapture:
        from airflow_provider_drivedelta.core.capture_list import ListCapture

        return ListCapture(
            site=self.site,
            list=self.list,
            fields=names(self.fields),
            view=said(self.view),
            query=said(self.query),
            contains=said(self.contains),
            row_limit=self.row_limit,
            query_options=self.query_options,
            column_names=self.column_names,
            site_zone=said(self.site_zone),
            **self.feed_words(context),
            **self.pull_words(context),
        )
