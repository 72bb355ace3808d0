"""A throw-away authority and a server certificate for the host names that clients have built in."""

from dataclasses import dataclass
from pathlib import Path

import trustme

HOSTS = (
    "localhost",
    "127.0.0.1",
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "login.microsoft.com",
    "*.login.microsoft.com",  # by region
    "login.windows.net",
    "api.onedrive.com",
    "my.microsoftpersonalcontent.com",  # what is in personal files
    "*.sharepoint.com",
    # The national clouds.
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "login.microsoftonline.us",
    "*.sharepoint.us",
    "*.sharepoint-mil.us",
    "microsoftgraph.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "*.sharepoint.cn",
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files."""

    ca: Path
    server: Path


def issue_certificates(folder: Path) -> Certificates:
    authority = trustme.CA(organization_name="DriveDelta emulator", organization_unit_name="throw-away")
    files = Certificates(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(files.ca))
    authority.issue_cert(*HOSTS).private_key_and_cert_chain_pem.write_to_path(str(files.server))
    return files
