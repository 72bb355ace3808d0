"""Each of our errors becomes the one of Airflow's that retries it exactly if that can help."""

from __future__ import annotations

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.failures import in_airflows_words


def test_retry_later_is_retried_with_its_message() -> None:
    with pytest.raises(AirflowException, match="Throttled") as caught, in_airflows_words():
        raise RetryLater("Throttled")
    assert not isinstance(caught.value, AirflowFailException)


@pytest.mark.parametrize("kind", [FixSetup, BrokenFeed])
def test_what_a_retry_would_only_repeat_fails_at_once(kind: type[DriveDeltaError]) -> None:
    with pytest.raises(AirflowFailException, match=r"Wrong.*Mend it"), in_airflows_words():
        raise kind("Wrong", then="Mend it.")


def test_what_caused_an_error_is_not_shown_with_it() -> None:
    """H5. Libraries quote whole addresses in their errors, tokens included."""
    cut_off = RetryLater("Cut off")
    cut_off.__cause__ = OSError("https://graph/delta?token=T1")
    with pytest.raises(AirflowException) as caught, in_airflows_words():
        raise cut_off
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), in_airflows_words():
        raise ZeroDivisionError
