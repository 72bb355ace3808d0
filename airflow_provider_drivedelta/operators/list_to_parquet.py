"""The operator that pulls what changed in a SharePoint list, or in many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.list_operator import ListOperator
from airflow_provider_drivedelta.operators.pull_operator import PULL_FIELDS, PullOperator
from airflow_provider_drivedelta.operators.side_by_side import ask_each

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.operators.followed import Followed


class SharePointListDeltaToParquetOperator(ListOperator, PullOperator):
    """
    Pull what changed in a SharePoint list, or in many, since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    Takes the arguments of :class:`~airflow_provider_drivedelta.operators.list_operator.ListOperator` (``site``,
    ``list``, ``protocol`` …), :class:`~airflow_provider_drivedelta.operators.pull_operator.PullOperator` (``start``,
    ``full_reload``, ``on_resync`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``sources``, ``drivedelta_conn_id`` …). Of these ``output`` and ``site`` with ``list``, or ``sources``,
    must be given.
    """

    template_fields: Sequence[str] = (*ListOperator.template_fields, *PULL_FIELDS)

    def pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.core.capture_list import capture_list

        words = self.feed_words(context)
        return self.ask_list(capture_list, replace(self.list_capture(self.followed, words), **self.pull_words(context)))

    def pull_each(self, context: Context) -> list[Ending[Followed, Summary]]:
        from airflow_provider_drivedelta.core.capture_list import capture_list

        words, asked = self.feed_words(context), self.pull_words(context)
        return ask_each(self, capture_list, lambda one: replace(self.list_capture(one, words), **asked))
