"""What happens before a run is killed, while nobody looks, and before it is run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from airflow_provider_drivedelta.emulator import Drive

Change = Callable[[Drive], object]


def plant(drive: Drive) -> None:
    """Folders in folders, with files in them; more than a page."""
    parent = None
    for name in ("a", "b", "c"):
        parent = drive.create_folder(name, parent).id
        drive.create_file(f"{name}.txt", name.encode(), parent)
    drive.create_folder("other")


def busy(drive: Drive) -> None:
    """A folder is renamed, and what is below moves with it; a file comes, one goes, one is written to, one moves."""
    drive.rename(drive.find("/a").id, "A")
    drive.create_file("new.txt", b"new", drive.find("/A/b").id)
    drive.delete(drive.find("/A/b/c/c.txt").id)
    drive.edit(drive.find("/A/b/b.txt").id, b"more")
    drive.move(drive.find("/A/a.txt").id, drive.find("/other").id)


def meanwhile(drive: Drive) -> None:
    """Between a kill and the run after it: the same items again, and a whole folder goes."""
    ids = {item.name.lower(): item.id for item in drive.walk()}
    drive.rename(ids["a"], "again")
    drive.delete(ids["c"])
    drive.create_file("late.txt", b"late")


def unseen(drive: Drive) -> None:
    """While the token is dead: one goes and another takes its name, a folder and a file move, one goes for good."""
    drive.recreate(drive.find("/a/a.txt").id)
    drive.rename(drive.find("/a/b").id, "B")
    drive.move(drive.find("/a/B/b.txt").id, drive.find("/other").id)
    drive.delete(drive.find("/a/B/c/c.txt").id)


LONG = {"checkpoints": Checkpoints(every_pages=1)}
ALWAYS = Compaction(most_layers=0, most_rows=0, most_of_base=0)


@dataclass(frozen=True)
class Scenario:
    """`before` are runs that end well, each after its change; then `change`, and the run that is killed."""

    name: str
    before: Sequence[Change]
    change: Change
    flavour: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    page_size: int = 3


def nothing(drive: Drive) -> None:
    """The drive is as it was."""


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("first read", [], plant),
        Scenario("increment", [plant], busy),
        Scenario("quiet run", [plant], nothing),
        Scenario("resync", [plant], unseen, flavour="apply"),
        Scenario("resync, unsure", [plant], unseen, flavour="upload"),
        Scenario("compaction", [plant], busy, options={"compaction": ALWAYS}),
        Scenario("long first read", [], plant, options=LONG, page_size=2),
        Scenario("long increment", [plant], busy, options=LONG, page_size=2),
        Scenario("long resync", [plant], unseen, flavour="apply", options=LONG, page_size=2),
    )
}
