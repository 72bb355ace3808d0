"""Reads a whole drive again, whenever a DAG such as reload_on_resync asks for it, and publishes what differs."""

from datetime import timedelta

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

with DAG("reload_drive", schedule=None, max_active_runs=2):
    DriveDeltaToParquetOperator(
        task_id="reload",
        source="{{ dag_run.conf['source'] }}",
        output="{{ dag_run.conf['output'] }}",
        retries=5,
        retry_delay=timedelta(minutes=10),
    )
