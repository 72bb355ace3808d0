"""The sensor that waits until a SharePoint list has something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_drivedelta.operators.rendered import check_word, names, said
from airflow_provider_drivedelta.sensors.feed_sensor import FeedSensor
from airflow_provider_drivedelta.triggers.feed_words import PROTOCOLS, FeedWords, list_words


class SharePointListDeltaSensor(FeedSensor):
    """
    Wait until a pull of a list would find something new.

    Takes the arguments of :class:`~airflow_provider_drivedelta.sensors.feed_sensor.FeedSensor` (``output``,
    ``deferrable`` …), and of ``BaseSensorOperator`` (``poke_interval``, ``timeout``, ``mode`` …). Give it what names
    the feed in :class:`~airflow_provider_drivedelta.operators.SharePointListDeltaToParquetOperator`, in the same words.

    :param site: the site's URL, or ``{host}:/{path}``; with ``protocol="graph"`` also its id (templated)
    :param list: the list's title, GUID or URL (templated)
    :param protocol: the pull's ``protocol``
    :param fields: the pull's ``fields`` (templated); so are ``view``, ``query``, ``contains`` and ``query_options``:
        they tell one feed of a list from another
    """

    template_fields: Sequence[str] = (
        "site",
        "list",
        "fields",
        "view",
        "query",
        "contains",
        "query_options",
        *FeedSensor.template_fields,
    )

    def __init__(
        self,
        *,
        site: str,
        list: str,
        protocol: str = "sharepoint",
        fields: Sequence[str] = (),
        view: str = "",
        query: str = "",
        contains: str = "",
        query_options: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.site, self.list, self.protocol = site, list, protocol
        self.fields, self.view, self.query, self.contains = fields, view, query, contains
        self.query_options = query_options or {}
        check_word("protocol", protocol, PROTOCOLS["list"])

    def feed(self) -> FeedWords:
        return FeedWords(
            of="list",
            words=list_words(
                site=self.site,
                list=self.list,
                protocol=self.protocol,
                fields=names(self.fields),
                view=said(self.view),
                query=said(self.query),
                contains=said(self.contains),
                query_options=self.query_options,
            ),
            output=self.output_path,
            drivedelta_conn_id=self.drivedelta_conn_id,
            token_store=self.token_store,
        )
