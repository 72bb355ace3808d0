"""docs/discovery.md says what the code does; its DAG is the one in dags/, which is played elsewhere."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.discovery.service import MOST
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.operators import DriveDeltaDiscoverDrivesOperator, DriveDeltaDiscoverListsOperator
from airflow_provider_drivedelta.operators.discover_operator import SHARD_SIZE
from airflow_provider_drivedelta.operators.followed import read_sources
from tests.conftest import Contoso
from tests.docs.pages import DOCS, blocks, tables
from tests.wide_tenant import TEAM, wide_tenant

PAGE = "discovery.md"
TEXT = (DOCS / PAGE).read_text()
NAMED = "https://contoso.sharepoint.com/sites/team"


def arguments() -> set[str]:
    operators = (DriveDeltaDiscoverDrivesOperator, DriveDeltaDiscoverListsOperator)
    return {name for operator in operators for name in inspect.signature(operator).parameters}


def test_the_dag_is_the_one_that_is_played(tmp_path: Path) -> None:
    assert f"```python\n{(DOCS.parent / 'dags/discover_drives.py').read_text()}```" in TEXT


def test_the_arguments_that_are_named_are_there() -> None:
    cells = [cell for table in tables(PAGE).values() for row in table for cell in row]
    named = {name for cell in cells for name in re.findall(r"`(\w+)=", cell)}
    assert len(named) > 8
    assert named <= arguments()
    assert set(re.findall(r"`(\w+)=", TEXT)) <= arguments()


def test_what_is_handed_on_is_what_the_operators_take(tmp_path: Path) -> None:
    drives, lists, counted = (json.loads(block) for block in blocks(PAGE, "json", tmp_path))
    assert [one.name for one in read_sources(drives, ("source",))] == [
        "Marketing / Documents",
        "Team / Documents",
        "Ann / OneDrive",
    ]
    assert [one.name for one in read_sources(lists, ("site", "list"))] == ["Team / Tasks"]
    assert counted.keys() == {"found", "left_out", "refused", "refused_first"}


def test_the_figures_are_those_of_the_code() -> None:
    assert f"`shard_size={SHARD_SIZE}`, the default" in TEXT
    assert (MOST, "Twenty sites" in TEXT) == (20, True)


def test_the_hook_does_what_is_shown(
    tmp_path: Path, airflow_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = (block for block in blocks(PAGE, "python", tmp_path) if "DriveDeltaHook(" in block)
    with wide_tenant().serve() as emulator:
        fields = {"conn_type": "drivedelta"} | Contoso(emulator).with_token()
        monkeypatch.setenv(f"AIRFLOW_CONN_{DriveDeltaHook.default_conn_name.upper()}", json.dumps(fields))
        told: dict[str, object] = {}
        exec(example.replace(NAMED, f"{emulator.url}{TEAM}"), told)
    assert [len(told[name]) for name in ("sites", "lists")] == [5, 1]  # type: ignore[arg-type]
    assert "Team / Documents" in capsys.readouterr().out


def test_the_commands_find_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    (shown,) = blocks(PAGE, "bash", tmp_path)
    with wide_tenant().serve() as emulator:
        for line in shown.splitlines():
            words = shlex.split(line.replace(NAMED, f"{emulator.url}{TEAM}"))[1:]
            assert main([*words, "--base-url", emulator.url]) == 0
            assert capsys.readouterr().out, line
