"""What a Connection says, checked field by field and put into the core's words. Knows nothing of Airflow.

Read are connections of our own type and those of Airflow's `msgraph`, whose keys are taken over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from airflow_provider_drivedelta.clouds import (
    check_certified,
    check_site,
    cloud_named,
    cloud_of,
    host_of,
    is_sharepoint,
    other_cloud,
    own_scope,
    scope_at,
)
from airflow_provider_drivedelta.core.auth import Credential, WorkloadIdentity
from airflow_provider_drivedelta.core.auth.refresh_token import KeptHere, RefreshTokenStore
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import AUTHORITY, CLOUD_NAMES, GRAPH_HOST, Cloud
from airflow_provider_drivedelta.core.transport.links import check_base_url, is_loopback, origin, redact
from airflow_provider_drivedelta.hooks.credentials import Filled, ReadyToken, credential_of
from airflow_provider_drivedelta.hooks.extra import Extra
from airflow_provider_drivedelta.hooks.form import AUTO, label

__all__ = ["ReadyToken", "Settings", "at_site", "read_settings", "secrets_of"]

TYPES = ("drivedelta", "msgraph")


class ConnectionFields(Protocol):
    """The part of Airflow's Connection that is read here."""

    conn_id: str
    conn_type: str | None
    host: str | None
    schema: str | None
    port: int | None
    login: str | None
    password: str | None
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A checked Connection; showing one shows no secret."""

    base_url: str
    credential: Credential | ReadyToken
    authority: str
    scope: str
    verify: bool | str
    proxies: dict[str, str] = field(repr=False)  # may hold a password
    instance_discovery: bool
    drive_id: str


def read_settings(
    conn: ConnectionFields,
    *,
    environment: Mapping[str, str] = os.environ,
    keep: Callable[[str], RefreshTokenStore] = KeptHere,
) -> Settings:
    """
    :param environment: where workload identity finds what the Connection leaves open.
    :param keep: makes the place where the successors of a refresh token are kept.
    :raises FixSetup: a field is missing or wrong; the message names it as the form does.
    """
    where = f"connection {conn.conn_id!r}"
    if conn.conn_type not in TYPES:
        kind = f"The connection's type is {conn.conn_type!r}"
        raise FixSetup(kind, where=where, then="Use one of type drivedelta, or an existing one of type msgraph.")
    extra = Extra.parse(conn.extra, where)
    cloud = _cloud(extra, where)
    base_url = _base_url(conn, extra, cloud, where)
    credential = credential_of(Filled(conn, extra, environment, keep))
    default = environment.get("AZURE_AUTHORITY_HOST", "") if isinstance(credential, WorkloadIdentity) else ""
    authority = _authority(base_url, extra, cloud, default, where)
    return Settings(
        base_url=base_url,
        credential=credential,
        authority=authority,
        scope=_scope(base_url, extra, cloud),
        verify=_verify(extra, where),
        proxies=extra.proxies(),
        instance_discovery=not extra.flag("disable_instance_discovery", default=is_loopback(host_of(authority))),
        drive_id=extra.text("drive_id"),
    )


def at_site(settings: Settings, site: str) -> Settings:
    """The same Connection, to speak to a SharePoint site instead of the base address.

    :raises FixSetup: the site is on a host that the Connection's token must not go to, or the credential is one that
        SharePoint does not take.
    """
    site = check_site(site, settings.base_url)
    check_certified(settings.credential, redact(site))
    at_home = is_sharepoint(settings.base_url) and origin(site) == origin(settings.base_url)
    return replace(settings, base_url=site, scope=settings.scope if at_home else own_scope(site))


def secrets_of(conn: ConnectionFields) -> list[str]:
    """Every text of the connection that no log may show; read before anything is checked."""
    extra = Extra.parse(conn.extra, f"connection {conn.conn_id!r}")
    keys = ("private_key", "certificate_data", "passphrase", "refresh_token", "access_token")
    proxies = [urlsplit(url).password or "" for url in extra.proxies().values()]
    return [secret for secret in (conn.password or "", *map(extra.text, keys), *proxies) if secret]


def _cloud(extra: Extra, where: str) -> Cloud | None:
    """The one that is named; None where the base address decides."""
    name = extra.text("cloud")
    if name in ("", AUTO):
        return None
    cloud = cloud_named(name)
    if cloud is None:
        then = f"Choose one of {', '.join((AUTO, *CLOUD_NAMES))}."
        raise FixSetup(f"{label('cloud')} is none of Microsoft's", where=where, then=then)
    return cloud


def _check_cloud(url: str, field: str, cloud: Cloud | None, where: str) -> None:
    other = other_cloud(url, cloud) if cloud else None
    if cloud and other:
        both = f"{label(field)} is in the cloud {other.name!r}, and {label('cloud')} says {cloud.name!r}"
        raise FixSetup(both, where=where, then="Empty the one that is wrong.")


def _base_url(conn: ConnectionFields, extra: Extra, cloud: Cloud | None, where: str) -> str:
    """From a bare host, or a whole address with port and path; without a path, the API's version is added."""
    host = extra.text("base_url") or (conn.host or "").strip() or (cloud.graph if cloud else GRAPH_HOST)
    url = host if "://" in host else f"{_scheme(conn, where)}://{host}"
    try:
        parts = urlsplit(url)
        if conn.port and parts.port is None:
            parts = parts._replace(netloc=f"{parts.netloc}:{conn.port}")
    except ValueError:
        raise FixSetup(f"{label('host')} is no address", where=where, then="Give https://host/path.") from None
    if parts.query or parts.fragment:
        raise FixSetup(f"{label('host')} has a ? or # in it", where=where, then="Give https://host/path and no more.")
    if not parts.path.strip("/"):
        parts = parts._replace(path=f"/{extra.text('api_version') or _version(parts.geturl())}")
    _check_cloud(parts.geturl(), "host", cloud, where)
    try:
        return check_base_url(parts.geturl())
    except FixSetup as fault:
        raise FixSetup(f"{label('host')}: {fault.what}", where=where, then=fault.then) from None


def _version(url: str) -> str:
    return "_api/v2.0" if is_sharepoint(url) else "v1.0"


def _scheme(conn: ConnectionFields, where: str) -> str:
    scheme = (conn.schema or "https").lower()
    if scheme not in ("http", "https"):
        raise FixSetup(f"'schema' is {scheme!r}", where=where, then="Leave it empty, or say http or https.")
    return scheme


def _authority(base_url: str, extra: Extra, cloud: Cloud | None, default: str, where: str) -> str:
    cloud_there = cloud or cloud_of(base_url)
    given = extra.text("authority") or default or (cloud_there.sign_in if cloud_there else AUTHORITY)
    url = given if "://" in given else f"https://{given}"
    if not url.startswith("https://") or not host_of(url):
        raise FixSetup(f"{label('authority')} is {redact(given)!r}", where=where, then="Sign-in needs https://host.")
    _check_cloud(url, "authority", cloud, where)
    return url.rstrip("/")


def _scope(base_url: str, extra: Extra, cloud: Cloud | None) -> str:
    # Application tokens have exactly one scope; msgraph connections may list several, of which the first counts.
    given = extra.texts("scopes")
    return given[0] if given else scope_at(base_url, cloud)


def _verify(extra: Extra, where: str) -> bool | str:
    for key in ("ca_file", "verify"):
        path = extra.text(key)
        if path and path.lower() not in ("true", "false"):
            if not Path(path).is_file():
                raise FixSetup(f"{label(key)}: there is no file {path}", where=where, then="Give a PEM file.")
            return path
    return extra.flag("verify", default=True)
