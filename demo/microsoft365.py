"""What stands in for Microsoft 365: the emulator, as a process of its own, with a drive and a SharePoint site."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Microsoft365:
    """The emulator: its addresses, its CA, the drive and the site it serves."""

    url: str
    sign_in: str
    ca_file: str
    drive_id: str
    site_path: str

    @property
    def site(self) -> str:
        """The site's URL, on the host that one signs in to."""
        return f"{self.sign_in}{self.site_path}"

    def expire_tokens(self) -> None:
        _call(f"{self.url}/_emulator/expire", {})

    def order(self, op: str, list_title: str, **what: object) -> None:
        """Does something to a list, as its people would."""
        _call(f"{self.url}/_emulator/list", {"op": op, "list": list_title, **what})

    def count(self, list_title: str) -> int:
        """Items and folders that the list really holds."""
        told = _call(f"{self.url}/_emulator/list?{urllib.parse.urlencode({'list': list_title})}")
        return len(json.loads(told)["value"])


@contextmanager
def emulator(folder: Path) -> Iterator[Microsoft365]:
    """Serves `folder` as a drive, and a sample site, for as long as the block lasts."""
    command = [sys.executable, "-m", "airflow_provider_drivedelta.cli", "emulate", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _addresses(process)
        finally:
            process.terminate()


def _addresses(process: subprocess.Popen[str]) -> Microsoft365:
    """From the lines the emulator prints: `drive ID NAME`, `site PATH`, `sign-in URL ca FILE`, `ready URL`."""
    assert process.stdout is not None
    said: dict[str, list[str]] = {}
    for line in process.stdout:
        name, *rest = line.split()
        said[name] = rest
        if name == "ready":
            sign_in, _, ca_file = said["sign-in"]
            return Microsoft365(rest[0], sign_in, ca_file, said["drive"][0], said["site"][0])
    raise RuntimeError("the emulator ended before it was ready")


def _call(url: str, given: dict[str, object] | None = None) -> bytes:
    """A POST with something given, else a GET."""
    body = None if given is None else json.dumps(given).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30) as answer:
        answered: bytes = answer.read()
        return answered
