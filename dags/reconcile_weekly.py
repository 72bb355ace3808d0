"""Once a week: is the lake what the drive is? What the change feed never told of is published then."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaReconcileOperator

with DAG(
    "reconcile_weekly",
    schedule="@weekly",
    params={"source": "users/ann@contoso.com", "output": "/data/lake"},
):
    DriveDeltaReconcileOperator(
        task_id="reconcile",
        source="{{ params.source }}",
        output="{{ params.output }}",
    )
