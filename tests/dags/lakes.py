"""Drives and a list on loopback, followed into a lake, and a story of changes that DAGs downstream must survive."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive, Emulator, SharePointList, Site

DAGS = Path(__file__).parents[2] / "dags"


def loaded(name: str) -> ModuleType:
    """The DAG's module, as it is in dags/."""
    spec = importlib.util.spec_from_file_location(name, DAGS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Lake:
    """An output folder, and what is followed into it."""

    emulator: Emulator
    tasks: SharePointList
    output: Path

    @property
    def drive(self) -> Drive:
        return self.emulator.drive

    @property
    def feeds(self) -> list[Path]:
        return sorted(changes.parent for changes in self.output.glob("*/changes"))

    def pull_drive(self, number: int = 0, **options: object) -> Summary:
        source = Source.parse(f"drives/{self.emulator.drives[number].id}")
        capture = DriveCapture(source=source, output=str(self.output), **options)  # type: ignore[arg-type]
        base_url = f"{self.emulator.url}/v1.0"
        with Transport(auth=BearerToken("r3ady"), base_url=base_url) as transport:
            return capture_drive(capture, base_url=base_url, transport=transport)

    def pull_list(self) -> Summary:
        site = f"{self.emulator.url}/sites/team"
        capture = ListCapture(site=site, list=self.tasks.title, output=str(self.output))
        with Transport(auth=BearerToken("r3ady"), base_url=site) as transport:
            return capture_list(capture, base_url=f"{site}/", transport=transport)


@contextmanager
def lake_of_contoso(output: Path, *, personal: bool = False) -> Iterator[Lake]:
    """Two drives, or one personal one, and the list `Tasks`; nothing is captured yet."""
    site = Site("/sites/team")
    tasks = site.add_list("Tasks")
    drives = [] if personal else [Drive(name, withhold_descendant_tombstones=True) for name in ("Documents", "Archive")]
    with Emulator(drives=drives, personal=personal, sites=[site]) as emulator:
        yield Lake(emulator, tasks, output)


def first(lake: Lake) -> None:
    drive = lake.drive
    old = drive.create_folder("Old")
    deep = drive.create_folder("Deep", old.id)
    for name in ("a.txt", "b.txt"):
        drive.create_file(name, name.encode(), deep.id)
    drive.create_file("lost.txt", b"l")
    drive.create_file("gone.txt", b"g")


def moved(lake: Lake) -> None:
    """A folder is renamed: what is below moves, and the service says nothing of it."""
    drive = lake.drive
    drive.rename(drive.find("/Old").id, "New")
    drive.delete(drive.find("/gone.txt").id)


def lost(lake: Lake) -> None:
    """The token is refused by a service that may have lost something."""
    lake.drive.delete(lake.drive.find("/lost.txt").id)
    lake.emulator.expire(flavour="upload")


def deleted(lake: Lake) -> None:
    """A folder goes with all that is in it; a file of the old name comes."""
    drive = lake.drive
    drive.delete(drive.find("/New/Deep").id)
    drive.create_file("gone.txt", b"another")


def restored(lake: Lake) -> None:
    """The folder comes back: a re-insert of what was in it, under the old ids."""
    (deep,) = (item for item in lake.drive.log.changes(0, lake.drive.head) if item.name == "Deep")
    lake.drive.restore(deep.id)


STORY: tuple[Callable[[Lake], None], ...] = (first, moved, lost, deleted, restored)
