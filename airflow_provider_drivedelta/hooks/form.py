"""The connection's form: what Airflow shows, and the words our messages name its fields by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from airflow_provider_drivedelta.core.hosts import CLOUD_NAMES

AUTO = "auto"
"""Of the fields with a choice: the other fields decide."""

WAYS = ("client_secret", "certificate", "managed_identity", "workload_identity", "refresh_token", "access_token")
"""How one may sign in."""

LABELS: Mapping[str, str] = {
    "host": "Base address",
    "login": "Client ID",
    "password": "Client secret",
    "sign_in": "Way to sign in",
    "tenant_id": "Tenant ID",
    "cloud": "Cloud",
    "certificate_path": "Certificate file",
    "private_key": "Certificate and private key",
    "passphrase": "Passphrase",
    "refresh_token": "Refresh token",
    "workload_identity_file": "Federated token file",
    "resource_id": "Managed identity's resource ID",
    "object_id": "Managed identity's object ID",
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
            "login": "application (client) id in Entra; of a managed identity: its own, or empty",
            "password": "the secret's value; empty for every other way to sign in",
        },
    }


# What Airflow hides of an extra it finds by the names of its keys: `private_key`, `passphrase` and `refresh_token` are
# such, `certificate_data` of msgraph connections is not. `workload_identity_file` is no secret, and would be hidden if
# it had "token" in its name.
def fields() -> dict[str, Field]:
    """In the order a reader fills them in: who we are first, the network last."""
    return {
        "sign_in": _choice("sign_in", (AUTO, *WAYS), "auto: by which fields are filled in."),
        "tenant_id": _text("tenant_id", "Directory (tenant) id in Entra, or a domain such as contoso.com."),
        "cloud": _choice("cloud", (AUTO, *CLOUD_NAMES), "Microsoft's cloud. auto: the base address's, or global."),
        "certificate_path": _text(
            "certificate_path",
            "PEM or PFX file on the worker with certificate and private key. SharePoint's lists want one.",
        ),
        "private_key": _text(
            "private_key", "The PEM text itself, or a PFX in base64, instead of a file.", format="password"
        ),
        "passphrase": _text("passphrase", "Of the certificate, if it is locked.", format="password"),
        "refresh_token": _text(
            "refresh_token",
            "For a person's sign-in, got by `drivedelta sign-in`. Its successors are kept in a Variable.",
            format="password",
        ),
        "workload_identity_file": _text(
            "workload_identity_file",
            "For workload identity; empty, with that way chosen, takes AZURE_FEDERATED_TOKEN_FILE.",
        ),
        "resource_id": _text(
            "resource_id", "Of a user-assigned managed identity, /subscriptions/…; or give Client ID."
        ),
        "object_id": _text("object_id", "Of a user-assigned managed identity, instead of the resource id."),
        "drive_id": _text("drive_id", "Used by Test only; empty tests with the root site's library."),
        "authority": _text("authority", "Empty: the one of Microsoft's cloud that the base address belongs to."),
        "scopes": _text(
            "scopes", "Empty: the base address's own /.default. A SharePoint site is always asked for as its own."
        ),
        "ca_file": _text("ca_file", "PEM file of a CA of your own; wins over the environment's."),
        "verify": _field("verify", "Off accepts any certificate: for tests only.", type="boolean", default=True),
        "proxies": _text("proxies", 'JSON, such as {"https": "http://proxy:3128"}; wins over the environment\'s.'),
    }


def widgets() -> dict[str, object]:
    """The same fields for Airflow 3.1, which cannot read them from a description yet.

    It has no wtforms either: its API server puts stand-ins in the place of that library's fields.
    """
    from wtforms import BooleanField, PasswordField, StringField  # type: ignore[import-untyped]
    from wtforms.validators import any_of  # type: ignore[import-untyped]

    kinds = {"boolean": BooleanField, "password": PasswordField}
    return {
        name: kinds.get(str(field["schema"].get("format") or field["schema"]["type"]), StringField)(
            field["label"],
            description=field["description"],
            default=field["schema"].get("default"),
            validators=[any_of(field["schema"]["enum"])] if "enum" in field["schema"] else None,
        )
        for name, field in fields().items()
    }


def _text(name: str, description: str, **schema: str) -> Field:
    return _field(name, description, type=["string", "null"], **schema)


def _choice(name: str, words: tuple[str, ...], description: str) -> Field:
    return _field(name, description, type="string", enum=list(words), default=words[0])


def _field(name: str, description: str, **schema: object) -> Field:
    return {"label": LABELS[name], "description": description, "schema": schema}
