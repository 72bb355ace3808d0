"""A running Airflow, seen and steered through its REST API, as a person or a script would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from tests.scheduler.programs import Program, wait_until

PATIENCE = 150.0  # seconds for whatever a test waits for
_ENDED = ("success", "failed")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a DAG, by its id, with what the scheduler made of it."""

    id: str
    type: str
    state: str
    logical_date: str | None


@dataclass(frozen=True, slots=True)
class Task:
    """The newest try of a task of a run."""

    state: str | None
    tries: int
    map_index: int
    pid: int | None


@dataclass(frozen=True)
class Deployment:
    """Airflow at `url`, with its home, its settings and the programs it consists of."""

    url: str
    home: Path
    environment: Mapping[str, str] = field(repr=False)
    programs: tuple[Program, ...]
    _session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self) -> bool:
        """Whether the API answers by now; from then on everything is asked as an admin."""
        self._session.trust_env = False
        try:
            answer = self._session.get(f"{self.url}/auth/token", timeout=10)
        except requests.ConnectionError:
            return False
        if not answer.ok:
            return False
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    @property
    def dags(self) -> set[str]:
        """The DAGs that the scheduler knows of; none may be broken."""
        broken = self.ask("GET", "/importErrors")["import_errors"]
        assert not broken, broken
        return {dag["dag_id"] for dag in self.ask("GET", "/dags", exclude_stale="true")["dags"]}

    def unpause(self, dag_id: str) -> None:
        self.ask("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def begin(self, dag_id: str) -> str:
        """A manual run without a date; gives its id."""
        return str(self.ask("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None})["dag_run_id"])

    def trigger(self, dag_id: str) -> Run:
        """A manual run without a date, to its end."""
        return self.ended(dag_id, self.begin(dag_id))

    def backfill(self, dag_id: str, since: datetime, until: datetime) -> None:
        """Ask for runs of the past, `until` included; the scheduler plays them beside whatever it does otherwise."""
        asked = {"dag_id": dag_id, "from_date": since.isoformat(), "to_date": until.isoformat()}
        self.ask("POST", "/backfills", json=asked)

    def clear(self, dag_id: str, run: Run) -> Run:
        """`airflow tasks clear` of the whole run; gives the run when it has ended again."""
        asked = {"dry_run": False, "only_failed": False, "dag_run_id": run.id}
        self.ask("POST", f"/dags/{dag_id}/clearTaskInstances", json=asked)
        return self.ended(dag_id, run.id)

    def runs(self, dag_id: str, kind: str | None = None) -> list[Run]:
        """Oldest first, of one type or of all."""
        found = self.ask("GET", f"/dags/{dag_id}/dagRuns", order_by="run_after", limit=100)["dag_runs"]
        runs = [Run(run["dag_run_id"], run["run_type"], run["state"], run["logical_date"]) for run in found]
        return [run for run in runs if kind in (None, run.type)]

    def run(self, dag_id: str, run_id: str) -> Run:
        (found,) = (run for run in self.runs(dag_id) if run.id == run_id)
        return found

    def ended(self, dag_id: str, run_id: str) -> Run:
        """The run, once it has ended."""
        self.wait(lambda: self.run(dag_id, run_id).state in _ENDED)
        return self.run(dag_id, run_id)

    def have_ended(self, dag_id: str, kind: str, *, count: int) -> bool:
        """Whether there are so many runs of that type, and all have ended."""
        runs = self.runs(dag_id, kind)
        return len(runs) >= count and all(run.state in _ENDED for run in runs)

    def all_ended(self, dag_id: str, kind: str, *, count: int) -> list[Run]:
        """The runs of that type, once there are so many and all have ended."""
        self.wait(lambda: self.have_ended(dag_id, kind, count=count))
        return self.runs(dag_id, kind)

    def tasks(self, dag_id: str, run: Run, task_id: str = "pull") -> list[Task]:
        """The tries of one task, one for each map index."""
        found = self.ask("GET", f"/dags/{dag_id}/dagRuns/{run.id}/taskInstances", task_id=task_id)["task_instances"]
        return [Task(ti["state"], ti["try_number"], ti["map_index"], ti["pid"]) for ti in found]

    def task(self, dag_id: str, run: Run, task_id: str = "pull") -> Task:
        (only,) = self.tasks(dag_id, run, task_id)
        return only

    def returned(self, dag_id: str, run: Run, task_id: str = "pull", map_index: int = -1) -> Any:
        """What the task returned; None where it returned nothing."""
        path = f"/dags/{dag_id}/dagRuns/{run.id}/taskInstances/{task_id}/xcomEntries"
        found = self.ask("GET", path, map_index=map_index)["xcom_entries"]
        if "return_value" not in {entry["key"] for entry in found}:
            return None
        entry = self.ask("GET", f"{path}/return_value", map_index=map_index, deserialize="true")
        return entry["value"]

    def events(self, dag_id: str) -> list[dict[str, Any]]:
        """What the DAG's tasks told the world of assets, oldest first."""
        found = self.ask("GET", "/assets/events", source_dag_id=dag_id, order_by="timestamp", limit=100)
        return [event["extra"] for event in found["asset_events"]]

    def watched(self, name: str) -> list[dict[str, Any]]:
        """What the watchers of an asset told of it, oldest first."""
        found = self.ask("GET", "/assets/events", name_pattern=name, order_by="timestamp", limit=100)["asset_events"]
        return [event["extra"] for event in found if event["extra"].get("from_trigger")]

    def kept_for(self, asset: str) -> list[Any]:
        """What is kept in an asset's state store."""
        (found,) = self.ask("GET", "/assets", name_pattern=asset)["assets"]
        kept = self.ask("GET", f"/assets/{found['id']}/state-store")["asset_state_store"]
        return [entry["value"] for entry in kept]

    def variable(self, feed: str) -> dict[str, Any]:
        """The feed's Variable as a person sees it: the token itself is masked."""
        read: dict[str, Any] = json.loads(self.ask("GET", f"/variables/drivedelta__{feed}")["value"])
        return read

    def ask(self, method: str, path: str, *, json: object = None, **query: str | int) -> dict[str, Any]:
        answer = self._session.request(method, f"{self.url}/api/v2{path}", json=json, params=query, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        read: dict[str, Any] = answer.json() if answer.content else {}
        return read

    def wait(self, true: Callable[[], bool], *, beside: Sequence[Program] = ()) -> None:
        """Until it is so; `beside` are more programs that it takes.

        :raises AssertionError: it was not so in time, or a program has ended; with the ends of all logs.
        """
        wait_until(true, seconds=PATIENCE, needs=(*self.programs, *beside))


def told(summary: dict[str, Any]) -> tuple[str, int | None, int | None]:
    """Of a summary what a reader goes by."""
    return summary["kind"], summary["from_increment"], summary["to_increment"]
