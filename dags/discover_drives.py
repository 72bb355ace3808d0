"""Every document library of the tenant, each night: found anew, followed by one task for each shard of fifty."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaDiscoverDrivesOperator, DriveDeltaToParquetOperator

with DAG(
    "discover_drives",
    schedule="@daily",
    params={"output": "/data/lake", "exclude": ["*/sites/archive-*"]},
    default_args={"retries": 2},
):
    found = DriveDeltaDiscoverDrivesOperator(
        task_id="discover",
        exclude="{{ params.exclude | join(',') }}",
        shard_size=50,
    )
    DriveDeltaToParquetOperator.partial(
        task_id="pull",
        output="{{ params.output }}",
        token_store="output",
    ).expand(sources=found.output)
