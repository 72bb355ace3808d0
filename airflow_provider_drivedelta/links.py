"""The button on a task that opens its drive in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator, TaskInstanceKey


class DriveLink(BaseOperatorLink):
    """Opens the drive. There after runs that brought something: a quiet run asks the service for changes only."""

    name = "Drive"
    xcom_key = "drivedelta_drive"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Called on the worker when the task has ended; Airflow keeps the answer as XCom for the UI."""
        return str(getattr(operator, "drive_url", ""))
