"""Triggers: wait for a feed's news beside many others, in one event loop that nothing may block."""

from airflow_provider_drivedelta.triggers.drive import DriveDeltaTrigger
from airflow_provider_drivedelta.triggers.list import SharePointListDeltaTrigger

__all__ = ["DriveDeltaTrigger", "SharePointListDeltaTrigger"]
