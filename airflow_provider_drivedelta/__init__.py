"""DriveDelta: every change of OneDrive, SharePoint libraries and lists, as typed Parquet."""

from airflow_provider_drivedelta.version import __version__

__all__ = ["__version__", "get_provider_info"]


def get_provider_info() -> dict[str, object]:
    """What Airflow's provider manager asks for; every Airflow process calls it, so it imports next to nothing."""
    from airflow_provider_drivedelta.hooks.form import connection_type

    integration = "Microsoft 365"
    package = "airflow_provider_drivedelta"
    return {
        "package-name": "airflow-provider-drivedelta",
        "name": "DriveDelta",
        "description": "Change capture from OneDrive, SharePoint libraries and SharePoint lists into typed Parquet.",
        "integrations": [
            {
                "integration-name": integration,
                "external-doc-url": "https://learn.microsoft.com/graph/delta-query-overview",
                "tags": ["service"],
            }
        ],
        "hooks": [{"integration-name": integration, "python-modules": [f"{package}.hooks.drivedelta"]}],
        "operators": [{"integration-name": integration, "python-modules": [f"{package}.operators"]}],
        "connection-types": [connection_type()],
        "extra-links": [f"{package}.links.DriveLink", f"{package}.links.ListLink"],
    }
