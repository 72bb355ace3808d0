"""Hourly changes of one drive; a token that the service refuses is a matter for the DAG reload_drive."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

with DAG(
    "reload_on_resync",
    schedule="@hourly",
    params={"source": "users/ann@contoso.com", "output": "/data/lake"},
):
    DriveDeltaToParquetOperator(
        task_id="pull",
        source="{{ params.source }}",
        output="{{ params.output }}",
        on_resync="trigger",
        reload_dag_id="reload_drive",
    )
