"""docs/health.md says what the code does; its DAG is the one in dags/, which is played elsewhere."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core import errors
from airflow_provider_drivedelta.core.health import feed_health as health
from airflow_provider_drivedelta.core.health.limits import Limits, parse_limits
from airflow_provider_drivedelta.core.lake.layout import HELD, LAST_ERROR
from airflow_provider_drivedelta.core.summary import Outcome, Summary
from airflow_provider_drivedelta.metrics import Tags, count_failure, count_run
from tests.docs.pages import DOCS, blocks, tables
from tests.golden import unpacked

PAGE = "health.md"
TEXT = (DOCS / PAGE).read_text()


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def test_the_dag_is_the_one_that_is_played() -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert shown == (DOCS.parent / "dags/health_daily.py").read_text()


def test_every_state_has_a_line() -> None:
    assert [row[0].strip("`") for row in tables(PAGE)["state"]] == list(get_args(health.State))


def test_every_limit_has_a_line_and_is_one() -> None:
    told = [row[0].strip("`") for row in tables(PAGE)["limit"]]
    assert [limit.partition("=")[0] for limit in told] == list(Limits.__dataclass_fields__)
    assert parse_limits(",".join(told)) == Limits(
        stale=timedelta(hours=26), expiring=timedelta(days=7), failing=True, held=True, quarantine=True
    )


def test_the_commands_do_what_is_said_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = unpacked(tmp_path / "lake")
    shown, alert = (shlex.split(line)[1:] for block in blocks(PAGE, "bash", lake) for line in block.splitlines())
    assert main(shown) == 0
    (head,) = (line for line in TEXT.splitlines() if line.startswith("state    last success"))
    assert capsys.readouterr().out.splitlines()[0].split() == head.split()
    for log in lake.glob("*/_drivedelta/log/*.json"):
        log.write_text(re.sub(r'"committed_at": "\d{4}', '"committed_at": "2001', log.read_text()))
    assert main(alert) == 3


def test_the_life_of_tokens_and_the_places_are_those_of_the_code() -> None:
    assert f"taken to live {health.BUSINESS_LIFE} days, of a personal OneDrive {health.PERSONAL_LIFE}" in TEXT
    assert f"`{LAST_ERROR}`" in TEXT
    assert f"`{HELD}/`" in TEXT


def test_every_field_that_is_named_is_one() -> None:
    (told,) = re.findall(r"`--json` prints an object a feed: these times in full, (.*?)\. No token", TEXT, re.DOTALL)
    assert set(words(told)) < {*health.FeedHealth.__dataclass_fields__, "days_left"}


def test_every_metric_is_told_of() -> None:
    class Names(set[str]):
        def incr(self, stat: str, count: int = 1, *, tags: Tags | None = None) -> None:
            self.add(stat)

        def timing(self, stat: str, dt: timedelta, *, tags: Tags | None = None) -> None:
            self.add(stat)

    kinds = [kind for each in get_args(Outcome) for kind in (get_args(each) or (each,))]
    told = {name: (kind, what) for name, kind, what in tables(PAGE)["name"]}
    assert set(words(told["`drivedelta.runs.<kind>`"][1])) == set(kinds)
    failures = words(told["`drivedelta.failures.<kind>`"][1])
    assert failures[-1] == "other"
    assert all(issubclass(getattr(errors, name), errors.DriveDeltaError) for name in failures[:-1])
    assert {error.__name__ for error in errors.DriveDeltaError.__subclasses__()} - {"StartOver"} <= set(failures)
    names, summary = Names(), Summary(feed="f", source="s", protocol="graph", kind="resync", path="p")
    many = {"inserted": 1, "updated": 1, "deleted": 1, "requests": 1, "quarantined": 1, "throttled_seconds": 1.0}
    count_run(replace(summary, **many), output=lambda: "/nowhere", meter=names)  # type: ignore[arg-type]
    count_failure(errors.FixSetup("403"), meter=names)
    short = {re.sub(r"(runs|failures|rows)\.\w+$", r"\1.", name) for name in names}
    assert {re.sub(r"<\w+>", "", name.strip("`")) for name in told} == {*short, "drivedelta.lag"}
