"""docs/many-feeds.md says what the code does; its DAG is the one in dags/, which is played here."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.many import FOLDS_AT_ONCE
from airflow_provider_drivedelta.core.many_summary import MOST_SHOWN, ManySummary
from airflow_provider_drivedelta.operators import failed_sources
from airflow_provider_drivedelta.operators.feed_operator import MOST_THREADS, THREADS
from airflow_provider_drivedelta.operators.followed import read_sources
from tests.conftest import Contoso
from tests.docs.pages import DOCS, tables
from tests.play import Airflow

PAGE = "many-feeds.md"
DAG = DOCS.parent / "dags/export_many_drives.py"


def text() -> str:
    return (DOCS / PAGE).read_text()


def test_the_dag_is_the_one_that_is_played() -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    assert shown == DAG.read_text()


def test_the_dag_pulls_what_its_params_list(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> None:
    airflow.connect(**contoso.signing_in())
    file = Path(shutil.copy(DAG, airflow.home / "dags"))
    conf: dict[str, object] = {"drives": [{"source": contoso.source, "name": "Ann"}], "output": str(tmp_path / "lake")}
    try:
        first, second = airflow.play_file(file, conf=conf), airflow.play_file(file, conf=conf)
    finally:
        file.unlink()
    assert (first.summary["published"], first.summary["rows"], len(first.events)) == (1, 4, 1)
    assert (second.summary["quiet"], second.events) == (1, [])


@pytest.mark.parametrize(("kind", "arguments"), [("drives", ["source"]), ("lists", ["site", "list"])])
def test_what_may_be_in_the_list_may_be_in_it(kind: str, arguments: list[str]) -> None:
    told = dict(tables(PAGE)["for"])
    for one in re.findall(r"`([^`]+)`", told[kind]):
        assert read_sources([ast.literal_eval(one)], arguments)


def test_what_comes_back_is_what_is_told() -> None:
    told = [name for row in tables(PAGE)["name"] for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted(ManySummary(summaries=[]).to_dict())


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{THREADS} unless you say otherwise, at most {MOST_THREADS}" in text()
    assert f"the first {MOST_SHOWN} that published" in text()
    assert FOLDS_AT_ONCE == 2
    assert "Two at a time decide" in text()


def test_the_table_has_the_head_of_the_real_one() -> None:
    assert failed_sources._HEAD in text()
