"""The operator that pulls what changed in a drive, or in many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.drive_operator import DriveOperator
from airflow_provider_drivedelta.operators.pull_operator import PULL_FIELDS, PullOperator
from airflow_provider_drivedelta.operators.rendered import said
from airflow_provider_drivedelta.operators.side_by_side import ask_each

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.operators.followed import Followed


class DriveDeltaToParquetOperator(DriveOperator, PullOperator):
    """
    Pull what changed in a drive, or in many, since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    Takes the arguments of :class:`~airflow_provider_drivedelta.operators.drive_operator.DriveOperator` (``source``,
    ``protocol``, ``folder`` …), :class:`~airflow_provider_drivedelta.operators.pull_operator.PullOperator` (``start``,
    ``full_reload``, ``on_resync`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``sources``, ``drivedelta_conn_id`` …). ``output`` must be given, and ``source`` or ``sources``.
    """

    template_fields: Sequence[str] = (*DriveOperator.template_fields, *PULL_FIELDS)

    def pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.core.capture import capture_drive

        words = self.feed_words(context)
        summary = self.ask(capture_drive, replace(self.drive_capture(self.followed, words), **self.pull_words(context)))
        if summary.kind != "quiet" and summary.pages:  # a quiet run costs one request, a replay none, and it stays so
            self.web_url = self.find_web_url(summary.source)
        return summary

    def pull_each(self, context: Context) -> list[Ending[Followed, Summary]]:
        from airflow_provider_drivedelta.core.capture import capture_drive

        words, asked = self.feed_words(context), self.pull_words(context)
        return ask_each(self, capture_drive, lambda one: replace(self.drive_capture(one, words), **asked))

    def asked_of(self, one: Followed) -> Mapping[str, str]:
        return {**one.words} | ({"folder": said(self.folder)} if said(self.folder) else {})
