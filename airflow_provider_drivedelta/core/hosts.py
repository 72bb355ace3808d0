"""Microsoft's clouds: which hosts belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass

AUTHORITY = "https://login.microsoftonline.com"
ONEDRIVE_HOST = "api.onedrive.com"
_TENANT = re.compile(r"^[a-z0-9-]+$")


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds: Graph's host, what SharePoint's hosts end in, and where one signs in to both."""

    name: str
    graph: str
    sharepoint: str
    sign_in: str = AUTHORITY

    def has(self, host: str) -> bool:
        return host == self.graph or self.has_tenant(host)

    def has_tenant(self, host: str) -> bool:
        """Whether `host` is a tenant's at SharePoint: one label, then the suffix."""
        return host.endswith(self.sharepoint) and bool(_TENANT.match(host.removesuffix(self.sharepoint)))


# https://learn.microsoft.com/graph/deployments
CLOUDS = (
    Cloud("global", "graph.microsoft.com", ".sharepoint.com"),
    Cloud("usgov", "graph.microsoft.us", ".sharepoint.us", "https://login.microsoftonline.us"),
    Cloud("usgov_dod", "dod-graph.microsoft.us", ".sharepoint-mil.us", "https://login.microsoftonline.us"),
    Cloud("china", "microsoftgraph.chinacloudapi.cn", ".sharepoint.cn", "https://login.chinacloudapi.cn"),
)
GRAPH_HOST = CLOUDS[0].graph
CLOUD_NAMES = tuple(cloud.name for cloud in CLOUDS)
