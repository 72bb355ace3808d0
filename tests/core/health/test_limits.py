"""Who is woken, and what they read then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.health.feed_health import FeedHealth, Held, LongRead
from airflow_provider_drivedelta.core.health.limits import EXAMPLE, Limits, parse_limits
from airflow_provider_drivedelta.core.health.table import alarm, report
from airflow_provider_drivedelta.core.lake.last_error import LastError

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)

WELL = FeedHealth(
    path="/data/lake/drive-x",
    feed="drive-x--0",
    source="drives/x",
    at=NOW,
    increment=12,
    told_by="token",
    last_success=NOW - 5 * HOURS,
    last_increment=NOW - 30 * HOURS,
    last_change=NOW - 30 * HOURS,
    token_at=NOW - 5 * HOURS,
)
ERROR = LastError(
    at="2026-11-23T02:00:00+00:00",
    since="2026-11-22T02:00:00+00:00",
    times=9,
    kind="FixSetup",
    text="The application may not read this. Grant Files.Read.All.",
    feed="drive-x--0",
    source="drives/x",
    run="dag/run/pull",
)
FAILING = replace(WELL, last_error=ERROR)
HELD = replace(WELL, held=Held(id="c0ffee12", message="A full read would delete 9 of 10 items", then="Confirm it."))
STALE = replace(WELL, last_success=NOW - 27 * HOURS)
EXPIRING = replace(WELL, token_at=NOW - timedelta(days=58))
QUARANTINE = replace(WELL, quarantined=3)
NEVER = replace(FAILING, last_success=None)
UNREADABLE = FeedHealth(path="/data/lake/drive-y", feed="", source="", at=NOW, unreadable="A commit cannot be read.")
ALL = [WELL, FAILING, HELD, STALE, EXPIRING, QUARANTINE, NEVER, UNREADABLE]


@pytest.mark.parametrize(
    ("said", "beyond"),
    [
        ("stale=26h", [STALE, NEVER]),
        ("stale=28h", [NEVER]),
        ("expiring=7d", [EXPIRING]),
        ("expiring=1d", []),
        ("failing", [FAILING, NEVER]),
        ("held", [HELD]),
        ("quarantine", [QUARANTINE]),
        ("", []),
        (EXAMPLE, [FAILING, HELD, STALE, EXPIRING, QUARANTINE, NEVER]),
        (" failing , held ", [FAILING, HELD, NEVER]),
    ],
)
def test_each_limit_is_for_its_own_trouble_and_what_cannot_be_read_is_never_well(
    said: str, beyond: list[FeedHealth]
) -> None:
    limits = parse_limits(said)
    assert [feed for feed in ALL if limits.complaints(feed)] == [*beyond, UNREADABLE]


@pytest.mark.parametrize(
    "wrong", ["stale", "stale=", "stale=soon", "failing=1h", "expiring=0d", "fail", "=", "stale=1h;held"]
)
def test_what_is_no_limit_is_told_with_an_example(wrong: str) -> None:
    with pytest.raises(FixSetup, match="Say it like stale=26h"):
        parse_limits(wrong)


def test_a_complaint_says_since_when_and_what_to_do() -> None:
    (told,) = Limits(failing=True).complaints(FAILING)
    assert told == (
        "Failed 9 times since 2026-11-22T02:00 UTC (FixSetup): The application may not read this. Grant Files.Read.All."
    )
    assert Limits(held=True).complaints(HELD) == ["A full read would delete 9 of 10 items. Confirm it."]
    assert Limits(expiring=timedelta(days=7)).complaints(EXPIRING) == [
        "The token expires in about 2 days: then everything has to be read again. Any run renews it."
    ]


def test_where_only_the_log_was_asked_a_stale_feed_says_so() -> None:
    (told,) = Limits(stale=26 * HOURS).complaints(replace(STALE, told_by="log"))
    assert told == "The last success that the log knows of was at 2026-11-22 00:00 UTC."


def test_the_report_has_a_line_a_feed_and_one_for_each_trouble() -> None:
    read = LongRead(pages=300, at=NOW, run="dag/run/pull", until=NOW)
    busy = replace(WELL, path="/data/lake/list-z", long_read=read, litter=2, told_by="log")
    lines = report([WELL, FAILING, busy]).splitlines()
    assert lines[0].split("  ")[0] == "state"
    assert lines[1] == "ok       5 h ago        30 h ago     60 d left  12         drive-x  drives/x"
    assert lines[3] == "ok       5 h ago (log)  30 h ago     60 d left  12         list-z   drives/x"
    assert lines[4:] == [
        "drive-x: Failed 9 times since 2026-11-22T02:00 UTC (FixSetup): The application may not read this. "
        "Grant Files.Read.All.",
        "list-z: A long read by dag/run/pull is kept up to page 300, at 2026-11-23 03:00 UTC; the next run goes on "
        "with it.",
        "list-z: 2 attempts died and left files; the next run removes them.",
        "3 feeds: 1 failing, 2 ok",
    ]


def test_an_alarm_names_those_beyond_the_limits_alone_and_no_more_than_can_be_read() -> None:
    assert alarm([WELL, HELD], Limits(failing=True)) == ""
    told = alarm([WELL, FAILING], Limits(failing=True))
    assert told.startswith("1 of 2 feeds need somebody to look after them:\nstate    last success")
    many = [replace(FAILING, path=f"/data/lake/drive-{number}") for number in range(4_000)]
    told = alarm(many, Limits(failing=True), most=50)
    assert len(told) < 20_000
    assert told.endswith("… and 3950 more; `drivedelta status` shows all.")
