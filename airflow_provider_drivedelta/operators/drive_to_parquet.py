"""The operator that pulls what changed in one drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.drive_operator import DriveOperator
from airflow_provider_drivedelta.operators.pull_operator import PULL_FIELDS, PullOperator
from airflow_provider_drivedelta.operators.rendered import said

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.summary import Summary


class DriveDeltaToParquetOperator(DriveOperator, PullOperator):
    """
    Pull what changed in one drive since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    Takes the arguments of :class:`~airflow_provider_drivedelta.operators.drive_operator.DriveOperator` (``source``,
    ``protocol``, ``folder`` …), :class:`~airflow_provider_drivedelta.operators.pull_operator.PullOperator` (``start``,
    ``full_reload``, ``on_resync`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``drivedelta_conn_id``, ``on_unsure`` …). Of these ``source`` and ``output`` must be given.
    """

    template_fields: Sequence[str] = (*DriveOperator.template_fields, *PULL_FIELDS)

    @property
    def followed(self) -> Mapping[str, str]:
        return {"source": self.source} | ({"folder": said(self.folder)} if said(self.folder) else {})

    def pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.core.capture import capture_drive

        capture = replace(self.drive_capture(context), **self.pull_words(context))
        summary = self.ask(capture_drive, capture)
        if summary.kind != "quiet" and summary.pages:  # a quiet run costs one request, a replay none, and it stays so
            self.web_url = self.find_web_url(summary.source)
        return summary
