"""Airflow as it runs in production, as small as it gets: API server, scheduler, DAG processor, one database."""

from __future__ import annotations

import base64
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from tests.scheduler.deployment import Deployment
from tests.scheduler.programs import Program, free_port, plain_environment, running

_AIRFLOW = (sys.executable, "-m", "airflow")
_WARM = (sys.executable, "-P", str(Path(__file__).with_name("warm_airflow.py")))
_COMPONENTS = {
    "api-server": (*_AIRFLOW, "api-server"),
    "dag-processor": (*_AIRFLOW, "dag-processor"),
    "scheduler": (*_WARM, "scheduler", "--skip-serve-logs"),
}


@contextmanager
def deployment(home: Path, *, database: str, broker: str, dag: str, more: Mapping[str, str]) -> Iterator[Deployment]:
    """Airflow with the files in `home/dags`, once it knows this DAG; `more` goes to its environment."""
    port = free_port()
    environment = _environment(home, database, broker, port) | dict(more)
    with running("migrate", (*_AIRFLOW, "db", "migrate"), environment=environment, folder=home) as migration:
        migration.finish(seconds=120)
    with ExitStack() as stack:
        programs = [
            stack.enter_context(running(name, command, environment=environment, folder=home, ends_by=signal.SIGKILL))
            for name, command in _COMPONENTS.items()
        ]
        airflow = Deployment(f"http://127.0.0.1:{port}", home, environment, tuple(programs))
        airflow.wait(airflow.sign_in)
        airflow.wait(lambda: dag in airflow.dags)
        yield airflow


@contextmanager
def celery_worker(airflow: Deployment, name: str) -> Iterator[Program]:
    """A worker that plays one task at a time."""
    alone = ("--concurrency", "1", "--without-gossip", "--without-mingle", "--skip-serve-logs")
    command = (*_WARM, "celery", "worker", "--celery-hostname", name, "--pid", f"{name}.pid", *alone)
    with _beside(airflow, name, command) as worker:
        yield worker


@contextmanager
def triggerer(airflow: Deployment) -> Iterator[Program]:
    """What deferred tasks wait in."""
    with _beside(airflow, "triggerer", (*_AIRFLOW, "triggerer", "--skip-serve-logs")) as program:
        yield program


def _beside(airflow: Deployment, name: str, command: Sequence[str]) -> AbstractContextManager[Program]:
    settings = airflow.environment
    return running(name, command, environment=settings, folder=airflow.home, ends_by=signal.SIGKILL)


def _environment(home: Path, database: str, broker: str, port: int) -> dict[str, str]:
    settings = {
        "core__dags_folder": str(home / "dags"),
        "core__executor": "LocalExecutor,CeleryExecutor",  # the first, where a task does not say
        "core__parallelism": "4",
        "core__load_examples": "False",
        "core__fernet_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "core__simple_auth_manager_all_admins": "True",
        "core__execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
        "database__sql_alchemy_conn": f"postgresql+psycopg2://{database}",
        "celery__broker_url": broker,
        "celery__result_backend": broker,
        "api__host": "127.0.0.1",
        "api__port": str(port),
        "api__workers": "1",
        "api_auth__jwt_secret": os.urandom(64).hex(),
        "scheduler__scheduler_idle_sleep_time": "0.2",
        "triggerer__job_heartbeat_sec": "1",  # so that a killed one's triggers are soon another's
        "triggerer__triggerer_health_check_threshold": "6",
        "dag_processor__min_file_process_interval": "3600",  # the files do not change
    }
    named = {f"AIRFLOW__{name.upper()}": value for name, value in settings.items()}
    return plain_environment() | named | {"AIRFLOW_HOME": str(home)}
