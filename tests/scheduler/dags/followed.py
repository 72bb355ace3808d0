"""DAGs as a user writes them, each for one drive of the tests and one kind of run."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset, AssetAlias, CronDataIntervalTimetable, CronPartitionTimetable, task

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

TODAY = datetime.fromisoformat(os.environ["TODAY"]).replace(tzinfo=UTC)
LAKE = "{{ var.value.lake }}"
# Who loses a race, or is killed, tries again, and soon.
PATIENT = {"retries": 8, "retry_delay": timedelta(seconds=1)}


def pull(drive: str, **more: object) -> DriveDeltaToParquetOperator:
    return DriveDeltaToParquetOperator(
        task_id="pull", source=f"users/{drive}", output=f"{LAKE}/{drive}", **{**PATIENT, **more}
    )


def midnight() -> CronDataIntervalTimetable:
    return CronDataIntervalTimetable("0 0 * * *", timezone="UTC")


with DAG("crowded", schedule=midnight(), start_date=TODAY - timedelta(days=3), catchup=True):
    pull("crowded", on_backfill="run", asset_alias="crowded")

with DAG("before_the_crowd", schedule=None):
    pull("crowded", asset_alias="crowded")

with DAG("queued", schedule=midnight(), start_date=TODAY - timedelta(days=3), catchup=True, max_active_runs=1):
    pull("queued")

# One feed and three ways to say "every day".
with DAG("by_interval", schedule=midnight(), start_date=TODAY - timedelta(days=30), catchup=False):
    # No alias: Airflow 3.3 fails one of two tasks that tell of an asset for the first time at once, for good.
    pull("replayed", token_store="output", outlets=[Asset("replayed")])

with DAG("by_tick", schedule="@daily", start_date=TODAY - timedelta(days=30), catchup=False):
    pull("replayed", token_store="output")

with DAG(
    "by_partition",
    schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC"),
    start_date=TODAY - timedelta(days=30),
    catchup=False,
):
    pull("replayed", token_store="output")

with DAG("published", schedule=None):
    pull("published", asset_alias="published")

with DAG("reader", schedule=(published := AssetAlias("published"))):

    @task
    def hear(triggering_asset_events=None):
        # Not all of `.values()`: Airflow gives an event under its asset and again under its alias.
        return [event.extra for event in triggering_asset_events[published]]

    pull("reader")
    hear()

with DAG("mapped", schedule=None):
    DriveDeltaToParquetOperator.partial(task_id="pull", output=f"{LAKE}/mapped", **PATIENT).expand(
        source=["users/one", "users/closed", "users/two"]
    )

with DAG("on_workers", schedule=None):
    DriveDeltaToParquetOperator.partial(
        task_id="pull", output=f"{LAKE}/on_workers", executor="CeleryExecutor", **PATIENT
    ).expand(source=["users/north", "users/east", "users/south", "users/west"])

with DAG("throttled", schedule=None):
    pull("throttled", max_wait=1, deferrable=True)


class DiesAfterItsCommit(DriveDeltaToParquetOperator):
    """In its first try the process is killed at the moment when the token is to be saved."""

    def execute(self, context):
        self._dies = context["ti"].try_number == 1
        return super().execute(context)

    def ask(self, call, capture, **more):
        def ask_and_die(given, *, tokens, **rest):
            return call(given, tokens=DeadlyTokens(tokens) if self._dies else tokens, **rest)

        return super().ask(ask_and_die, capture, **more)


class DeadlyTokens:
    def __init__(self, tokens):
        self.load = tokens.load

    def save(self, record):
        os.kill(os.getpid(), signal.SIGKILL)


with DAG("killed_late", schedule=None):
    DiesAfterItsCommit(
        task_id="pull", source="users/killed_late", output=f"{LAKE}/killed_late", asset_alias="killed_late", **PATIENT
    )

with DAG("killed_early", schedule=None):
    pull("killed_early", asset_alias="killed_early", page_size=2)
