"""What a Connection says, checked field by field and put into the core's words. Knows nothing of Airflow.

Read are connections of our own type and those of Airflow's `msgraph`, whose keys are taken over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from airflow_provider_drivedelta.clouds import (
    check_certified,
    check_site,
    cloud_of,
    host_of,
    is_sharepoint,
    own_scope,
    scope_at,
)
from airflow_provider_drivedelta.core.auth import Certificate, ClientSecret, Credential
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import AUTHORITY, GRAPH_HOST
from airflow_provider_drivedelta.core.transport.links import check_base_url, is_loopback, origin, redact
from airflow_provider_drivedelta.hooks.extra import Extra
from airflow_provider_drivedelta.hooks.form import label
from airflow_provider_drivedelta.hooks.pem import check_pem, mended_pem

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


@dataclass(frozen=True, slots=True)
class ReadyToken:
    """A bearer token somebody else got; for tests and one-off reads, as it cannot be renewed."""

    token: str

    def __repr__(self) -> str:
        return "ReadyToken(***)"


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


def read_settings(conn: ConnectionFields) -> Settings:
    """:raises FixSetup: a field is missing or wrong; the message names it as the form does."""
    where = f"connection {conn.conn_id!r}"
    if conn.conn_type not in TYPES:
        kind = f"The connection's type is {conn.conn_type!r}"
        raise FixSetup(kind, where=where, then="Use one of type drivedelta, or an existing one of type msgraph.")
    extra = Extra.parse(conn.extra, where)
    base_url = _base_url(conn, extra, where)
    authority = _authority(base_url, extra, where)
    return Settings(
        base_url=base_url,
        credential=_credential(conn, extra, where),
        authority=authority,
        scope=_scope(base_url, extra),
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
    keys = ("private_key", "certificate_data", "access_token")
    proxies = [urlsplit(url).password or "" for url in extra.proxies().values()]
    return [secret for secret in (conn.password or "", *map(extra.text, keys), *proxies) if secret]


def _base_url(conn: ConnectionFields, extra: Extra, where: str) -> str:
    """From a bare host, or a whole address with port and path; without a path, the API's version is added."""
    host = extra.text("base_url") or (conn.host or "").strip() or GRAPH_HOST
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


def _authority(base_url: str, extra: Extra, where: str) -> str:
    cloud = cloud_of(base_url)
    given = extra.text("authority") or (cloud.sign_in if cloud else AUTHORITY)
    url = given if "://" in given else f"https://{given}"
    if urlsplit(url).scheme != "https" or not host_of(url):
        raise FixSetup(f"{label('authority')} is {redact(given)!r}", where=where, then="Sign-in needs https://host.")
    return url.rstrip("/")


def _scope(base_url: str, extra: Extra) -> str:
    # Application tokens have exactly one scope; msgraph connections may list several, of which the first counts.
    given = extra.texts("scopes")
    return given[0] if given else scope_at(base_url)


def _verify(extra: Extra, where: str) -> bool | str:
    for key in ("ca_file", "verify"):
        path = extra.text(key)
        if path and path.lower() not in ("true", "false"):
            if not Path(path).is_file():
                raise FixSetup(f"{label(key)}: there is no file {path}", where=where, then="Give a PEM file.")
            return path
    return extra.flag("verify", default=True)


def _credential(conn: ConnectionFields, extra: Extra, where: str) -> Credential | ReadyToken:
    if token := extra.text("access_token"):
        if not all("\x21" <= letter <= "\x7e" for letter in token):
            then = "Set it to the token alone, without 'Bearer'."
            raise FixSetup("'access_token' holds no bearer token", where=where, then=then)
        return ReadyToken(token)
    tenant_id = _required("tenant_id", extra.text("tenant_id") or extra.text("tenantId"), where)
    client_id = _required("login", conn.login, where)
    if pem := _pem(extra, where):
        return Certificate(tenant_id, client_id, pem, passphrase=conn.password or None)
    if not conn.password:
        lacks = f"The connection has neither {label('password')} nor {label('certificate_path')}"
        raise FixSetup(lacks, where=where, then="Fill in one of them.")
    return ClientSecret(tenant_id, client_id, conn.password.strip())  # files and vaults like to add a line break


def _required(field: str, value: str | None, where: str) -> str:
    value = (value or "").strip()
    if not value:
        raise FixSetup(f"The connection lacks {label(field)}", where=where, then="Fill it in.")
    if any(sign in value for sign in " /?#\\"):
        raise FixSetup(f"{label(field)} is no id", where=where, then="Copy it from the application's page in Entra.")
    return value


def _pem(extra: Extra, where: str) -> str:
    pasted = extra.text("private_key") or extra.text("certificate_data")
    if pasted:
        return check_pem(mended_pem(pasted), label("private_key"), where)
    path = extra.text("certificate_path")
    if not path:
        return ""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        what = f"{label('certificate_path')}: {path} cannot be read ({error.strerror})"
        raise FixSetup(what, where=where, then="The file must be on every worker, readable to Airflow.") from None
    return check_pem(content.decode("utf-8", "replace"), label("certificate_path"), where)
