"""DAGs that nobody starts: one by what its asset's watcher sees, one that waits in its sensor for a change."""

from __future__ import annotations

import os

from airflow.sdk import DAG, Asset, AssetWatcher

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from airflow_provider_drivedelta.sensors import DriveDeltaSensor
from airflow_provider_drivedelta.triggers import DriveDeltaTrigger

LAKE = os.environ["AIRFLOW_VAR_LAKE"]  # a trigger has no templates

watched = {"source": "users/watched", "output": f"{LAKE}/watched"}
sensed = {"source": "users/sensed", "output": f"{LAKE}/sensed", "token_store": "output"}
changes = Asset("watched", watchers=[AssetWatcher(name="drive", trigger=DriveDeltaTrigger(**watched, poll_interval=1))])

# Not paused, so that whichever test starts a triggerer first, no event is lost on it.
with DAG("watched", schedule=[changes], is_paused_upon_creation=False):
    DriveDeltaToParquetOperator(task_id="pull", **watched)

with DAG("sensed", schedule=None):
    sensor = DriveDeltaSensor(task_id="wait", **sensed, deferrable=True, poke_interval=1, timeout=300)
    sensor >> DriveDeltaToParquetOperator(task_id="pull", **sensed)
