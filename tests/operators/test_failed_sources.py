"""The table of sources that failed, and whether the task is tried again for their sake."""

from __future__ import annotations

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.operators.failed_sources import MOST_ROWS, Failed, fail_with_a_table
from airflow_provider_drivedelta.operators.followed import Followed

ANN = Followed({"source": "drives/ann"}, "Ann | Documents")
FORBIDDEN = Failed(ANN, FixSetup("Not allowed", where="GET https://graph", then="Grant it."))
BUSY = Failed(Followed({"source": "me"}), RetryLater("Busy"))


@pytest.mark.parametrize(
    ("failed", "kind"),
    [
        ([FORBIDDEN], AirflowFailException),
        ([Failed(ANN, BrokenFeed("Odd"))], AirflowFailException),
        ([Failed(ANN, AirflowFailException("No such DAG"))], AirflowFailException),
        ([BUSY], AirflowException),
        ([FORBIDDEN, BUSY], AirflowException),
        ([Failed(ANN, ZeroDivisionError("ours"))], AirflowException),
    ],
)
def test_a_retry_is_for_those_that_it_can_help(failed: list[Failed], kind: type[Exception]) -> None:
    with pytest.raises(AirflowException) as caught:
        fail_with_a_table(failed, sources=9)
    assert type(caught.value) is kind


def test_a_person_finds_which_what_and_what_to_do() -> None:
    with pytest.raises(AirflowException) as caught:
        fail_with_a_table([BUSY, FORBIDDEN], sources=9)
    head, names, line, first, second = str(caught.value).splitlines()
    assert head == (
        "2 of 9 sources failed; what the others brought is committed. "
        "1 of them may pass: a retry asks these and those that want mending again, no others."
    )
    assert (names, line) == ("| source | name | what | what to do |", "| --- | --- | --- | --- |")
    assert first == "| drives/ann | Ann / Documents | Not allowed (GET https://graph) | Grant it. |"
    assert second.startswith("| me |  | Busy | Nothing is lost")


def test_a_fault_of_ours_says_that_it_is_one() -> None:
    with pytest.raises(AirflowException, match=r"ZeroDivisionError: ours \| Its traceback is in the log: report it"):
        fail_with_a_table([Failed(ANN, ZeroDivisionError("ours"))], sources=1)


def test_thousands_do_not_fill_the_log() -> None:
    with pytest.raises(AirflowFailException) as caught:
        fail_with_a_table([FORBIDDEN] * 5_000, sources=10_000)
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (4 + MOST_ROWS, f"and {5_000 - MOST_ROWS} more, see the log")
