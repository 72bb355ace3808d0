"""A DAG that finds its drives by itself, and pulls them in as many tasks as there are shards."""

from __future__ import annotations

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaDiscoverDrivesOperator, DriveDeltaToParquetOperator

SITES = [f"{user} / *" for user in ("north", "east", "south", "west")]  # among all of the tenant's

with DAG("discovered", schedule=None):
    drives = DriveDeltaDiscoverDrivesOperator(task_id="discover", of=["users"], include=SITES, shards=2)
    DriveDeltaToParquetOperator.partial(
        task_id="pull", output="{{ var.value.lake }}/discovered", token_store="output"
    ).expand(sources=drives.output)
