"""A day's files are written by the day's run, and once more by a backfill of that day."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import Contoso
from tests.dags.lakes import DAGS
from tests.play import Airflow

HOUR = timedelta(hours=1)


def written(files: Path) -> dict[str, list[list[str]]]:
    """The files with their rows: what happened, where, and where it was before."""
    texts = {file.name: file.read_text().splitlines() for file in sorted(files.iterdir())}
    return {name: [row[:4] for row in csv.reader(lines)][1:] for name, lines in texts.items()}


def test_files_that_were_lost_come_again_with_a_backfill(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> None:
    airflow.connect(**contoso.signing_in())
    files, drive = tmp_path / "outbox", contoso.emulator.drive
    files.mkdir()
    dag = Path(shutil.copy(DAGS / "increments_to_csv.py", airflow.home / "dags"))
    conf: dict[str, object] = {"source": contoso.source, "output": str(tmp_path / "lake"), "files": str(files)}
    try:
        assert airflow.play_file(dag, conf=conf).states == ["success", "success"]
        drive.rename(drive.find("/Reports").id, "Old")
        assert airflow.play_file(dag, conf=conf).states == ["success", "success"]
        first = written(files)
        assert sorted(airflow.play_file(dag, conf=conf).states) == ["skipped", "skipped"]
        assert written(files) == first
        shutil.rmtree(files)
        files.mkdir()
        now = datetime.now(UTC)
        window = {"data_interval_start": now - HOUR, "data_interval_end": now + HOUR}
        with airflow._made({"run_type": "backfill", "run_id": "backfill__1", **window}):
            again = airflow.play_file(dag, conf=conf)
    finally:
        dag.unlink()
    assert again.states == ["success", "success"]
    assert written(files) == first
    assert list(first) == ["00000001.csv", "00000002.csv"]
    assert ["update", "cascade", "/Old/a.txt", "/Reports/a.txt"] in first["00000002.csv"]
