"""Airflow with a throw-away home: real Connection, real Variables, real database."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_DAGS = Path(__file__).parent.parent / "dags"
_RETURNED = "SELECT value FROM xcom WHERE dag_id = ? AND key = 'return_value' ORDER BY timestamp DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a DAG that is asked for."""

    dag_id: str
    conf: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo goes by of the summary that an operator returns."""

    path: str
    kind: str
    increment: int
    rows: int
    schema_changed: bool
    verdict: str

    def __str__(self) -> str:
        changed = ", schema_changed" if self.schema_changed else ""
        return f"{self.kind}: {self.rows} rows{changed} in {self.path}/changes"


@dataclass(frozen=True, slots=True)
class Airflow:
    """An Airflow whose home, database and log lie in one folder."""

    home: Path
    connection: Mapping[str, object]

    def migrate(self) -> None:
        self._airflow("airflow db migrate", ["db", "migrate"])

    def run(self, *runs: Run) -> list[Summary]:
        """Runs one DAG after the other as `airflow dags test` does; gives what their tasks returned."""
        what = f"airflow dags test {', '.join(run.dag_id for run in runs)}"
        self._airflow(what, *(["dags", "test", run.dag_id, "--conf", json.dumps(run.conf)] for run in runs))
        return [self._returned(run.dag_id) for run in runs]

    def _returned(self, dag_id: str) -> Summary:
        """The last run's XCom, from Airflow's database."""
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            (value,) = database.execute(_RETURNED, [dag_id]).fetchone()
        told = json.loads(value)
        return Summary(
            path=told["path"],
            kind=told["kind"],
            increment=told["increment"],
            rows=told["rows"],
            schema_changed=told["schema_changed"],
            verdict=told.get("verdict", ""),
        )

    def _airflow(self, what: str, *commands: list[str]) -> None:
        """:raises RuntimeError: a command failed; the log is named."""
        log = self.home / "demo.log"
        with log.open("a") as output:
            command = [sys.executable, "-m", "demo.airflow_commands", json.dumps(commands)]
            process = subprocess.Popen(command, env=self._environment(), stdout=output, stderr=subprocess.STDOUT)
            _show_waiting(process, what)
        if process.returncode:
            raise RuntimeError(f"{what} failed; see {log}")

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
