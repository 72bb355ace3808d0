"""Starts the DAG that reads everything again for a dead token: one run a token, however many runs meet it.

Not by raising `DagRunTriggerException`: that ends the first such task as a success, with its outlets fired and
downstream tasks waiting for a summary that never was; and where there is no such DAG, the task dies without its
retries and callbacks (apache/airflow#70683). So the request that Airflow makes of the exception is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException

from airflow_provider_drivedelta.core.errors import NeedsReload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.types import RuntimeTaskInstanceProtocol


def start_reload(
    dag_id: str, refusal: NeedsReload, *, feed: Mapping[str, str], ti: RuntimeTaskInstanceProtocol
) -> NoReturn:
    """End the task as skipped, with a reload of the feed under way.

    :param feed: which feed: the source, output and folder of the operator, for the conf of the reload.
    :raises AirflowSkipException: the reload was started, now or by another run.
    :raises AirflowFailException: there is no such DAG, or the token's reload has failed.
    :raises AirflowException: the reload has succeeded, but the token is refused all the same.
    """
    run_id = f"drivedelta_reload__{refusal.mark}"
    # Not full_reload: only the refusal tells whether what is not found then is gone or perhaps lost by the service
    # (`on_unsure`). And if the token was replaced meanwhile, there is no need to read everything.
    conf = {"on_resync": "inline", **feed}
    run = f"run {run_id} of {dag_id}"
    if _trigger(dag_id, run_id, conf):
        raise AirflowSkipException(f"{refusal.what}: started {run}, which reads everything again")
    state = ti.get_dagrun_state(dag_id, run_id)
    if state == "failed":
        then = "See what it says; once that is mended, clear it."
        raise AirflowFailException(
            f"{refusal.what}, and {run}, which should read everything again, has failed. {then}"
        ) from None
    if state == "success":
        then = f"If the next try ends so too, {dag_id} lacks this feed's source, output, token_store or settings."
        raise AirflowException(f"{refusal.what}, although {run} has succeeded. {then}") from None
    raise AirflowSkipException(f"{refusal.what}: {run} is about to read everything again")


def _trigger(dag_id: str, run_id: str, conf: dict[str, str]) -> bool:
    """Create the run; False if it is there already."""
    # Set when a task runs, so it cannot be imported before.
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    try:
        answer = SUPERVISOR_COMMS.send(TriggerDagRun(dag_id=dag_id, run_id=run_id, conf=conf, logical_date=None))
    except AirflowRuntimeError as error:
        raise _refused(dag_id, error) from None
    return not (isinstance(answer, ErrorResponse) and answer.error == ErrorType.DAGRUN_ALREADY_EXISTS)


def _refused(dag_id: str, error: AirflowRuntimeError) -> AirflowException:
    detail = error.error.detail or {}
    text = f"The reload DAG {dag_id!r} could not be started: {detail.get('message', error)}"
    # 404 no such DAG, 400 it has import errors or forbids such runs; anything else may pass.
    return AirflowFailException(text) if detail.get("status_code") in (400, 404) else AirflowException(text)
