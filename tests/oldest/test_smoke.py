"""What a user does first works in the oldest Airflow, too: the form, a pull, a list, a wait, a watch."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airflow_provider_drivedelta import get_provider_info
from airflow_provider_drivedelta.reading import read_changes
from airflow_provider_drivedelta.testing import EmulatedDrive, EmulatedList

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

PACKAGE = "airflow-provider-drivedelta"
EXAMPLES = sorted((Path(__file__).parents[2] / "dags").glob("*.py"))

HEAD = """
from airflow.sdk import DAG, Asset, AssetWatcher
from airflow_provider_drivedelta.operators import *
from airflow_provider_drivedelta.sensors import *
from airflow_provider_drivedelta.triggers import *
"""

Play = Callable[..., "DagRun"]


@pytest.fixture
def play(airflow_home: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Play:
    """Runs a DAG of one task, or an example, where Airflow looks for DAGs."""
    from airflow.models.dagbag import DagBag

    numbers = count()

    def run(task: str = "", *, example: str = "", **conf: str) -> DagRun:
        name = example or f"{request.node.name}_{next(numbers)}"
        file = airflow_home / "dags" / f"{name}.py"
        if example:
            shutil.copy(EXAMPLES[0].with_stem(example), file)
        else:
            file.write_text(f"{HEAD}\nwith DAG({name!r}, schedule=None):\n    {task}\n")
        bag = DagBag(file, include_examples=False)
        assert not bag.import_errors
        return bag.dags[name].test(run_conf=conf)

    return run


def returned(run: DagRun, task_id: str) -> object:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        found = XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, task_ids=task_id, key="return_value")
        return XComModel.deserialize_value(session.scalars(found).one())


def test_this_is_the_oldest_airflow_without_what_is_optional() -> None:
    assert importlib.metadata.version("apache-airflow").startswith("3.1.")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("openlineage")


def test_the_provider_is_found_with_its_form(airflow_home: Path) -> None:
    """As the API server shows it, which has no wtforms and puts stand-ins in its place."""
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
    from airflow.providers_manager import ProvidersManager

    (form,) = [hook for hook in HookMetaService.hook_meta_data() if hook.connection_type == "drivedelta"]
    described = get_provider_info()["connection-types"][0]["conn-fields"]
    assert set(form.extra_fields) == set(described)
    for name, field in described.items():
        shown, wanted = form.extra_fields[name]["schema"], field["schema"]
        assert (shown["title"], shown.get("format")) == (field["label"], wanted.get("format")), name
        assert shown.get("enum") == wanted.get("enum"), name
    manager = ProvidersManager()
    assert PACKAGE in manager.providers
    assert set(get_provider_info()["extra-links"]) <= set(manager.extra_links_class_names)
    assert "drivedelta" in manager.asset_uri_handlers


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_parses(example: Path, airflow_home: Path) -> None:
    from airflow.models.dagbag import DagBag

    bag = DagBag(example, include_examples=False)
    assert not bag.import_errors
    assert list(bag.dags) == [example.stem]


class TestADrive:
    def test_is_pulled_and_reconciled(self, play: Play, emulated_drive: EmulatedDrive, tmp_path: Path) -> None:
        conf = {"source": emulated_drive.source, "output": str(tmp_path)}
        draft = emulated_drive.folder / "draft.txt"
        draft.write_text("Dear Ann")
        assert play(example="drive_to_parquet", **conf).state == "success"
        draft.rename(emulated_drive.folder / "letter.txt")
        assert play(example="drive_to_parquet", **conf).state == "success"
        assert returned(play(example="reconcile_weekly", **conf), "reconcile")["verdict"] == "in_sync"
        assert read_changes(tmp_path).read_pandas()["_op"].tolist() == ["insert", "update"]

    def test_that_is_busy_is_left_alone_outside_of_the_worker(
        self, play: Play, emulated_drive: EmulatedDrive, tmp_path: Path
    ) -> None:
        (emulated_drive.folder / "a.txt").touch()
        emulated_drive.throttle(seconds=1)
        pull = f"DriveDeltaToParquetOperator(task_id='pull', source={emulated_drive.source!r}, "
        run = play(f"{pull} output={str(tmp_path)!r}, max_wait=0, deferrable=True)")
        assert returned(run, "pull")["inserted"] == 1

    def test_is_waited_for_outside_of_the_worker(
        self, play: Play, emulated_drive: EmulatedDrive, tmp_path: Path
    ) -> None:
        feed = f"source={emulated_drive.source!r}, output={str(tmp_path)!r}"
        play(f"DriveDeltaToParquetOperator(task_id='pull', {feed})")
        emulated_drive.emulator.clear_requests()
        with changed_after(emulated_drive, looks=2):
            run = play(f"DriveDeltaSensor(task_id='wait', {feed}, poke_interval=0.2, deferrable=True)")
        assert returned(run, "wait")["reason"] == "changed"

    def test_is_watched_by_an_asset(self, play: Play, tmp_path: Path) -> None:
        from airflow.triggers.base import BaseEventTrigger

        from airflow_provider_drivedelta.triggers import DriveDeltaTrigger

        trigger = DriveDeltaTrigger(source="drives/b!d", output=str(tmp_path))
        path, kwargs = trigger.serialize()
        module, _, name = path.rpartition(".")
        again = getattr(importlib.import_module(module), name)(**kwargs)
        assert isinstance(again, BaseEventTrigger)
        assert again.serialize() == (path, kwargs)

    def test_has_one_name_as_an_asset(self, airflow_home: Path) -> None:
        from airflow.sdk import Asset

        assert Asset(uri="drivedelta://drives/1B2C3D4E5F607081/").uri == "drivedelta://drives/1b2c3d4e5f607081"


def test_a_list_is_pulled(play: Play, emulated_list: EmulatedList, tmp_path: Path) -> None:
    emulated_list.items.add({"Title": "Dig a hole", "State": "open"})
    conf = {"site": emulated_list.site, "list": emulated_list.title, "output": str(tmp_path)}
    assert play(example="list_to_parquet", **conf).state == "success"
    assert read_changes(tmp_path).read_pandas()["title"].tolist() == ["Dig a hole"]


def test_lists_are_found_and_pulled_by_mapped_tasks(play: Play, emulated_list: EmulatedList, tmp_path: Path) -> None:
    emulated_list.items.add({"Title": "Dig a hole"})
    find = f"DriveDeltaDiscoverListsOperator(task_id='find', sites=[{emulated_list.site!r}])"
    pull = f"SharePointListDeltaToParquetOperator.partial(task_id='pull', output={str(tmp_path)!r})"
    assert play(f"{pull}.expand(sources={find}.output)").state == "success"
    assert read_changes(tmp_path).read_pandas()["title"].tolist() == ["Dig a hole"]


class changed_after:
    """Puts a file into the drive once the service was asked so often."""

    def __init__(self, drive: EmulatedDrive, *, looks: int) -> None:
        self._drive, self._looks, self._over = drive, looks, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while len(self._drive.emulator.requests) < self._looks and not self._over.wait(0.05):
            pass
        (self._drive.folder / "new.txt").touch()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
