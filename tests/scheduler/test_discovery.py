"""What there is to follow is found in one task, and captured by as many mapped ones as there are shards."""

from __future__ import annotations

from tests.scheduler.deployment import Deployment
from tests.scheduler.tenant import SITES, Contoso


def test_what_was_discovered_is_captured_by_a_task_for_each_shard(airflow: Deployment, tenant: Contoso) -> None:
    """H4."""
    airflow.wait(lambda: "discovered" in airflow.dags)
    airflow.unpause("discovered")
    run = airflow.trigger("discovered")
    shards = airflow.returned("discovered", run, "discover")
    followed = [tenant.of(site, output="discovered") for site in SITES]
    assert sorted(found["source"] for shard in shards for found in shard) == sorted(
        f"drives/{each.drive.id}" for each in followed
    )
    tasks = airflow.tasks("discovered", run)
    assert [(task.state, task.tries) for task in tasks] == [("success", 1)] * len(shards)
    assert len(shards) == 2
    for each in followed:
        assert [commit.increment for commit in each.commits] == [1]
        each.check_lake()
