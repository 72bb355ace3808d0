"""When a long read is kept, for whom, and what a position is at rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.changes import Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.staging import Stage
from airflow_provider_drivedelta.core.long_read import LongRead, read_key
from airflow_provider_drivedelta.core.plan import Plan, RunOptions
from airflow_provider_drivedelta.core.position import Position, parse_position
from airflow_provider_drivedelta.core.sources import Feed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = Begin(kind="incremental", token=Token("https://graph/delta?token=T"), number=7)
ASKED = Request(
    "https://graph/next?token=\ud800",
    method="POST",
    headers={"Prefer": "x"},
    body=b"\x00\xff",
    note='{"a": 1}',
    telling=frozenset({500, 502}),
)
POSITION = Position(next=ASKED, pages=3, items=5, empty=1, confirming=True, began=NOON, flavour="upload", based_on=4)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def a_plan(clock: Clock | None = None, **asked: object) -> Plan:
    return Plan(
        feed=Feed.of_drive("d", output="/lake"),
        source="drives/d",
        path="/lake/d",
        records=DriveRecords("d"),
        fingerprint="f",
        asked=RunOptions(**asked),  # type: ignore[arg-type]
        clock=clock or Clock(),
    )


def key(*, start: Begin = START, plan: Plan | None = None, kind: str = "incremental", full: bool = False) -> str:
    return read_key(plan or a_plan(), "graph", start, kind=kind, full=full)  # type: ignore[arg-type]


@contextmanager
def reading(storage: LocalStorage, plan: Plan) -> Iterator[tuple[LongRead, Stage]]:
    with Attempt(storage) as attempt, attempt.new_stage(plan.records) as stage:
        yield LongRead(plan, attempt, "key", kind="incremental", max_wait=600), stage


def test_reads_of_the_same_pages_have_the_same_key() -> None:
    assert key() == key(plan=a_plan(run="another", named_run=True))


def test_an_increment_on_another_head_is_another_read_and_a_full_read_is_not() -> None:
    """A full read is folded on a head that moved; an increment has to be read again."""
    later = replace(START, number=8)
    assert key() != key(start=later)
    assert key(kind="resync", full=True) == key(kind="resync", full=True, start=later)


def test_another_kind_token_or_fingerprint_is_another_read() -> None:
    keys = {
        key(),
        key(kind="resync", full=True),
        key(start=replace(START, token=Token("other"))),
        key(plan=replace(a_plan(), fingerprint="g")),
        read_key(a_plan(), "view.delta", START, kind="incremental", full=False),
        key(kind="initial", full=True, start=replace(START, token=None)),
        key(kind="initial", full=False, start=replace(START, token=None)),
    }
    assert len(keys) == 7


@pytest.mark.parametrize("kind", ["reload", "reconcile"])
def test_what_a_run_was_asked_for_is_that_runs_alone(kind: str) -> None:
    one, other, nameless = (
        a_plan(run="1", named_run=True), a_plan(run="2", named_run=True), a_plan(run="1")
    )  # fmt: skip
    assert len({key(kind=kind, full=True, plan=plan) for plan in (one, other, nameless)}) == 3


def test_a_slow_read_is_kept_for_its_time_alone(tmp_path: Path) -> None:
    """Pages that take a minute each: who is silent for long is thought dead."""
    clock, storage = Clock(), LocalStorage(tmp_path)
    with reading(storage, a_plan(clock)) as (kept, stage):
        for seconds, there in ((0, False), (299, False), (300, True)):
            clock.now = NOON + timedelta(seconds=seconds)
            kept.passed(POSITION, stage)
            assert bool(storage.names("_drivedelta/reads/key")) is there


def test_a_read_that_cannot_be_kept_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Full(LocalStorage):
        def create(self, path: str, content: bytes) -> bool:
            raise FixSetup("There is no room left to write")

    caplog.set_level(logging.WARNING)
    with reading(Full(tmp_path), a_plan()) as (kept, stage):
        kept.passed(replace(POSITION, pages=100), stage)
    assert "could not be kept (There is no room left to write); going on" in caplog.text


def test_a_position_is_the_same_at_rest() -> None:
    assert parse_position(POSITION.to_json()) == POSITION
    plain = Position(next=Request("https://graph/next"), members={"f": 3})
    assert parse_position(plain.to_json()) == plain


@pytest.mark.parametrize(
    "spoil", [{"next": 5}, {"next": {}}, {"began": "noon"}, {"more": 1}, {"next": {"url": "x", "body": "%"}}]
)
def test_what_is_no_position_is_said_to_be_none(spoil: dict[str, object]) -> None:
    with pytest.raises(BrokenFeed, match="where to go on"):
        parse_position({**POSITION.to_json(), **spoil})  # type: ignore[dict-item]
