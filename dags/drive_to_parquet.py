"""Every change in one drive, every hour, into /data/lake."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

with DAG(
    "drive_to_parquet",
    schedule="@hourly",
    params={"source": "users/ann@contoso.com", "output": "/data/lake"},
):
    DriveDeltaToParquetOperator(
        task_id="pull",
        source="{{ params.source }}",
        output="{{ params.output }}",
    )
