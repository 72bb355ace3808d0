"""One drive again and again: a sensor waits, without a worker, until there is something to pull."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from airflow_provider_drivedelta.sensors import DriveDeltaSensor

drive = {"source": "{{ params.source }}", "output": "{{ params.output }}"}

with DAG(
    "drive_after_sensor",
    schedule="@continuous",
    max_active_runs=1,
    params={"source": "users/ann@contoso.com", "output": "/data/lake"},
):
    changed = DriveDeltaSensor(task_id="changed", **drive, deferrable=True, poke_interval=60)
    changed >> DriveDeltaToParquetOperator(task_id="pull", **drive)
