"""From the doctor's options to what it knocks at: an address, what opens it, and what to read there."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from requests.auth import AuthBase

from airflow_provider_drivedelta.clouds import check_site, cloud_of
from airflow_provider_drivedelta.console import credentials
from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.doctor.checks import Door, Trial
from airflow_provider_drivedelta.core.doctor.grants import Api, Wanted
from airflow_provider_drivedelta.core.doctor.trials import try_drive, try_list
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import CLOUDS
from airflow_provider_drivedelta.core.protocols.drive_protocols import default_address
from airflow_provider_drivedelta.core.sources import Drive, SharePointList
from airflow_provider_drivedelta.core.transport.links import redact, with_version

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A door, what to read behind it, and who knocks."""

    door: Door
    trial: Trial | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """A way to sign in, for one address."""

    base_url: str
    auth: AuthBase
    verify: bool | str
    proxies: Mapping[str, str]
    who: str


def tried(options: argparse.Namespace, environment: Environment) -> Iterator[tuple[str, Callable[[], Tried]]]:
    """What the options name, each with what sets it up; the sign-in alone where they name nothing."""
    if options.drive or not options.list:
        yield options.drive or "sign-in", partial(_drive, options, environment)
    if options.list:
        yield f"{options.site_url} list {options.list!r}", partial(_list, options, environment)


def _drive(options: argparse.Namespace, environment: Environment) -> Tried:
    source = Drive.parse(options.drive) if options.drive else None
    address = with_version(options.base_url or default_address(options.protocol))
    key = _key(options, environment, address, site="")
    site = source.id if source and source.owner == "sites" else ""
    api: Api = "SharePoint" if "/_api/" in key.base_url else "Microsoft Graph"
    wanted = Wanted(what="drive", api=api, graph=_graph(key.base_url), site=site)
    trial = partial(try_drive, source, protocol=options.protocol, base_url=key.base_url) if source else None
    return Tried(door=_door(key, wanted), trial=trial, who=f"{_cloud(key.base_url)}, {key.who}")


def _list(options: argparse.Namespace, environment: Environment) -> Tried:
    source, by_graph = SharePointList.parse(options.site_url, options.list), options.list_protocol == "graph"
    if by_graph:
        cloud = cloud_of(options.site_url) or CLOUDS[0]
        key = _key(options, environment, with_version(options.base_url or f"https://{cloud.graph}"), site="")
    else:
        key = _key(options, environment, "", site=check_site(source.site_url, source.site_url))
    api: Api = "Microsoft Graph" if by_graph else "SharePoint"
    site = f"{source.graph_site}:" if ":/" in source.graph_site else source.graph_site
    wanted = Wanted(what="list", api=api, graph=_graph(key.base_url), site=site, list_id=source.list_id)
    trial = partial(try_list, source, protocol=options.list_protocol, base_url=key.base_url)
    return Tried(door=_door(key, wanted), trial=trial, who=f"{_cloud(key.base_url)}, {key.who}")


def _door(key: _Key, wanted: Wanted) -> Door:
    return Door(base_url=key.base_url, auth=key.auth, wanted=wanted, verify=key.verify, proxies=key.proxies)


def _cloud(base_url: str) -> str:
    cloud = cloud_of(base_url)
    return f"cloud {cloud.name}" if cloud else "no cloud of Microsoft's own"


def _graph(base_url: str) -> str:
    """Where grants are given: at the Graph that is spoken to, or that of the same cloud."""
    if "/_api/" not in base_url and base_url.endswith(("/v1.0", "/beta")):
        return redact(base_url)
    return f"https://{(cloud_of(base_url) or CLOUDS[0]).graph}/v1.0"


def _key(options: argparse.Namespace, environment: Environment, address: str, *, site: str) -> _Key:
    if options.conn_id:
        return _of_connection(options.conn_id, options.base_url, site)
    return _of_console(options, environment, site or address, certified=bool(site))


def _of_console(options: argparse.Namespace, environment: Environment, address: str, *, certified: bool) -> _Key:
    sign_in = credentials.SignIn(**{name: getattr(options, name) for name in credentials.SignIn.__dataclass_fields__})
    auth = credentials.auth(sign_in, environment, base_url=address, certified=certified)
    return _Key(base_url=address, auth=auth, verify=options.ca_file or True, proxies={}, who=_who(options, auth))


def _who(options: argparse.Namespace, auth: AuthBase) -> str:
    if isinstance(auth, BearerToken):
        return f"the token in {credentials.ACCESS_TOKEN}"
    named = {
        "tenant": options.tenant_id,
        "application": options.client_id,
        "sign-in": options.sign_in,
        "file": options.sign_in_file,
    }
    return ", ".join(f"{name} {value}" for name, value in named.items() if value)


def _of_connection(conn_id: str, base_url: str, site: str) -> _Key:
    try:
        from airflow.providers.common.compat.sdk import AirflowNotFoundException

        from airflow_provider_drivedelta.hooks.connection import at_site
        from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
    except ImportError:
        raise FixSetup("There is no Airflow here to ask for a Connection", then="Leave --conn-id out.") from None
    if base_url:
        raise FixSetup("The Connection has a base address of its own", then="Leave --base-url out.")
    hook = DriveDeltaHook(conn_id)
    try:
        settings = at_site(hook.settings, site) if site else hook.settings
    except AirflowNotFoundException:
        then = "Create it, or set AIRFLOW_CONN_… in the environment of this command."
        raise FixSetup("There is no such Connection", where=conn_id, then=then) from None
    return _Key(
        base_url=settings.base_url,
        auth=hook.auth_for(settings),
        verify=settings.verify,
        proxies=settings.proxies,
        who=f"connection {conn_id!r}, {getattr(settings.credential, 'who', 'a ready token')}",
    )
