"""The drives' protocols by name, and at which addresses each is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import CLOUDS, GRAPH_HOST, ONEDRIVE_HOST
from airflow_provider_drivedelta.core.protocols.graph_drive import GraphDrive, ask_for_drive
from airflow_provider_drivedelta.core.protocols.view_changes import ViewChanges
from airflow_provider_drivedelta.core.protocols.view_delta import ViewDelta
from airflow_provider_drivedelta.core.sources import Drive

AnyDrive = GraphDrive | ViewDelta | ViewChanges

PROTOCOLS: Mapping[str, type[AnyDrive]] = {
    "graph": GraphDrive,
    "view.delta": ViewDelta,
    "view.changes": ViewChanges,
}

GRAPH = f"https://{GRAPH_HOST}/v1.0"
ONEDRIVE = f"https://{ONEDRIVE_HOST}/v1.0"
_GRAPH_HOSTS = frozenset(cloud.graph for cloud in CLOUDS)
_SHAREPOINT = tuple(cloud.sharepoint for cloud in CLOUDS)


def default_address(protocol: str) -> str:
    """Where the protocol is spoken unless somebody says otherwise: of the older ones, personal OneDrive."""
    return GRAPH if protocol == "graph" else ONEDRIVE


def check_protocol(protocol: str, base_url: str) -> None:
    """:raises FixSetup: there is no such protocol, or this address is known not to speak it."""
    if protocol not in PROTOCOLS:
        names = " or ".join(map(repr, PROTOCOLS))
        raise FixSetup(f"The protocol {protocol!r} is not supported", then=f"Use {names}.")
    host, path = (urlsplit(base_url).hostname or "").lower(), urlsplit(base_url).path.lower()
    sharepoint = host.endswith(_SHAREPOINT)
    if protocol == "graph" and (sharepoint or host == ONEDRIVE_HOST):
        raise FixSetup("This address is not Microsoft Graph's", where=host, then=f"Use {GRAPH}, or another protocol.")
    if protocol != "graph" and (host in _GRAPH_HOSTS or (sharepoint and "/_api/v2" not in path)):
        then = f"Give {ONEDRIVE} for personal drives, https://{{tenant}}-my.sharepoint.com/_api/v2.0 for others."
        raise FixSetup(f"{protocol} is not spoken at this base address", where=f"{host}{path}", then=then)


def ask_which_drive(protocol: str, base_url: str, drive: Drive) -> Request:
    """The request that `read_drive` reads the answer of.

    :raises FixSetup: the protocol does not know drives by such an owner.
    """
    if protocol == "graph" or drive.owner == "drives":
        return ask_for_drive(base_url, drive)
    if drive.owner != "me":
        what = f"{protocol} does not find drives by their {drive.owner.removesuffix('s')}"
        raise FixSetup(what, where=str(drive), then="Give drives/{id}, or me for the signed-in user's own.")
    # Personal OneDrive has its user's drive at the top; SharePoint's hosts have it below `me`.
    route = "/me/drive" if "/_api/" in base_url.lower() else "/drive"
    return Request(base_url + route, headers={"Accept": "application/json"})
