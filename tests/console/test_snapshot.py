"""`drivedelta snapshot`: the current items as one file."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.cli import main
from tests.golden import unpacked


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "lake")


def paths(file: Path) -> set[object]:
    return set(pq.read_table(file)["path"].to_pylist())


def test_it_writes_the_last_increments_items_and_says_so(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "now.parquet"
    assert main(["snapshot", str(lake), "--to", str(target)]) == 0
    assert capsys.readouterr().out == f"increment 4: 6 items\ndata: {target}\n"
    assert {"/lost.txt", "/Reports (old)/q1.csv"} < paths(target)


def test_it_can_go_back_and_leave_out_what_is_missing(lake: Path, tmp_path: Path) -> None:
    then, certain = tmp_path / "then.parquet", tmp_path / "certain.parquet"
    assert main(["snapshot", str(lake), "--to", str(then), "--at", "1"]) == 0
    assert main(["snapshot", str(lake), "--to", str(certain), "--without-missing"]) == 0
    assert "/Reports/q1.csv" in paths(then)
    assert "/lost.txt" not in paths(certain)


def test_what_must_be_changed_first_is_status_3(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot", str(lake), "--to", str(tmp_path / "x"), "--at", "9"]) == 3
    assert "There is no increment 9" in capsys.readouterr().err


def test_a_place_to_write_to_must_be_given(lake: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["snapshot", str(lake)])
    assert stopped.value.code == 2
