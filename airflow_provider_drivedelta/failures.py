"""The one place where our errors become Airflow's, so that each is retried exactly if that can help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException

from airflow_provider_drivedelta.core.errors import DriveDeltaError, RetryLater


@contextmanager
def in_airflows_words() -> Iterator[None]:
    """
    :raises AirflowException: for `RetryLater`; the task is retried, as its `retries` say.
    :raises AirflowFailException: for everything else of ours; a retry would only repeat it.
    """
    try:
        yield
    except RetryLater as error:
        raise AirflowException(str(error)) from None
    except DriveDeltaError as error:
        raise AirflowFailException(str(error)) from None
