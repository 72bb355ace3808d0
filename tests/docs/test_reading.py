"""docs/reading.md works as it is written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.cli import main
from tests.docs.pages import blocks
from tests.golden import unpacked

PAGE = "reading.md"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def test_the_python_runs_block_by_block(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played: dict[str, object] = {}
    for block in blocks(PAGE, "python", lake):
        exec(compile(block, PAGE, "exec"), played)
    told = capsys.readouterr().out
    assert "Ada Lovelace" in told
    assert "[3 rows x 3 columns]" in told  # the deletes, as pandas prints them
    assert played["largest"] == [("/Reports (old)/q1.csv", 24), ("/Fotos – Übersicht/😀.jpg", 3)]
    assert played["changes"]["_increment"].unique().to_pylist() == [3, 4]  # type: ignore[index]


def test_the_commands_run(lake: Path) -> None:
    for line in "".join(blocks(PAGE, "bash", lake)).splitlines():
        program, *arguments = shlex.split(line)
        assert (program, main(arguments)) == ("drivedelta", 0)
    written = {file.name: pq.read_metadata(file).num_rows for file in (lake.parent / "current").iterdir()}
    assert written == {"drive.parquet": 6, "drive-2.parquet": 8}


def test_the_readme_shows_both_functions_as_they_are(lake: Path) -> None:
    (block,) = [block for block in blocks("../README.md", "python", lake) if "read_changes" in block]
    played: dict[str, object] = {}
    exec(compile(block.replace("after=41", "after=3"), "README.md", "exec"), played)
    assert (len(played["changes"]), len(played["items"])) == (3, 6)  # type: ignore[arg-type]
