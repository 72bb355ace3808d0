"""One of many processes that pull the same feed at the same moment, round after round."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.errors import LostRace
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.plan import Plan, RunOptions
from airflow_provider_drivedelta.core.protocols.graph_drive import GraphDrive
from airflow_provider_drivedelta.core.pull import pull
from airflow_provider_drivedelta.core.sources import Feed
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.hooks.variables import VariableTokenStore
from tests.race.stale_variables import StaleVariables

PATIENCE = 60.0  # seconds that one waits for the others before the test is given up
MOST_TRIES = 16


@dataclass(frozen=True)
class Course:
    """What all racers share. `variables`: a folder for the Variable; empty keeps the token in the output.

    `loses_answers`: one in so many creations of a commit succeeds without saying so.
    """

    url: str
    drive_id: str
    variables: str = ""
    loses_answers: int = 0


@dataclass(frozen=True)
class Lap:
    """How a racer fared in one round: what its last run said, and why those before it failed."""

    summary: Summary
    lost: tuple[str, ...]


class Racer:
    """Tries until it is through, as Airflow's retries would."""

    def __init__(self, course: Course, number: int) -> None:
        self._course, self._random = course, Random(number)
        self._tokens: TokenStore | None = None
        if course.variables:
            self._tokens = VariableTokenStore(StaleVariables(Path(course.variables), self._random))

    def lap(self, output: str) -> Lap:
        lost: list[str] = []
        while len(lost) < MOST_TRIES:
            try:
                return Lap(self._pull(output), tuple(lost))
            except LostRace as error:
                lost.append(str(error))
        raise AssertionError(f"lost {len(lost)} times in one round: {lost[-1]}")

    def _pull(self, output: str) -> Summary:
        drive_id, url = self._course.drive_id, self._course.url
        protocol = GraphDrive(base_url=url, drive_id=drive_id)
        feed = Feed.of_drive(drive_id, output=output)
        storage = self._storage(f"{output}/{feed.folder}")
        plan = Plan(
            feed=feed,
            source=f"drives/{drive_id}",
            path=f"{output}/{feed.folder}",
            records=DriveRecords(drive_id),
            fingerprint="the same",
            asked=RunOptions(run="race"),
        )
        with Transport(auth=BearerToken("t"), base_url=url) as transport:
            return pull(plan, protocol, transport, storage, self._tokens or TokenFile(storage))

    def _storage(self, folder: str) -> Storage:
        return LocalStorage(Path(folder), link=self._link)

    def _link(self, draft: Path, target: Path) -> None:
        """Some shares answer like this: the link is there, and yet an error comes back."""
        os.link(draft, target)
        if self._course.loses_answers and not self._random.randrange(self._course.loses_answers):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(target))


def run(course: Course, number: int, line: Barrier, orders: Connection) -> None:
    """A process's life: a lap in each output it is told of, all off the line together."""
    racer = Racer(course, number)
    while output := orders.recv():
        line.wait(PATIENCE)
        orders.send(_told(lambda: racer.lap(output)))


def _told(lap: Callable[[], Lap]) -> Lap | str:
    try:
        return lap()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
