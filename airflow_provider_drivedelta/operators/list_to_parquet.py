"""The operator that pulls what changed in one SharePoint list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.list_operator import ListOperator
from airflow_provider_drivedelta.operators.pull_operator import PULL_FIELDS, PullOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.summary import Summary


class SharePointListDeltaToParquetOperator(ListOperator, PullOperator):
    """
    Pull what changed in one SharePoint list since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    Takes the arguments of :class:`~airflow_provider_drivedelta.operators.list_operator.ListOperator` (``site``,
    ``list``, ``protocol`` …), :class:`~airflow_provider_drivedelta.operators.pull_operator.PullOperator` (``start``,
    ``full_reload``, ``on_resync`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``drivedelta_conn_id``, ``on_unsure`` …). Of these ``site``, ``list`` and ``output`` must be given.
    """

    template_fields: Sequence[str] = (*ListOperator.template_fields, *PULL_FIELDS)

    @property
    def followed(self) -> Mapping[str, str]:
        return {"site": self.site, "list": self.list}

    def pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.core.capture_list import capture_list

        return self.ask_list(capture_list, replace(self.list_capture(context), **self.pull_words(context)))
