"""The operators that ask whether the lake is what the service says, and mend what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_drivedelta.operators.drive_operator import DriveOperator
from airflow_provider_drivedelta.operators.list_operator import ListOperator
from airflow_provider_drivedelta.operators.reconcile_operator import ReconcileOperator
from airflow_provider_drivedelta.operators.side_by_side import ask_each

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.operators.followed import Followed


class DriveDeltaReconcileOperator(DriveOperator, ReconcileOperator):
    """
    Compare a drive's feed, or those of many, with the service by a full read, and publish what differs.

    What it returns and when it fails is told by
    :class:`~airflow_provider_drivedelta.operators.reconcile_operator.ReconcileOperator` (``fail_on_drift``). Besides it
    takes the arguments of :class:`~airflow_provider_drivedelta.operators.drive_operator.DriveOperator` (``source``,
    ``protocol``, ``folder`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``sources``, ``drivedelta_conn_id`` …). ``output`` must be given, and ``source`` or ``sources``.
    """

    def reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture import reconcile_drive

        found = self.ask(reconcile_drive, self.drive_capture(self.followed, self.feed_words(context)))
        self.web_url = self.find_web_url(found.summary.source)
        return found

    def reconcile_each(self, context: Context) -> list[Ending[Followed, Reconciled]]:
        from airflow_provider_drivedelta.core.capture import reconcile_drive

        words = self.feed_words(context)
        return ask_each(self, reconcile_drive, lambda one: self.drive_capture(one, words))


class SharePointListReconcileOperator(ListOperator, ReconcileOperator):
    """
    Compare a SharePoint list's feed, or those of many, with the service by a full read, and publish what differs.

    What it returns and when it fails is told by
    :class:`~airflow_provider_drivedelta.operators.reconcile_operator.ReconcileOperator` (``fail_on_drift``). Besides it
    takes the arguments of :class:`~airflow_provider_drivedelta.operators.list_operator.ListOperator` (``site``,
    ``list``, ``protocol`` …) and :class:`~airflow_provider_drivedelta.operators.feed_operator.FeedOperator`
    (``output``, ``sources``, ``drivedelta_conn_id`` …). Of these ``output`` and ``site`` with ``list``, or ``sources``,
    must be given.
    """

    def reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture_list import reconcile_list

        return self.ask_list(reconcile_list, self.list_capture(self.followed, self.feed_words(context)))

    def reconcile_each(self, context: Context) -> list[Ending[Followed, Reconciled]]:
        from airflow_provider_drivedelta.core.capture_list import reconcile_list

        words = self.feed_words(context)
        return ask_each(self, reconcile_list, lambda one: self.list_capture(one, words))
