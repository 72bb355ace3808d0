"""A drive, eight processes that follow it into one output, and the drive's form at each moment, to compare."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.emulator import Drive
from tests.kill.ledger import Heads, check_lake
from tests.race.racer import PATIENCE, Course, Lap, run

RACERS = 8

# Forked from a server that has imported everything and started no thread; this process has many.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.race.racer", "pandas"])


class Track:
    """The drive changes only here, so each head of its log that a reader may have met is known."""

    def __init__(self, drive: Drive, output: Path) -> None:
        self.drive, self.output = drive, output
        self._random = Random(output.name)
        self._heads, self._made = Heads(drive), 0

    def change(self) -> None:
        """Something small that touches what was touched before, or cascades; what is deleted is made up for."""
        items = self.drive.walk()
        self._made += 1
        chosen, name = self._random.choice(items), f"item {self._made}"
        folder = self._random.choice([item.id for item in items if item.is_folder and item.parent_id != chosen.id])
        what = self._random.randrange(6)
        if what == 0 and not chosen.is_folder:
            self.drive.delete(chosen.id)
        elif what == 1:
            self.drive.rename(chosen.id, name)
        elif what == 2 and not chosen.is_folder:
            self.drive.move(chosen.id, folder)
        elif what == 3 and not chosen.is_folder:
            self.drive.edit(chosen.id, name.encode())
        elif what == 4 and len(items) < 40:
            self.drive.create_folder(name, folder)
        else:
            self.drive.create_file(name, name.encode(), folder)
        self._heads.note()

    @property
    def feed(self) -> Path:
        (folder,) = self.output.iterdir()
        return folder

    def check(self) -> Sequence[Commit]:
        return check_lake(self.feed, self.drive, self._heads.seen_by)


class Field:
    """The racers, waiting at the line."""

    def __init__(self, orders: list[Connection]) -> None:
        self._orders = orders

    def lap(self, output: Path, meanwhile: Callable[[], object] = lambda: None) -> list[Lap]:
        """One round; `meanwhile` is done right after its start, and once more when the first racer is through."""
        for orders in self._orders:
            orders.send(str(output))
        laps: list[Lap] = []
        meanwhile()
        while len(laps) < len(self._orders):
            ready = wait(self._orders, PATIENCE)
            assert ready, "the racers do not come in"
            for orders in ready:
                lap = orders.recv()
                assert isinstance(lap, Lap), lap
                if not laps:
                    meanwhile()
                laps.append(lap)
        return laps


@contextmanager
def field(course: Course) -> Iterator[Field]:
    """Starts the racers, and ends them."""
    line = _CONTEXT.Barrier(RACERS)
    pipes = [_CONTEXT.Pipe() for _ in range(RACERS)]
    racers = [
        _CONTEXT.Process(target=run, args=(course, number, line, theirs), daemon=True)
        for number, (_, theirs) in enumerate(pipes)
    ]
    for racer in racers:
        racer.start()
    try:
        yield Field([ours for ours, _ in pipes])
        for ours, _ in pipes:
            ours.send("")
    finally:
        for racer in racers:
            racer.join(PATIENCE / 4)
            racer.kill()
