"""As soon as something has changed in one drive: a watcher sees it, and its event starts the pull."""

from airflow.sdk import DAG, Asset, AssetWatcher

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from airflow_provider_drivedelta.triggers import DriveDeltaTrigger

drive = {"source": "users/ann@contoso.com", "output": "/data/lake"}
changes = Asset("drive_changes", watchers=[AssetWatcher(name="drive", trigger=DriveDeltaTrigger(**drive))])

with DAG("drive_on_change", schedule=[changes], max_active_runs=1):
    DriveDeltaToParquetOperator(task_id="pull", **drive)
