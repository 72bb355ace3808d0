"""The lists' protocols by name, and at which addresses each is spoken."""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import CLOUDS, GRAPH_HOST, ONEDRIVE_HOST

LIST_PROTOCOLS = ("sharepoint", "graph")

_GRAPH_HOSTS = frozenset(cloud.graph for cloud in CLOUDS)
_SHAREPOINT = tuple(cloud.sharepoint for cloud in CLOUDS)


def check_list_protocol(protocol: str, base_url: str) -> None:
    """:raises FixSetup: there is no such protocol, or this address is known not to speak it."""
    if protocol not in LIST_PROTOCOLS:
        names = " or ".join(map(repr, LIST_PROTOCOLS))
        raise FixSetup(f"The protocol {protocol!r} is not one of lists", then=f"Use {names}.")
    host, path = (urlsplit(base_url).hostname or "").lower(), f"{urlsplit(base_url).path}/".lower()
    if protocol == "graph" and (host.endswith(_SHAREPOINT) or host == ONEDRIVE_HOST or "/_api/" in path):
        then = f"Use a connection with Graph's base address, https://{GRAPH_HOST}/v1.0, or protocol='sharepoint'."
        raise FixSetup("The base address is not Microsoft Graph's", where=host, then=then)
    if protocol == "sharepoint" and (host in _GRAPH_HOSTS or host == ONEDRIVE_HOST):
        then = "Speak to the site, such as https://contoso.sharepoint.com/sites/team, or use protocol='graph'."
        raise FixSetup("A list's own change feed is not spoken at this base address", where=host, then=then)
