"""What the connection test adds to a service's answer: which field of the form it was about."""

from __future__ import annotations

from airflow_provider_drivedelta.clouds import is_graph, is_sharepoint
from airflow_provider_drivedelta.core.auth import ClientSecret
from airflow_provider_drivedelta.core.errors import DriveDeltaError, RetryLater
from airflow_provider_drivedelta.core.transport.links import redact
from airflow_provider_drivedelta.hooks.connection import Settings
from airflow_provider_drivedelta.hooks.form import label


def hint(fault: DriveDeltaError, settings: Settings) -> str:
    """Empty for what the form or the sign-in says: that is all there is."""
    base_url = redact(settings.base_url)
    if base_url not in fault.where:
        return ""
    if isinstance(fault, RetryLater):
        through = f", called through {label('proxies')}" if settings.proxies else ""
        return f" {label('host')} is {base_url}{through}."
    return _tested(fault, settings) + _certified(settings)


def _certified(settings: Settings) -> str:
    if is_sharepoint(settings.base_url) and isinstance(settings.credential, ClientSecret):
        return " SharePoint's own hosts take an application's certificate, no client secret."
    return ""


def _tested(fault: DriveDeltaError, settings: Settings) -> str:
    if "/drive" not in fault.where:
        return ""
    if settings.drive_id:
        return f" Tested was {label('drive_id')}."
    # With Sites.Selected the root site is normally not among the granted ones.
    tested = "the root site's library" if is_graph(settings.base_url) else "the signed-in user's own drive"
    return f" Tested was {tested}; {label('drive_id')} names another."
