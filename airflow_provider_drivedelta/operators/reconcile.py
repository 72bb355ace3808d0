"""The operators that ask whether the lake is what the service says, and mend what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.drive_operator import DriveOperator
from airflow_provider_drivedelta.operators.list_operator import ListOperator
from airflow_provider_drivedelta.operators.reconcile_operator import ReconcileOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.reconcile import Reconciled


class DriveDeltaReconcileOperator(DriveOperator, ReconcileOperator):
    """
    Compare a drive's feed with the service by a full read, and publish what differs.

    What it returns and when it fails is told by
    :class:`~airflow_provider_drivedelta.operators.reconcile_operator.ReconcileOperator` (``fail_on_drift``). Besides it
    takes the arguments of :class:`~airflow_provider_drivedelta.operators.drive_operator.DriveOperator` (``source``,
    ``protocol``, ``folder`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``drivedelta_conn_id``, ``on_unsure`` …). Of these ``source`` and ``output`` must be given.
    """

    def reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture import reconcile_drive

        found = self.ask(reconcile_drive, self.drive_capture(context))
        self.web_url = self.find_web_url(found.summary.source)
        return found


class SharePointListReconcileOperator(ListOperator, ReconcileOperator):
    """
    Compare a SharePoint list's feed with the service by a full read, and publish what differs.

    What it returns and when it fails is told by
    :class:`~airflow_provider_drivedelta.operators.reconcile_operator.ReconcileOperator` (``fail_on_drift``). Besides it
    takes the arguments of :class:`~airflow_provider_drivedelta.operators.list_operator.ListOperator` (``site``,
    ``list``, ``protocol`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``drivedelta_conn_id``, ``on_unsure`` …). Of these ``site``, ``list`` and ``output`` must be given.
    """

    def reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture_list import reconcile_list

        return self.ask_list(reconcile_list, self.list_capture(context))
