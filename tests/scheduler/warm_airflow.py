"""The `airflow` command with what our tasks import in memory already: they are forks of the scheduler, and save it."""

from importlib import import_module

from airflow.__main__ import main

_PACKAGE = "airflow_provider_drivedelta"
_IMPORTED = ("duckdb", "msal", "pyarrow.parquet", f"{_PACKAGE}.core.capture", f"{_PACKAGE}.hooks.drivedelta")

if __name__ == "__main__":
    for name in _IMPORTED:
        import_module(name)
    main()
