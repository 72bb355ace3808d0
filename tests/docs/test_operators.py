"""The pages of docs/operators/ and docs/how-to-backfill.md name what there is."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from pathlib import Path

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, BaseOperator, task

from airflow_provider_drivedelta import operators
from airflow_provider_drivedelta.core.reconcile import Verdict
from airflow_provider_drivedelta.core.summary import Summary
from tests.docs.pages import DOCS, blocks, tables

PAGES = sorted((DOCS / "operators").glob("*.md"))


def operators_of(page: Path) -> list[type]:
    """Those that the page's title names."""
    title, _, _ = page.read_text().partition("\n")
    return [getattr(operators, name) for name in title.removeprefix("# ").split(", ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_the_page_says_to_give_is_taken_by_its_operators(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`(?:[^`]*, )?(\w+)=", prose)) - {"schedule"}
    for operator in operators_of(page):
        ours = set(inspect.signature(operator).parameters)
        assert named <= ours | set(inspect.signature(BaseOperator.__init__).parameters)
    assert named


def test_every_operator_that_pulls_mends_or_removes_has_its_page() -> None:
    told = {operator.__name__ for page in PAGES for operator in operators_of(page)}
    assert told == {name for name in operators.__all__ if "Discover" not in name}


def test_the_summary_that_is_shown_has_the_names_of_one(tmp_path: Path) -> None:
    (shown,) = blocks("operators/drive-to-parquet.md", "json", tmp_path)
    assert json.loads(shown).keys() < Summary.__dataclass_fields__.keys()


def test_the_verdicts_are_those_of_a_reconcile() -> None:
    told = [row[0].strip("`") for row in tables("operators/reconcile.md")["`verdict`"]]
    assert told == list(Verdict.__args__)


def test_the_task_after_a_reconcile_tells_of_drift_and_keeps_quiet_of_none(tmp_path: Path) -> None:
    *_, block = blocks("operators/reconcile.md", "python", tmp_path)
    played: dict[str, object] = {"task": task, "AirflowFailException": AirflowFailException}
    exec(compile(block, "reconcile.md", "exec"), played)
    tell = played["tell"].function  # type: ignore[attr-defined]
    with pytest.raises(AirflowFailException, match="3 rows"):
        tell({"verdict": "drift", "rows": 3})
    tell({"verdict": "in_sync", "rows": 0})


def test_airflow_takes_the_backfill_and_it_is_of_the_dag_that_is_shown(tmp_path: Path) -> None:
    from airflow.cli.cli_parser import get_parser

    (command,) = blocks("how-to-backfill.md", "bash", tmp_path)
    program, *words = shlex.split(command)
    assert program == "airflow"
    assert get_parser().parse_args(words).dag_id == "increments_to_csv"
