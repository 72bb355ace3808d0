"""The connection's form: what Airflow shows, and the words our messages name its fields by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

LABELS: Mapping[str, str] = {
    "host": "Base address",
    "login": "Client ID",
    "password": "Client secret",
    "tenant_id": "Tenant ID",
    "certificate_path": "Certificate file",
    "private_key": "Certificate and private key",
    "drive_id": "Drive to test with",
    "authority": "Sign-in address",
    "scopes": "Scope",
    "ca_file": "CA file",
    "verify": "Verify TLS",
    "proxies": "Proxies",
}
"""Field of the Connection or key of its extra -> label in the form."""


class Field(TypedDict):
    """One field of the form; `schema` is JSON Schema with Airflow's formats."""

    label: str
    description: str
    schema: dict[str, object]


def label(field: str) -> str:
    """How a message names `field`: as the form does, with the key for those who write JSON."""
    return f"{LABELS[field]!r} ({field})" if field in LABELS else repr(field)


def connection_type() -> dict[str, object]:
    """The entry under `connection-types`; Airflow renders it without importing the hook."""
    return {
        "connection-type": "drivedelta",
        "hook-class-name": "airflow_provider_drivedelta.hooks.drivedelta.DriveDeltaHook",
        "hook-name": "Microsoft 365 (DriveDelta)",
        "ui-field-behaviour": behaviour(),
        "conn-fields": fields(),
    }


def behaviour() -> dict[str, object]:
    return {
        "hidden-fields": ["schema", "port"],
        "relabeling": {field: LABELS[field] for field in ("host", "login", "password")},
        "placeholders": {
            "host": "https://graph.microsoft.com/v1.0",
            "login": "application (client) id in Entra",
            "password": "the secret's value; with a certificate: its passphrase, or empty",
        },
    }


def fields() -> dict[str, Field]:
    """In the order a reader fills them in: who we are first, the network last."""
    return {
        "tenant_id": _text("tenant_id", "Directory (tenant) id in Entra, or a domain such as contoso.com."),
        "certificate_path": _text(
            "certificate_path", "PEM file on the worker with certificate and private key. SharePoint's lists want one."
        ),
        # Not `certificate_data`, which msgraph connections use and which is read too: Airflow hides values by
        # the name of their key, and `private_key` is one of the names it knows.
        "private_key": _text("private_key", "The PEM text itself, instead of a file.", format="password"),
        "drive_id": _text("drive_id", "Used by Test only; empty tests with the root site's library."),
        "authority": _text("authority", "Empty: the one of Microsoft's cloud that the base address belongs to."),
        "scopes": _text(
            "scopes", "Empty: the base address's own /.default. A SharePoint site is always asked for as its own."
        ),
        "ca_file": _text("ca_file", "PEM file of a CA of your own; wins over the environment's."),
        "verify": _field("verify", "Off accepts any certificate: for tests only.", type="boolean", default=True),
        "proxies": _text("proxies", 'JSON, such as {"https": "http://proxy:3128"}.'),
    }


def widgets() -> dict[str, object]:
    """The same fields for Airflow 3.1, which cannot read them from a description yet.

    It has no wtforms either: its API server puts stand-ins in the place of that library's fields.
    """
    from wtforms import BooleanField, PasswordField, StringField  # type: ignore[import-untyped]

    kinds = {"boolean": BooleanField, "password": PasswordField}
    return {
        name: kinds.get(str(field["schema"].get("format") or field["schema"]["type"]), StringField)(
            field["label"], description=field["description"], default=field["schema"].get("default")
        )
        for name, field in fields().items()
    }


def _text(name: str, description: str, **schema: str) -> Field:
    return _field(name, description, type=["string", "null"], **schema)


def _field(name: str, description: str, **schema: object) -> Field:
    return {"label": LABELS[name], "description": description, "schema": schema}
