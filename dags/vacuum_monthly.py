"""Once a month: change files older than 90 days go, of every feed below /data/lake."""

from airflow.sdk import DAG

from airflow_provider_drivedelta.operators import DriveDeltaVacuumOperator

with DAG("vacuum_monthly", schedule="@monthly", params={"output": "/data/lake", "keep": "90d"}):
    DriveDeltaVacuumOperator(task_id="vacuum", output="{{ params.output }}", keep="{{ params.keep }}")
