"""Once a day: fails with a table of the feeds below /data/lake that are stale, failing, or wait for a person."""

from airflow.sdk import DAG, task

with DAG(
    "health_daily",
    schedule="@daily",
    params={"output": "/data/lake", "fail_if": "stale=26h,expiring=7d,failing,held"},
):

    @task
    def check(params: dict[str, str]) -> int:
        from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook

        return len(DriveDeltaHook().check_feeds(params["output"], fail_if=params["fail_if"]))

    check()
