"""The examples that wait for changes; that nobody need start them is shown in a running Airflow (tests/scheduler)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Contoso
from tests.play import Airflow

EXAMPLES = Path(__file__).parents[2] / "dags"
PACKAGE = "airflow_provider_drivedelta"


@pytest.fixture
def installed(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """The examples where Airflow looks for DAGs, for the drive of the tests."""
    airflow.connect(**contoso.signing_in())
    files = {}
    for name in ("drive_on_change", "drive_after_sensor"):
        file = files[name] = Path(shutil.copy(EXAMPLES / f"{name}.py", airflow.home / "dags"))
        text = file.read_text().replace("users/ann@contoso.com", contoso.source)
        file.write_text(text.replace("/data/lake", str(tmp_path / "lake")))
    yield files
    for file in files.values():
        file.unlink()


def test_parsing_them_loads_nothing_that_only_a_look_needs() -> None:
    """Airflow parses DAGs all the time; a trigger's parts are loaded in a thread of the triggerer."""
    files = [str(EXAMPLES / f"{name}.py") for name in ("drive_on_change", "drive_after_sensor")]
    runs = "; ".join(f"runpy.run_path({file!r})" for file in files)
    code = f"import runpy, sys; {runs}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {f"{PACKAGE}.sensors.drive", f"{PACKAGE}.triggers.drive"} <= {*loaded}
    assert not {"pyarrow", "duckdb", "msal", "pandas", f"{PACKAGE}.core.peek"} & {*loaded}


def test_drive_on_change_pulls_what_its_watcher_watches(
    airflow: Airflow, contoso: Contoso, installed: dict[str, Path]
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    assert airflow.play_file(installed["drive_on_change"]).summary["kind"] == "initial"
    (dag,) = DagBag(dag_folder=installed["drive_on_change"]).dags.values()
    (asset,) = dag.schedule
    (watcher,) = asset.watchers
    feed = watcher.trigger.serialize()[1]
    assert (feed["source"], feed["output"]) == (contoso.source, dag.get_task("pull").output_path)


def test_drive_after_sensor_pulls_when_its_sensor_has_seen_something(
    airflow: Airflow, contoso: Contoso, installed: dict[str, Path]
) -> None:
    for told in ("increment 1 (initial)", "increment 2 (incremental)"):
        played = airflow.play_file(installed["drive_after_sensor"])
        assert played.states == ["success", "success"]
        assert told in played.log
        contoso.emulator.drive.create_file(f"{told}.txt", b"new")
