"""What the demo runs against: the emulator as a process of its own, and Airflow with a throw-away home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DAGS = Path(__file__).parent.parent / "dags"


@dataclass(frozen=True, slots=True)
class Microsoft365:
    """The emulator: its addresses, its CA, the drive it serves."""

    url: str
    sign_in: str
    ca_file: str
    drive_id: str

    def expire_tokens(self) -> None:
        _post(f"{self.url}/_emulator/expire")


@contextmanager
def emulator(folder: Path) -> Iterator[Microsoft365]:
    """Serves `folder` as a drive for as long as the block lasts."""
    command = [sys.executable, "-m", "airflow_provider_drivedelta.cli", "emulate", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _addresses(process)
        finally:
            process.terminate()


def _addresses(process: subprocess.Popen[str]) -> Microsoft365:
    """From the lines the emulator prints: `drive ID NAME`, `sign-in URL ca FILE`, `ready URL`."""
    assert process.stdout is not None
    said: dict[str, list[str]] = {}
    for line in process.stdout:
        name, *rest = line.split()
        said[name] = rest
        if name == "ready":
            return Microsoft365(said["ready"][0], said["sign-in"][0], said["sign-in"][2], said["drive"][0])
    raise RuntimeError("the emulator ended before it was ready")


def _post(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, data=b"{}", method="POST"), timeout=30):
        pass


@dataclass(frozen=True, slots=True)
class Airflow:
    """An Airflow whose home, database and log lie in one folder."""

    home: Path
    connection: Mapping[str, object]

    def migrate(self) -> None:
        self._airflow("db", "migrate")

    def run_dag(self, dag_id: str, conf: Mapping[str, str]) -> str:
        """One run of the DAG, as `airflow dags test` makes one: real Connection, real Variables, real database.

        Gives what it printed.
        """
        return self._airflow("dags", "test", dag_id, "--conf", json.dumps(conf))

    def _airflow(self, *words: str) -> str:
        """:raises RuntimeError: the command failed; its log is named."""
        log = self.home / "demo.log"
        before = log.stat().st_size if log.exists() else 0
        with log.open("a") as output:
            command = [sys.executable, "-m", "airflow", *words]
            process = subprocess.Popen(command, env=self._environment(), stdout=output, stderr=subprocess.STDOUT)
            _show_waiting(process, f"airflow {words[0]} {words[1]}")
        if process.returncode:
            raise RuntimeError(f"airflow {' '.join(words[:2])} failed; see {log}")
        return log.read_bytes()[before:].decode(errors="replace")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        return kept | {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(_DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW_CONN_DRIVEDELTA_DEFAULT": json.dumps(self.connection),
        }


def _show_waiting(process: subprocess.Popen[bytes], what: str) -> None:
    """A line that moves on a terminal, one line in a log file."""
    begun = time.monotonic()
    live = sys.stdout.isatty()
    while process.poll() is None:
        if live:
            print(f"\r  {what} … {time.monotonic() - begun:.0f} s", end="", flush=True)
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
    print(f"{chr(13) if live else ''}  {what}: {time.monotonic() - begun:.0f} s", flush=True)
