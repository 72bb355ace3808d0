"""Operators: Airflow's words in, one call of the core, Airflow's words out."""

from airflow_provider_drivedelta.operators.discover import (
    DriveDeltaDiscoverDrivesOperator,
    DriveDeltaDiscoverListsOperator,
)
from airflow_provider_drivedelta.operators.drive_to_parquet import DriveDeltaToParquetOperator
from airflow_provider_drivedelta.operators.list_to_parquet import SharePointListDeltaToParquetOperator
from airflow_provider_drivedelta.operators.reconcile import (
    DriveDeltaReconcileOperator,
    SharePointListReconcileOperator,
)
from airflow_provider_drivedelta.operators.vacuum import DriveDeltaVacuumOperator

__all__ = [
    "DriveDeltaDiscoverDrivesOperator",
    "DriveDeltaDiscoverListsOperator",
    "DriveDeltaReconcileOperator",
    "DriveDeltaToParquetOperator",
    "DriveDeltaVacuumOperator",
    "SharePointListDeltaToParquetOperator",
    "SharePointListReconcileOperator",
]
