"""What the operators that reconcile have in common: what a verdict does, and who hears of what was published."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_drivedelta.assets import announce
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.operators.feed_operator import SummaryDict


class ReconcileOperator(FeedOperator):
    """
    Compare a feed with the service by a full read, and publish what differs.

    For changes that the service's change feed never delivered. Pulls first and after: what those pulls explain
    is no drift. Give it the arguments of the operator that pulls; it shares its token and its numbering.

    Returns the summary with a ``verdict``: ``in_sync``; ``drift``: what differed is published, as an increment of
    kind ``reconcile``; ``indeterminate``: the feed had to start over meanwhile, so ask again. The summary's counts
    are those of the drift; ``from_increment`` to ``to_increment`` are all that the run published, pulls included.

    :param fail_on_drift: fail, without a retry, when there was drift. It is mended all the same, but Airflow
        keeps no asset event and no return value of a failed task
    """

    def __init__(self, *, fail_on_drift: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fail_on_drift = fail_on_drift

    @abstractmethod
    def reconcile(self, context: Context) -> Reconciled:
        """One call of the core, and the address of what was followed into `web_url`."""

    def execute(self, context: Context) -> SummaryDict:
        with in_airflows_words():
            found = self.reconcile(context)
        if self.fail_on_drift and found.verdict == "drift":
            raise AirflowFailException(f"{found.summary.source} had drifted, and is mended: {found.summary}")
        announce(found.summary, self.outlets, context["outlet_events"])
        return found.to_dict()
