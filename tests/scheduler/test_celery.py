"""One mapped run on two workers that share nothing but a queue, the database and the lake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scheduler.components import celery_worker
from tests.scheduler.deployment import Deployment, told
from tests.scheduler.programs import Program
from tests.scheduler.tenant import SITES, Contoso


@pytest.fixture
def workers(airflow: Deployment) -> Iterator[list[Program]]:
    """Two, ready for work."""
    with celery_worker(airflow, "worker-1") as one, celery_worker(airflow, "worker-2") as other:
        airflow.wait(lambda: _count(" ready.", one, other) == [1, 1], beside=(one, other))
        yield [one, other]


def _count(words: str, *workers: Program) -> list[int]:
    """How often each worker said so."""
    return [worker.log.read_text().count(words) for worker in workers]


def test_a_mapped_run_on_two_workers_commits_every_drive(
    airflow: Deployment, tenant: Contoso, workers: list[Program]
) -> None:
    followed = [tenant.of(site, output="on_workers") for site in SITES]
    for each in followed:
        each.be_slow(seconds=2)  # so that neither worker can take all
    airflow.unpause("on_workers")
    run = airflow.trigger("on_workers")
    assert (run.state, len(airflow.tasks("on_workers", run))) == ("success", len(SITES))
    returned = [told(airflow.returned("on_workers", run, map_index=index)) for index in range(len(SITES))]
    assert returned == [("initial", 1, 1)] * len(SITES)
    for each in followed:
        each.check_lake()
    airflow.wait(lambda: sum(_count("succeeded in", *workers)) == len(SITES), beside=workers)
    assert min(_count("succeeded in", *workers)) >= 1
