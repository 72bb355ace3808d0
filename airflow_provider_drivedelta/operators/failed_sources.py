"""The sources of a task that failed, as a table for a person, and whether a retry can help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException

from airflow_provider_drivedelta.core.errors import DriveDeltaError, RetryLater
from airflow_provider_drivedelta.operators.followed import Followed

MOST_ROWS = 100
"""Of the table; each failure is in the log besides."""
_HEAD = "| source | name | what | what to do |\n| --- | --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Failed:
    """A source with the error that it ended with."""

    followed: Followed
    error: Exception

    @property
    def may_pass(self) -> bool:
        """Whether the next try may succeed. What is not foreseen is tried again, as Airflow does with everything."""
        return isinstance(self.error, RetryLater) or not isinstance(self.error, DriveDeltaError | AirflowFailException)

    def row(self) -> str:
        what, then = str(self.error), ""
        if isinstance(self.error, DriveDeltaError):
            place = f" ({self.error.where})" if self.error.where else ""
            what, then = f"{self.error.what}{place}", self.error.then
        elif not isinstance(self.error, AirflowException):
            what, then = f"{type(self.error).__name__}: {self.error}", "Its traceback is in the log: report it."
        cells = (self.followed.source, self.followed.name, what, then)
        return f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in cells)} |"


def fail_with_a_table(failed: Sequence[Failed], *, sources: int) -> NoReturn:
    """
    :raises AirflowException: the task is retried, as its `retries` say: that can help at least one of them.
    :raises AirflowFailException: it can help none.
    """
    passing = [one for one in failed if one.may_pass]
    shown = sorted(failed, key=lambda one: one.may_pass)[:MOST_ROWS]  # what wants a person comes first
    then = (
        f"{len(passing)} of them may pass: a retry asks these and those that want mending again, no others."
        if passing
        else "A retry cannot help."
    )
    rest = f"\nand {len(failed) - len(shown)} more, see the log" if len(failed) > len(shown) else ""
    head = f"{len(failed)} of {sources} sources failed; what the others brought is committed. {then}"
    table = "\n".join([_HEAD, *(one.row() for one in shown)])
    text = f"{head}\n{table}{rest}"
    raise (AirflowException if passing else AirflowFailException)(text)
