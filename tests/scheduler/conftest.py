"""Airflow in earnest, once for all: a scheduler that decides, a database that several write to, drives that change."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scheduler.components import deployment
from tests.scheduler.deployment import Deployment
from tests.scheduler.postgres import postgres
from tests.scheduler.programs import free_port, plain_environment, running
from tests.scheduler.tenant import Contoso, contoso

# Debian keeps the server's programs off the PATH.
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])

DAGS = Path(__file__).parent / "dags"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These come last: what is quick is known first, and nothing else has to share the machine with a scheduler."""
    items.sort(key=_is_ours)
    for item in filter(_is_ours, items):
        item.add_marker(pytest.mark.needs("initdb"))
        item.add_marker(pytest.mark.needs("redis-server"))
        item.add_marker(pytest.mark.timeout(400))


def _is_ours(item: pytest.Item) -> bool:
    return Path(__file__).parent in item.path.parents


@pytest.fixture(scope="session")
def today() -> datetime:
    """Midnight, for DAGs and tests alike, even if the day ends meanwhile."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contoso]:
    with contoso(tmp_path_factory.mktemp("lake")) as served:
        yield served


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The queue between scheduler and workers. A scheduler does not outlive its end, so it lasts as long."""
    port = str(free_port())
    server = ("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "")
    with running("redis", server, environment=plain_environment(), folder=tmp_path_factory.mktemp("redis")):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(scope="session")
def airflow(
    tenant: Contoso, broker: str, today: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("airflow")
    shutil.copytree(DAGS, home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    more = {
        "AIRFLOW_CONN_DRIVEDELTA_DEFAULT": json.dumps(tenant.connection),
        "AIRFLOW_VAR_LAKE": str(tenant.lake),
        "TODAY": today.isoformat(),
    }
    with (
        postgres() as database,
        deployment(home, database=database, broker=broker, dag="reader", more=more) as started,
    ):
        yield started
