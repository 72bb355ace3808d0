"""Once a week: is the lake what the SharePoint list is? What the change feed never told of is published then."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import SharePointListReconcileOperator

with DAG(
    "reconcile_list_weekly",
    schedule="@weekly",
    params={"site": "https://contoso.sharepoint.com/sites/team", "list": "Tasks", "output": "/data/lake"},
):
    SharePointListReconcileOperator(
        task_id="reconcile",
        site="{{ params.site }}",
        list="{{ params.list }}",
        output="{{ params.output }}",
    )
