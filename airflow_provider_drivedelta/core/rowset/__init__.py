"""ADO rowset XML, read into Arrow by hands that trust nothing."""

from airflow_provider_drivedelta.core.rowset.read import Rowset, read_rowset
from airflow_provider_drivedelta.core.rowset.xml import Limits, Repairs

__all__ = ["Limits", "Repairs", "Rowset", "read_rowset"]
