"""Sensors: wait until a feed has something new, and leave finding out what to a pull."""

from airflow_provider_drivedelta.sensors.drive import DriveDeltaSensor
from airflow_provider_drivedelta.sensors.list import SharePointListDeltaSensor

__all__ = ["DriveDeltaSensor", "SharePointListDeltaSensor"]
