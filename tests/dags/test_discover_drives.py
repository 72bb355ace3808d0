"""dags/discover_drives.py finds what there is, and what has gone since stops nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_drivedelta.emulator import Emulator
from airflow_provider_drivedelta.reading import read_current
from tests.conftest import Contoso
from tests.play import Airflow
from tests.wide_tenant import WideTenant, wide_tenant

EXAMPLE = Path(__file__).parents[2] / "dags/discover_drives.py"


@pytest.fixture
def tenant() -> WideTenant:
    tenant = wide_tenant()
    for name in ("Documents", "Adverts"):
        tenant.drives[name].create_file(f"in {name}.txt", b"x")
    return tenant


@pytest.fixture
def emulator(airflow: Airflow, tenant: WideTenant) -> Iterator[Emulator]:
    with tenant.serve() as emulator:
        airflow.connect(**Contoso(emulator).with_token())
        yield emulator


@pytest.fixture
def dag(airflow: Airflow) -> Iterator[Path]:
    file = Path(shutil.copy(EXAMPLE, airflow.home / "dags"))
    yield file
    file.unlink()


def test_what_is_discovered_is_captured_and_what_is_new_the_next_night(
    airflow: Airflow, tenant: WideTenant, emulator: Emulator, dag: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    conf: dict[str, object] = {"output": str(lake), "exclude": ["* / Adverts"]}
    first = airflow.play_file(dag, conf=conf)
    assert set(first.states) == {"success"}, first.log
    assert set(read_current(lake).read_pandas()["name"]) == {"in Documents.txt"}
    second = airflow.play_file(dag, conf=conf | {"exclude": ["nothing"]})
    assert set(second.states) == {"success"}, second.log
    assert len(list(lake.iterdir())) == 2
    assert airflow.variable() is None


def test_a_drive_that_vanishes_after_it_was_found_fails_alone(
    airflow: Airflow, tenant: WideTenant, emulator: Emulator, dag: Path, tmp_path: Path
) -> None:
    lake, gone = tmp_path / "lake", tenant.drives["Adverts"].id
    emulator.faults([{"match": {"path": gone, "times": 0}, "reply": {"status": 404}}])
    run = airflow.play_file(dag, conf={"output": str(lake), "exclude": ["nothing"]})
    assert sorted(run.states) == ["failed", "success"], run.log
    assert set(read_current(lake).read_pandas()["name"]) == {"in Documents.txt"}
    assert "/ Adverts failed: The service knows no such drive" in run.log
