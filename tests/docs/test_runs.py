"""docs/runs.md says what the code does; its DAG is the one in dags/, which is played elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.keep import parse_keep
from airflow_provider_drivedelta.core.lake.layout import RUNS, VACUUMED
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.operators import pull_operator
from airflow_provider_drivedelta.operators.backfill import OnBackfill
from airflow_provider_drivedelta.reading import read_changes
from tests.docs.pages import DOCS, blocks, tables
from tests.golden import unpacked

PAGE = "runs.md"


def text() -> str:
    return (DOCS / PAGE).read_text()


def commands(lake: Path) -> list[list[str]]:
    return [shlex.split(line) for block in blocks(PAGE, "bash", lake) for line in block.splitlines()]


def test_the_dag_is_the_one_that_is_played() -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    assert shown == (DOCS.parent / "dags/vacuum_monthly.py").read_text()


def test_every_word_of_on_backfill_is_in_its_table() -> None:
    assert [row[0].strip('`"') for row in tables(PAGE)["`on_backfill`"]] == list(get_args(OnBackfill))


def test_the_limits_of_waiting_are_those_of_the_code() -> None:
    told = re.search(r"at most an hour at a time and (\d+) times", text())
    assert told
    assert (int(told[1]), pull_operator.LONGEST_WAIT) == (pull_operator.MOST_WAITS, 3600)


def test_the_event_has_the_summarys_names(tmp_path: Path) -> None:
    (block,) = blocks(PAGE, "json", tmp_path)
    event = json.loads(block)
    assert event.pop("replayed") is True
    assert event.keys() < Summary.__dataclass_fields__.keys()


def test_the_folders_that_are_named_are_those_of_the_lake() -> None:
    assert f"`{RUNS}/`" in text()
    assert f"`{VACUUMED}`" in text()


def test_times_to_keep_are_such() -> None:
    (told,) = re.findall(r"more than 90 days ago \(([^)]*)\)", text())
    for time in told.split(", "):
        parse_keep(time.strip("`"))


def test_airflow_takes_its_commands(tmp_path: Path) -> None:
    from airflow.cli.cli_parser import get_parser

    ours = [words[1:] for words in commands(tmp_path) if words[0] == "airflow"]
    assert [words[:2] for words in ours] == [["tasks", "clear"], ["backfill", "create"]]
    for words in ours:
        get_parser().parse_args(words)


def test_the_vacuum_does_what_is_said_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = unpacked(tmp_path / "lake")
    for log in lake.glob("*/_drivedelta/log/*.json"):
        log.write_text(re.sub(r'"committed_at": "\d{4}', '"committed_at": "2001', log.read_text()))
    dry, wet = (words[1:] for words in commands(lake) if words[0] == "drivedelta")
    assert main(dry) == 0
    assert not list(lake.glob(f"*/{VACUUMED}"))
    assert main(wet) == 0
    assert list(lake.glob(f"*/{VACUUMED}"))
    assert "what can be read begins after increment" in capsys.readouterr().out
    with pytest.raises(FixSetup, match=r"read_current \(or `drivedelta snapshot`\)"):
        read_changes(next(lake.iterdir()))
