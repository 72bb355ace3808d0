"""The DAGs of the README and of dags/ parse, and do what they say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Contoso
from tests.play import Airflow
from tests.team_site import serve_team

EXAMPLES = sorted((Path(__file__).parents[2] / "dags").glob("*.py"))


@pytest.fixture(autouse=True)
def no_dag_stays(airflow_home: Path) -> Iterator[None]:
    yield
    for example in EXAMPLES:
        (airflow_home / "dags" / example.name).unlink(missing_ok=True)


def installed(airflow: Airflow, name: str) -> Path:
    """The example, put where Airflow looks for DAGs."""
    return Path(shutil.copy(EXAMPLES[0].with_stem(name), airflow.home / "dags"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_parses_without_a_word(example: Path, airflow_home: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=example)
    assert not bag.import_errors
    assert list(bag.dags) == [example.stem]


def test_drive_to_parquet_needs_source_output_and_connection_only(
    airflow: Airflow, contoso: Contoso, tmp_path: Path
) -> None:
    airflow.connect(**contoso.signing_in())
    file = installed(airflow, "drive_to_parquet")
    conf: dict[str, object] = {"source": contoso.source, "output": str(tmp_path / "lake")}
    first, second = airflow.play_file(file, conf=conf), airflow.play_file(file, conf=conf)
    assert (first.state, first.summary["kind"], first.summary["inserted"]) == ("success", "initial", 4)
    assert second.summary["kind"] == "quiet"


def test_reload_on_resync_leaves_a_dead_token_to_reload_drive(
    airflow: Airflow, contoso: Contoso, tmp_path: Path
) -> None:
    airflow.connect(**contoso.signing_in())
    capture, reload = (installed(airflow, name) for name in ("reload_on_resync", "reload_drive"))
    conf: dict[str, object] = {"source": contoso.source, "output": str(tmp_path / "lake")}
    airflow.play_file(capture, conf=conf)
    contoso.emulator.drive.create_file("d.txt", b"d")
    contoso.emulator.expire()
    assert airflow.play_file(capture, conf=conf).state == "skipped"
    ((_, asked),) = airflow.runs_of("reload_drive")
    reloaded = airflow.play_file(reload, conf=asked)
    assert (reloaded.summary["kind"], reloaded.summary["inserted"]) == ("resync", 1)
    assert airflow.play_file(capture, conf=conf).summary["kind"] == "quiet"


def test_reconcile_weekly_gives_its_verdict(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> None:
    airflow.connect(**contoso.signing_in())
    conf: dict[str, object] = {"source": contoso.source, "output": str(tmp_path / "lake")}
    assert airflow.play_file(installed(airflow, "reconcile_weekly"), conf=conf).summary["verdict"] == "in_sync"


def test_reconcile_list_weekly_gives_its_verdict(airflow: Airflow, tmp_path: Path) -> None:
    with serve_team() as team:
        airflow.connect(**team.certified())
        conf: dict[str, object] = {"site": team.site, "list": "Ann's tasks", "output": str(tmp_path / "lake")}
        run = airflow.play_file(installed(airflow, "reconcile_list_weekly"), conf=conf)
    assert run.summary["verdict"] == "in_sync"


def test_vacuum_monthly_removes_what_is_older(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> None:
    airflow.connect(**contoso.signing_in())
    conf: dict[str, object] = {"source": contoso.source, "output": str(tmp_path / "lake"), "keep": "90d"}
    airflow.play_file(installed(airflow, "drive_to_parquet"), conf=conf)
    found = airflow.play_file(installed(airflow, "vacuum_monthly"), conf=conf).summary
    assert (found["feeds"], found["files"], found["dry_run"]) == (1, 0, False)


def test_the_readme_shows_the_very_dag_that_is_run_here() -> None:
    readme = (EXAMPLES[0].parents[1] / "README.md").read_text()
    assert f"```python\n{EXAMPLES[0].with_stem('drive_to_parquet').read_text()}```" in readme


def test_list_to_parquet_needs_site_list_output_and_connection_only(airflow: Airflow, tmp_path: Path) -> None:
    with serve_team() as team:
        airflow.connect(**team.certified())
        file = installed(airflow, "list_to_parquet")
        conf: dict[str, object] = {"site": team.site, "list": "Ann's tasks", "output": str(tmp_path / "lake")}
        first, second = airflow.play_file(file, conf=conf), airflow.play_file(file, conf=conf)
    assert (first.state, first.summary["kind"], first.summary["inserted"]) == ("success", "initial", 3)
    assert second.summary["kind"] == "quiet"
