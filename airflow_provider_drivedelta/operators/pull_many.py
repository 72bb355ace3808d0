"""One task that pulls many sources: each ends by itself, and all together make the task's end."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowException, AirflowSkipException, Asset

from airflow_provider_drivedelta.core.errors import NeedsReload, RetryLater
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.operators.failed_sources import Failed, fail_with_a_table

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.many_summary import ManyDict
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
    from airflow_provider_drivedelta.operators.followed import Followed
    from airflow_provider_drivedelta.operators.pull_operator import PullOperator

log = logging.getLogger(__name__)


def pull_many(operator: PullOperator, context: Context, waits: int) -> ManyDict:
    """
    Pull each of the operator's sources, and tell Airflow of all together.

    :raises AirflowException, AirflowFailException: some failed, see `fail_with_a_table`.
    :raises AirflowSkipException: there was nothing to do, or nothing new and `skip_if_unchanged`.
    :raises TaskDeferred: some were sent away by the service for a while.
    """
    from airflow_provider_drivedelta.core.many_summary import ManySummary

    with in_airflows_words():
        endings = operator.pull_each(context)
    if not endings:
        raise AirflowSkipException("There are no sources to pull")
    tell_of_doubles(endings)
    for ending in endings:
        if ending.answer is not None:
            operator.feed_done(context, ending.job, ending.answer)
    reloading, failed = _leave_to_reload(operator, context, endings)
    if failed:
        _wait_or_fail(operator, context, failed, waits, sources=len(endings))
    together = ManySummary(
        summaries=[ending.answer for ending in endings if ending.answer is not None],
        repeated=sum(bool(ending.same_as) for ending in endings),
        reloading=reloading,
        throttled_seconds=operator.gate.waited if operator.gate else 0.0,
    )
    log.info("%s", together)
    told = together.to_dict()
    _check_for_nothing(operator, together.summaries, reloading)
    if operator.writes:
        tell_concrete_outlets(operator, context, told)
    if operator.skip_if_unchanged and not together.news:
        raise AirflowSkipException(f"Nothing changed in any of {told['sources']} sources")
    return told


def tell_of_doubles(endings: Sequence[Ending[Followed, object]]) -> None:
    for ending in endings:
        if ending.same_as:
            log.warning("%s is the same feed as %s, which is among the sources, too", ending.job.source, ending.same_as)


def tell_concrete_outlets(operator: FeedOperator, context: Context, told: ManyDict) -> None:
    """A concrete asset fires once for the task, whatever it published, and is told of all together."""
    for outlet in operator.outlets:
        if isinstance(outlet, Asset):
            context["outlet_events"][outlet].extra = dict(told)  # type: ignore[arg-type]


def _leave_to_reload(
    operator: PullOperator, context: Context, endings: Sequence[Ending[Followed, Summary]]
) -> tuple[int, list[Failed]]:
    """How many of the failures are left to the reload DAG, and those that stay failures."""
    reloading, failed = 0, []
    for one, failure in ((ending.job, ending.failure) for ending in endings):
        if isinstance(failure, NeedsReload) and operator.reload_dag_id is not None:
            try:
                operator.leave_to_reload(context, one, failure)
            except AirflowSkipException as left:
                log.info("%s: %s", one, left)
                reloading += 1
            except AirflowException as refused:  # there is no such DAG, or it has failed
                failed.append(Failed(one, refused))
        elif failure is not None:
            failed.append(Failed(one, failure))
    return reloading, failed


def _wait_or_fail(operator: PullOperator, context: Context, failed: list[Failed], waits: int, *, sources: int) -> None:
    told_when = [one.error for one in failed if isinstance(one.error, RetryLater) and one.error.after is not None]
    if told_when:
        operator.wait_if_told(max(told_when, key=lambda busy: busy.after or 0.0), waits)
    for one in failed:
        operator.feed_failed(context, one.followed, one.error)
    fail_with_a_table(failed, sources=sources)


def _check_for_nothing(operator: PullOperator, summaries: Sequence[Summary], reloading: int) -> None:
    """:raises AirflowSkipException: what a single source would end with, all of them ended with."""
    if reloading and not summaries:
        raise AirflowSkipException(f"{operator.reload_dag_id} reads everything of all {reloading} sources again")
    if summaries and all(summary.kind == "replay" and summary.to_increment is None for summary in summaries):
        raise AirflowSkipException(f"Nothing of {len(summaries)} sources was captured in this run's window")
