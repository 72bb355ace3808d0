"""A CSV file for each increment, for a system that takes files; a backfill writes those of past days once more."""

from airflow.sdk import DAG, task

from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

ROWS = "SELECT _op, _cause, path, _previous.path AS path_before, size, modified_at FROM told ORDER BY _sequence"

with DAG(
    "increments_to_csv",
    schedule="@daily",
    params={"source": "users/ann@contoso.com", "output": "/data/lake", "files": "/data/outbox"},
):
    pull = DriveDeltaToParquetOperator(
        task_id="pull",
        source="{{ params.source }}",
        output="{{ params.output }}",
        skip_if_unchanged=True,
    )

    @task
    def write_files(summary: dict, files: str) -> None:
        """The same files whenever it is told of the same increments, however often that is."""
        import duckdb

        from airflow_provider_drivedelta.reading import read_changes

        for increment in range(summary["from_increment"], summary["to_increment"] + 1):
            told = read_changes(summary["path"], after=increment - 1, until=increment)
            duckdb.from_arrow(told).query("told", ROWS).write_csv(f"{files}/{increment:08d}.csv")

    write_files(pull.output, "{{ params.files }}")
