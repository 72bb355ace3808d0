"""docs/resync.md says what the code does; its DAGs are the ones in dags/, which are played elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core import guard
from airflow_provider_drivedelta.core.changes import Kind
from airflow_provider_drivedelta.core.reconcile import Verdict
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from tests.conftest import Contoso
from tests.docs.pages import DOCS, blocks, tables
from tests.play import Airflow

PAGE = "resync.md"
HELD = "9f3c21ab"


def first_column(head: str) -> list[str]:
    return [row[0].strip('`"') for row in tables(PAGE)[head]]


def test_the_dags_are_those_that_are_played() -> None:
    shown = re.findall(r"^```python\n(.*?)^```$", (DOCS / PAGE).read_text(), re.MULTILINE | re.DOTALL)
    names = [re.search(r'DAG\(\s*"(\w+)"', block)[1] for block in shown]  # type: ignore[index]
    assert names == ["reload_on_resync", "reload_drive", "reconcile_weekly"]
    assert shown == [(DOCS.parent / "dags" / f"{name}.py").read_text() for name in names]


def test_every_word_is_in_its_table() -> None:
    assert set(first_column("verdict")) == set(get_args(Verdict))
    assert set(first_column("`_kind`")) == set(get_args(Kind)) - {"incremental"}
    for word in first_column("`on_resync`"):
        reload_dag_id = "reload_drive" if word == "trigger" else None
        DriveDeltaToParquetOperator(task_id="t", source="me", output="o", on_resync=word, reload_dag_id=reload_dag_id)  # type: ignore[arg-type]


def test_the_guards_numbers_are_those_of_the_code() -> None:
    told = re.search(r"more than (\d+) % of the known items \*\*and\*\* more than (\d+), or more than ([\d,]+)", text())
    assert told
    limits = (int(told[1]) / 100, int(told[2]), int(told[3].replace(",", "")))
    assert limits == (guard.MOST_OF_ITEMS, guard.FEW_DELETES, guard.MOST_DELETES)


def test_the_confs_do_what_is_said_of_them(
    airflow: Airflow, contoso: Contoso, tmp_path: Path, emptied_folder: None
) -> None:
    inline, confirm = (json.loads(block) for block in blocks(PAGE, "json", tmp_path))
    airflow.connect(**contoso.signing_in())
    given = {"source": contoso.source, "output": str(tmp_path / "lake"), "on_resync": "fail"}
    airflow.play(**given)
    delete_the_folder(contoso)
    held = airflow.play(**given, conf=inline)
    assert held.state == "failed"
    assert as_told(held.log)
    confirm = {name: held_id(held.log) for name, value in confirm.items() if value == HELD}
    assert airflow.play(**given, conf=confirm).summary["deleted"] == 121


def test_the_commands_end_as_it_is_said(
    contoso: Contoso,
    tmp_path: Path,
    emptied_folder: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    first, confirm = blocks(PAGE, "bash", tmp_path / "lake")
    pull, reconcile = first.splitlines()

    def run(line: str, *, held: str = "") -> int:
        line = line.replace(" ID", f" {contoso.emulator.drive.id}").replace(HELD, held)
        program, *arguments = shlex.split(line)
        assert program == "drivedelta"
        return main([*arguments, "--base-url", contoso.emulator.url])

    assert (run(pull), run(reconcile)) == (0, 0)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["verdict"] == "in_sync"
    delete_the_folder(contoso)
    assert run(pull) == 3
    assert run(pull.replace("--on-resync fail", "")) == 3
    told = capsys.readouterr().err
    assert as_told(told), told
    assert run(confirm, held=held_id(told)) == 0


@pytest.fixture
def emptied_folder(contoso: Contoso) -> None:
    """A folder of many files, to be deleted later."""
    folder = contoso.emulator.drive.create_folder("Old")
    with contoso.emulator.drive.batch():
        for number in range(120):
            contoso.emulator.drive.create_file(f"{number}.txt", b"", folder.id)


def delete_the_folder(contoso: Contoso) -> None:
    contoso.emulator.drive.delete(contoso.emulator.drive.find("/Old").id)
    contoso.emulator.expire()


def held_id(told: str) -> str:
    return re.findall(r"confirm_deletes='(\w+)'", told)[-1]


def as_told(said: str) -> bool:
    """Whether the message is the one on the page."""
    (block,) = blocks(PAGE, "text", DOCS)
    return " ".join(block.split()).removesuffix(" …") in said.replace(held_id(said), HELD)


def text() -> str:
    return " ".join((DOCS / PAGE).read_text().split())
