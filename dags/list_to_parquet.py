"""Every change in one SharePoint list, every hour, into /data/lake."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import SharePointListDeltaToParquetOperator

with DAG(
    "list_to_parquet",
    schedule="@hourly",
    params={"site": "https://contoso.sharepoint.com/sites/team", "list": "Tasks", "output": "/data/lake"},
):
    SharePointListDeltaToParquetOperator(
        task_id="pull",
        site="{{ params.site }}",
        list="{{ params.list }}",
        output="{{ params.output }}",
    )
