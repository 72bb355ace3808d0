"""Every hour, every change in many drives: one task, sixteen drives at a time, each into a folder of its own."""

from datetime import timedelta

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

DRIVES = [
    {"source": "users/ann@contoso.com", "name": "Ann"},
    {"source": "users/bob@contoso.com", "name": "Bob"},
    {"source": "sites/contoso.sharepoint.com:/sites/team", "name": "Team / Documents"},
]

with DAG(
    "export_many_drives",
    schedule="@hourly",
    params={"drives": DRIVES, "output": "/data/lake"},
):
    DriveDeltaToParquetOperator(
        task_id="pull",
        sources="{{ params.drives | tojson }}",
        output="{{ params.output }}",
        token_store="output",
        asset_alias="drive_changes",
        retries=3,
        retry_delay=timedelta(minutes=5),
        max_active_tis_per_dag=1,
    )
