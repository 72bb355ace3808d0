"""The operator that asks whether the lake is what the service says, and mends what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_drivedelta.assets import announce
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.operators.drive_operator import DriveOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.operators.feed_operator import SummaryDict


class DriveDeltaReconcileOperator(DriveOperator):
    """
    Compare a drive's feed with the service by a full read, and publish what differs.

    For changes that the service's change feed never delivered. Pulls first and after: what those pulls explain
    is no drift. Give it the arguments of the operator that pulls; it shares its token and its numbering.

    Returns the summary with a ``verdict``: ``in_sync``; ``drift``: what differed is published, as an increment of
    kind ``reconcile``; ``indeterminate``: the feed had to start over meanwhile, so ask again. The summary's counts
    are those of the drift; ``from_increment`` to ``to_increment`` are all that the run published, pulls included.

    Takes the arguments of :class:`~airflow_provider_drivedelta.operators.drive_operator.DriveOperator` (``source``,
    ``protocol``, ``folder`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``drivedelta_conn_id``, ``on_unsure`` …). Of these ``source`` and ``output`` must be given.

    :param fail_on_drift: fail, without a retry, when there was drift. It is mended all the same, but Airflow
        keeps no asset event and no return value of a failed task
    """

    def __init__(self, *, fail_on_drift: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fail_on_drift = fail_on_drift

    def execute(self, context: Context) -> SummaryDict:
        with in_airflows_words():
            found = self._reconcile(context)
        if self.fail_on_drift and found.verdict == "drift":
            raise AirflowFailException(f"{self.source} had drifted, and is mended: {found.summary}")
        announce(found.summary, self.outlets, context["outlet_events"])
        return found.to_dict()

    def _reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture import reconcile_drive

        found = self.ask(reconcile_drive, self.drive_capture(context))
        self.web_url = self.find_web_url(found.summary.source)
        return found
