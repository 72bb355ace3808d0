"""What the core's tests play with: time that nobody waits for, and a drive that is followed into a folder."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit, DataFile
from airflow_provider_drivedelta.core.lake.layout import change_file, staging_folder
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import SavedToken, TokenStore
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from tests.graph_service import GraphService, Reply, Script

BEARER = "eyJ-secret-bearer"
START = "/v1.0/drives/b!drive/root/delta"


@dataclass
class FakeTime:
    """A clock that moves when somebody sleeps, and by `tick` whenever somebody looks. Seconds."""

    now: float = 1000.0
    tick: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def clock(self) -> float:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def patient(jitter: float = 1.0, **policy: float) -> RetryPolicy:
    """A policy whose waits are known beforehand: with full jitter 0.5, 1, 2, 4 …"""
    return RetryPolicy(jitter=lambda: jitter, **policy)  # type: ignore[arg-type]


def connect(service: GraphService, time: FakeTime | None = None, **settings: object) -> Transport:
    """A transport to the service, with a bearer token, that never really waits."""
    time = time or FakeTime()
    known = {"auth": BearerToken(BEARER), "base_url": service.url, "policy": patient(), "limits": BodyLimits(idle=5)}
    return Transport(sleep=time.sleep, clock=time.clock, **(known | settings))  # type: ignore[arg-type]


@dataclass
class Follower:
    """Follows one drive of a service into a folder, as a user would, run after run."""

    service: GraphService
    output: Path
    tokens: TokenStore | None = None
    time: FakeTime = field(default_factory=FakeTime)
    progress: list[Progress] = field(default_factory=list)

    def pull(self, source: str = "drives/b!drive", *, max_wait: float = 600, **options: object) -> Summary:
        capture = DriveCapture(source=Drive.parse(source), output=str(self.output), **options)  # type: ignore[arg-type]
        with connect(self.service, self.time, max_wait=max_wait) as transport:
            return capture_drive(
                capture,
                base_url=self.service.url,
                transport=transport,
                tokens=self.tokens,
                on_page=self.progress.append,
            )

    def read_fully(self, *items: Mapping[str, object], token: str = "/d1") -> Summary:
        """The first read, on one page."""
        self.service.on(START, self.service.page(items, delta=token))
        return self.pull()

    @property
    def folder(self) -> Path:
        """The feed's own."""
        (folder,) = self.output.iterdir()
        return folder

    @property
    def storage(self) -> LocalStorage:
        return LocalStorage(self.folder)

    @property
    def commits(self) -> list[Commit]:
        return [log.read(self.storage, number) for number in log.numbers(self.storage)]

    @property
    def change_files(self) -> list[Path]:
        return sorted(self.folder.glob("changes/*/*.parquet"))

    def fails_and_leaves_everything(self, kind: type[DriveDeltaError], says: str, target: str, reply: Script) -> None:
        """Pull with this reply for the target: the error is of this kind, and the output is what it was before."""
        before = tree(self.output)
        self.service.replace(target, reply)
        with pytest.raises(kind, match=says) as caught:
            self.pull()
        assert type(caught.value) is kind
        assert tree(self.output) == before

    def die_after_commit(self, reply: Reply, token: str = "/d1") -> None:
        """A run that died right after its commit: its files are still staged, the record knows nothing of it."""
        before = self.record
        self.service.on(token, reply)
        self.pull()
        last = self.commits[-1]
        for file in last.files:
            self.storage.move(file.final, file.staged)
        self.write_record(**before)

    def rows(self, increment: int | None = None) -> list[dict[str, object]]:
        """The change records a reader sees, in order; of one increment, or of all."""
        rows = [row for file in self.change_files for row in pq.ParquetFile(file).read().to_pylist()]
        return [row for row in rows if increment in (None, row["_increment"])]

    def names(self, increment: int | None = None) -> list[object]:
        return [row["name"] for row in self.rows(increment)]

    @property
    def token(self) -> str:
        """The target of the delta link that is stored beside the data."""
        return self.record["delta_token"].removeprefix(self.service.host)

    @property
    def record(self) -> dict[str, str]:
        return json.loads((self.folder / "_drivedelta/token.json").read_text())

    def write_record(self, **fields: object) -> None:
        (self.folder / "_drivedelta/token.json").write_text(json.dumps(self.record | fields))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` with its content, but for the note of how the last run failed."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "last_error.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def resync(flavour: str = "Apply", *, location: str = "") -> Reply:
    """A refused token, as the documentation has it."""
    error = {"error": {"code": f"resyncChanges{flavour}Differences", "message": "Resync required."}}
    return Reply.json(error, 410, **({"Location": location} if location else {}))


def refused(status: int, code: str = "", message: str = "") -> Reply:
    return Reply.json({"error": {"code": code, "message": message}}, status)


def a_commit(increment: int = 1, attempt: str = "a" * 16, files: Sequence[DataFile] = (), **more: object) -> Commit:
    """A commit like any other, for the log's own tests."""
    known = {
        "feed": "drive-x--00000000",
        "source": "drives/x",
        "protocol": "graph",
        "fingerprint": "f" * 16,
        "kind": "incremental",
        "token": "https://graph/delta?token=T",
        "started_from": "",
        "started_at": "2026-11-21T03:00:00+00:00",
        "committed_at": "2026-11-21T03:00:01+00:00",
        "captured_date": "2026-11-21",
        "counts": {"inserted": 1},
        "run": "test",
        "provider_version": "0",
    }
    return Commit(increment=increment, attempt=attempt, files=tuple(files), **(known | more))  # type: ignore[arg-type]


def a_file(commit_attempt: str = "a" * 16, increment: int = 1, part: int = 0) -> DataFile:
    """A file that such a commit would name."""
    final = change_file(datetime(2026, 11, 21, tzinfo=UTC).date(), increment, part, commit_attempt)
    return DataFile(staged=f"{staging_folder(commit_attempt)}/changes-{part:05d}.parquet", final=final, rows=1, size=7)


def a_record(**more: object) -> SavedToken:
    known = {"feed": "drive-x--00000000", "increment": 3, "fingerprint": "f" * 16, "delta_token": "https://graph/d?t=1"}
    return SavedToken(**(known | more))  # type: ignore[arg-type]


def age(folder: Path, seconds: float) -> None:
    """Make everything in the folder, and itself, look untouched for so long."""
    then = time.time() - seconds
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (then, then))


def without_links(_: Path, target: Path) -> None:
    """A file system that knows no hard links, as exFAT and many network shares."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(target))
