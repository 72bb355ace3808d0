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
        "sensors": [{"integration-name": integration, "python-modules": [f"{package}.sensors"]}],
        "triggers": [{"integration-name": integration, "python-modules": [f"{package}.triggers"]}],
        "connection-types": [connection_type()],
        "asset-uris": [
            {
                "schemes": ["drivedelta"],
                "handler": f"{package}.assets.sanitize_uri",
                "factory": f"{package}.assets.create_asset",
                "to_openlineage_converter": f"{package}.assets.convert_asset_to_openlineage",
            }
        ],
        "config": {
            "drivedelta": {
                "description": "What DriveDelta does everywhere alike.",
                "options": {
                    "metrics_by_feed": {
                        "description": "Tag metrics with the feed: a time series for each, of thousands perhaps.",
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": "True",
                        "default": "False",
                    }
                },
            }
        },
        "extra-links": [f"{package}.links.DriveLink", f"{package}.links.ListLink"],
    }
