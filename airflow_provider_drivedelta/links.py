"""The buttons on a task that open what it follows in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.providers.common.compat.sdk import BaseOperatorLink

from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.transport.links import redact

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator, TaskInstanceKey

    from airflow_provider_drivedelta.core.sources import SharePointList


class DriveLink(BaseOperatorLink):
    """Opens the drive. There after runs that brought something: a quiet run asks the service for changes only."""

    name = "Drive"
    xcom_key = "drivedelta_drive"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Called on the worker when the task has ended; Airflow keeps the answer as XCom for the UI."""
        return str(getattr(operator, "web_url", ""))


class ListLink(DriveLink):
    """Opens the list if it was given by its address; else the page of its site that lists all lists."""

    name = "List"
    xcom_key = "drivedelta_list"


def list_page(source: SharePointList) -> str:
    """Where `ListLink` leads; empty for a site that is named by its id. Asks the service nothing."""
    if "," in source.site and "://" not in source.site:
        return ""
    site = urlsplit(source.site_url)
    path = escaped(source.list_path, safe="/") if source.list_path else f"{site.path}/_layouts/15/viewlsts.aspx"
    return redact(f"{site.scheme}://{site.netloc}{path}")
