"""Where a run begins, when the log and the stored token agree and when they do not."""

from __future__ import annotations

import logging

import pytest

from airflow_provider_drivedelta.core.begin import Begin, begin
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.tokens import SavedToken
from tests.core.played import a_commit, a_record

SAME = "f" * 16


def begun(
    head: int | None, saved: int | None, *, fingerprint: str = SAME, full_reload: bool = False, newer: bool = False
) -> Begin:
    """A start with the log at commit `head`, the record at increment `saved`; `newer`: quiet runs moved its token."""
    commit: Commit | None = a_commit(head, token=f"T{head}") if head else None
    token = "newer" if newer else f"T{saved}"
    record: SavedToken | None = a_record(increment=saved, delta_token=token) if saved is not None else None
    return begin(commit, record, fingerprint=fingerprint, full_reload=full_reload)


def test_a_new_feed_is_read_in_full() -> None:
    assert begun(None, None) == Begin(kind="initial", token=None, number=1)


def test_a_run_goes_on_from_the_stored_token() -> None:
    assert begun(3, 3, newer=True) == Begin(kind="incremental", token="newer", number=4)  # type: ignore[arg-type]


def test_a_commit_that_the_record_does_not_know_is_adopted() -> None:
    """E1: killed between the commit and the token."""
    start = begun(5, 3)
    assert (start.token, start.number, start.adopt_from, start.realign) == ("T5", 6, 4, False)


def test_a_missing_record_is_recovered_from_the_log_and_said(caplog: pytest.LogCaptureFixture) -> None:
    """E5: missing."""
    start = begun(5, None)
    assert (start.token, start.number, start.adopt_from) == ("T5", 6, 5)
    assert "No token is stored" in caplog.text


def test_a_record_ahead_of_the_log_goes_on_from_the_log_loudly(caplog: pytest.LogCaptureFixture) -> None:
    """E5: stale; a restored lake. Numbers that readers may have seen are not used again."""
    caplog.set_level(logging.WARNING)
    start = begun(3, 7)
    assert (start.token, start.number, start.realign, start.adopt_from) == ("T3", 8, True, None)
    assert "numbers 4 to 7 are not used again" in caplog.text


def test_a_record_without_a_log_is_never_an_increment() -> None:
    with pytest.raises(FixSetup, match=r"increment 7 was published.*full_reload"):
        begun(None, 7)


def test_other_settings_stop_the_run() -> None:
    with pytest.raises(FixSetup, match=r"other settings.*full_reload"):
        begun(3, 3, fingerprint="other")


@pytest.mark.parametrize(("head", "saved", "number"), [(3, 3, 4), (3, None, 4), (None, 7, 8), (3, 7, 8), (5, 3, 6)])
def test_a_reload_reads_in_full_under_the_next_number(head: int | None, saved: int | None, number: int) -> None:
    start = begun(head, saved, fingerprint="other", full_reload=True)
    assert (start.kind, start.token, start.number) == ("reload", None, number)


def test_a_reload_of_a_new_feed_is_its_first_read() -> None:
    assert begun(None, None, full_reload=True).kind == "initial"


def test_no_message_quotes_a_token(caplog: pytest.LogCaptureFixture) -> None:
    """H5."""
    begun(5, None)
    begun(3, 7)
    assert "T3" not in caplog.text
    assert "T5" not in caplog.text
