"""What the operators that reconcile have in common: what a verdict does, and who hears of what was published."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.operators.failed_sources import MOST_ROWS, Failed, fail_with_a_table
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.pull_many import tell_concrete_outlets, tell_of_doubles

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.many_summary import ManyDict
    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.operators.feed_operator import SummaryDict
    from airflow_provider_drivedelta.operators.followed import Followed


class ReconcileOperator(FeedOperator):
    """
    Compare a feed with the service by a full read, and publish what differs.

    For changes that the service's change feed never delivered. Pulls first and after: what those pulls explain
    is no drift. Give it the arguments of the operator that pulls; it shares its token and its numbering.

    Returns the summary with a ``verdict``: ``in_sync``; ``drift``: what differed is published, as an increment of
    kind ``reconcile``; ``indeterminate``: the feed had to start over meanwhile, so ask again. The summary's counts
    are those of the drift; ``from_increment`` to ``to_increment`` are all that the run published, pulls included. Of
    many ``sources`` it returns their counts together, and how many there were of each verdict; a retry of the task
    compares all of them once more.

    :param fail_on_drift: fail, without a retry, when there was drift. It is mended all the same, but Airflow
        keeps no asset event and no return value of a failed task
    """

    def __init__(self, *, fail_on_drift: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fail_on_drift = fail_on_drift

    @abstractmethod
    def reconcile(self, context: Context) -> Reconciled:
        """One call of the core, and the address of what was followed into `web_url`."""

    @abstractmethod
    def reconcile_each(self, context: Context) -> list[Ending[Followed, Reconciled]]:
        """The same call for each of `sources`."""

    def execute(self, context: Context) -> SummaryDict | ManyDict:
        if self.sources is not None:
            return self._reconcile_many(context)
        with in_airflows_words():
            found = self._reconcile_one(context)
        self.feed_done(context, self.followed, found.summary)
        self._check_drift(found)
        return found.to_dict()

    def _reconcile_one(self, context: Context) -> Reconciled:
        try:
            return self.reconcile(context)
        except DriveDeltaError as failure:
            self.feed_failed(context, self.followed, failure)
            raise

    def _reconcile_many(self, context: Context) -> ManyDict:
        from airflow_provider_drivedelta.core.many_summary import ManySummary
        from airflow_provider_drivedelta.core.reconcile import Verdict

        with in_airflows_words():
            endings = self.reconcile_each(context)
        if not endings:
            raise AirflowSkipException("There are no sources to reconcile")
        tell_of_doubles(endings)
        failed = [Failed(ending.job, ending.failure) for ending in endings if ending.failure is not None]
        for one in failed:
            self.feed_failed(context, one.followed, one.error)
        found = [(ending.job, ending.answer) for ending in endings if ending.answer is not None]
        for followed, answer in found:
            self.feed_done(context, followed, answer.summary)
        if failed:
            fail_with_a_table(failed, sources=len(endings))
        self._check_drift(*(answer for _, answer in found))
        together = ManySummary(
            summaries=[answer.summary for _, answer in found],
            repeated=sum(bool(ending.same_as) for ending in endings),
            throttled_seconds=self.gate.waited if self.gate else 0.0,
        )
        verdicts = Counter(answer.verdict for _, answer in found)
        told = together.to_dict() | {verdict: verdicts[verdict] for verdict in get_args(Verdict)}
        tell_concrete_outlets(self, context, told)
        return told

    def _check_drift(self, *found: Reconciled) -> None:
        """:raises AirflowFailException: some had drifted, and that is to be a failure."""
        drifted = [answer.summary for answer in found if answer.verdict == "drift"]
        if self.fail_on_drift and drifted:
            told = (f"{summary.source} had drifted, and is mended: {summary}" for summary in drifted[:MOST_ROWS])
            raise AirflowFailException("; ".join(told))
