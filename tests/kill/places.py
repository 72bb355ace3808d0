"""Where the lake of a kill test lies: it can be put back as it was, looked at from outside, and copied to be read."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote
from xml.sax.saxutils import unescape

import requests

from airflow_provider_drivedelta.core.lake.output import Output
from tests.kill.bucket import BUCKET, Bucket


class Place(Protocol):
    """A world with an output in it, and a Variable beside."""

    output: str | Output
    variables: Variables

    def keep(self) -> None:
        """Remember the world as it is."""

    def reset(self) -> None:
        """Make it what it was when it was kept."""

    def look(self) -> Hashable:
        """What a stranger sees of it now: two looks are equal if nothing was done in between."""

    def effects(self) -> int:
        """How much was done to it so far that is not seen by watching the files of this machine."""

    def names(self) -> Iterable[str]:
        """The paths of all files below the output."""

    def fetched(self) -> Path:
        """The output as a folder of this machine, to be read."""


class Variables:
    """Airflow's Variables as a file: written at once, as a database commits, and gone on from by the next process."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, key: str) -> str | None:
        return self._file.read_text() if self._file.exists() else None

    def set(self, key: str, text: str, description: str) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(self._file)


class LocalPlace:
    """A folder on local disk."""

    def __init__(self, base: Path) -> None:
        self._world, self._kept = base / "world", base / "kept"
        self._world.mkdir(parents=True)
        self.output = str(self._world / "lake")
        self.variables = Variables(self._world / "variable.json")

    def keep(self) -> None:
        shutil.copytree(self._world, self._kept)

    def reset(self) -> None:
        shutil.rmtree(self._world)
        shutil.copytree(self._kept, self._world)

    def look(self) -> Hashable:
        return tuple(_found(str(self._world)))

    def effects(self) -> int:
        return 0

    def names(self) -> Iterable[str]:
        return [str(path.relative_to(self.output)) for path in self.fetched().rglob("*") if path.is_file()]

    def fetched(self) -> Path:
        return Path(self.output)


_SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20261121/us-east-1/s3/aws4_request"}  # moto asks no more


class BucketPlace:
    """A prefix in a bucket. Talks to it without a thread, so that children can be forked."""

    def __init__(self, base: Path, bucket: Bucket) -> None:
        self._bucket, self._beside, self._fetched = bucket, LocalPlace(base), base / "fetched"
        self.output = Output(f"s3://{BUCKET}/lakes", options=bucket.options)
        self.variables = self._beside.variables
        self._kept: dict[str, bytes] = {}
        self._empty()

    def _empty(self) -> None:
        requests.post(f"{self._bucket.endpoint}/moto-api/reset", timeout=60, headers=_SIGNED).raise_for_status()
        requests.put(self._url(""), timeout=60, headers=_SIGNED).raise_for_status()

    def keep(self) -> None:
        self._beside.keep()
        self._kept = {name: self._read(name) for name in self.names()}

    def reset(self) -> None:
        self._beside.reset()
        self._empty()
        for name, content in self._kept.items():
            requests.put(self._url(f"lakes/{name}"), content, timeout=60, headers=_SIGNED).raise_for_status()

    def look(self) -> Hashable:
        return self._beside.look(), self.effects()

    def effects(self) -> int:
        return self._bucket.changes()

    def names(self) -> Iterable[str]:
        listed = requests.get(self._url("") + "?list-type=2", timeout=60, headers=_SIGNED)
        listed.raise_for_status()
        return [unescape(key).removeprefix("lakes/") for key in re.findall("<Key>(.*?)</Key>", listed.text)]

    def fetched(self) -> Path:
        shutil.rmtree(self._fetched, ignore_errors=True)
        for name in self.names():
            file = self._fetched / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._read(name))
        return self._fetched

    def _read(self, name: str) -> bytes:
        found = requests.get(self._url(f"lakes/{name}"), timeout=60, headers=_SIGNED)
        found.raise_for_status()
        return found.content

    def _url(self, path: str) -> str:
        return f"{self._bucket.endpoint}/{BUCKET}/{quote(path)}"


def _found(folder: str) -> Iterator[tuple[str, int, int, int]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        seen = entry.stat(follow_symlinks=False)
        yield entry.path, seen.st_ino, seen.st_size, seen.st_mtime_ns
        if entry.is_dir(follow_symlinks=False):
            yield from _found(entry.path)
