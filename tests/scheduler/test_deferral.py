"""A service that is busy for long costs no worker: the task waits in the triggerer."""

from __future__ import annotations

from tests.scheduler.components import triggerer
from tests.scheduler.deployment import Deployment, told
from tests.scheduler.tenant import Contoso


def test_who_is_throttled_for_longer_than_max_wait_is_deferred_and_goes_on(
    airflow: Deployment, tenant: Contoso
) -> None:
    followed = tenant.of("throttled")
    followed.be_busy(seconds=5)
    airflow.unpause("throttled")
    run_id = airflow.begin("throttled")
    airflow.wait(lambda: airflow.task("throttled", airflow.run("throttled", run_id)).state == "deferred")
    assert followed.asked == 1

    with triggerer(airflow):
        run = airflow.ended("throttled", run_id)
    assert (run.state, airflow.task("throttled", run).tries) == ("success", 1)
    assert told(airflow.returned("throttled", run)) == ("initial", 1, 1)
    followed.check_lake()
