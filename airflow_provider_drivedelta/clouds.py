"""Where a token may go: what one for a host of Microsoft's is asked as, and what opens it."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from airflow_provider_drivedelta.core.auth import GRAPH_SCOPE, ClientSecret
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import CLOUDS, ONEDRIVE_HOST, Cloud
from airflow_provider_drivedelta.core.transport.links import check_base_url, is_loopback, origin, redact

_API = "/_api/"
_BEHIND_A_SITE = re.compile(rf"[?#]|{_API}", re.IGNORECASE)  # no site's own path has these, however escaped


def host_of(url: str) -> str:
    """The host in small letters; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def cloud_of(url: str) -> Cloud | None:
    return next((cloud for cloud in CLOUDS if cloud.has(host_of(url))), None)


def cloud_named(name: str) -> Cloud | None:
    """The cloud that a setting names, of `CLOUD_NAMES`; None for an empty one."""
    return next((cloud for cloud in CLOUDS if cloud.name == name), None)


def other_cloud(url: str, cloud: Cloud) -> Cloud | None:
    """The cloud whose host `url` is on, if that is not `cloud`; hosts of nobody's, such as a gateway, go with any."""
    host = host_of(url)
    if cloud.has(host) or cloud.sign_in == f"https://{host}":  # two of the clouds share their sign-in
        return None
    return cloud_of(url) or next((other for other in CLOUDS if other.sign_in == f"https://{host}"), None)


def is_sharepoint(url: str) -> bool:
    """Whether the address is SharePoint's own: by its host, or, behind a host of any name, by its path."""
    host = host_of(url)
    return any(cloud.has_tenant(host) for cloud in CLOUDS) or _API in f"{urlsplit(url).path}/".lower()


def is_graph(url: str) -> bool:
    """Whether Graph may be spoken there: anywhere but at OneDrive's and SharePoint's own addresses."""
    return host_of(url) != ONEDRIVE_HOST and not is_sharepoint(url)


def scope_at(url: str, cloud: Cloud | None = None) -> str:
    """The scope to ask a token for: each of these hosts takes tokens that were issued for it alone.

    :param cloud: whose Graph it is that is spoken to behind a host of any name.
    """
    found = cloud_of(url)
    if is_sharepoint(url) or (found and found.graph == host_of(url)):
        return own_scope(url)
    return own_scope(f"https://{cloud.graph}") if cloud else GRAPH_SCOPE


def own_scope(url: str) -> str:
    return f"https://{urlsplit(url).netloc.lower()}/.default"


def check_site(site: str, base_url: str) -> str:
    """A site's address, clean, if the credentials of a connection to `base_url` may be used there.

    That is: on the connection's own host; at SharePoint, in the cloud whose Graph the connection is to; or on
    loopback, if the connection is. A site is templated, so whoever may trigger a run may name one: the token
    must not follow to a host of their choice. Which tenant a host belongs to is for the sign-in to know, which
    issues no token for another tenant's.

    :raises FixSetup: it is no address of a site, or on a host that gets no token.
    """
    site = site.strip()
    parts = urlsplit(check_base_url(site))
    if _BEHIND_A_SITE.search(f"{unquote(parts.path)}/") or parts.query or parts.fragment:
        then = "Give the site alone, such as https://contoso.sharepoint.com/sites/team."
        raise FixSetup("This is an address within a site", where=redact(site), then=then)
    if not _may_follow(site, base_url):
        then = "Name a site at SharePoint in the same cloud, or give it a connection with its own base address."
        raise FixSetup("The site is not on a host of the connection", where=redact(site), then=then)
    return parts.geturl().rstrip("/")


def _may_follow(site: str, base_url: str) -> bool:
    found, own = origin(site), origin(base_url)
    if found is None or own is None:
        return False
    if found == own or (is_loopback(found[1]) and is_loopback(own[1])):
        return True
    cloud = next((cloud for cloud in CLOUDS if cloud.graph == own[1]), None)
    return cloud is not None and found[0] == "https" and found[2] == 443 and cloud.has_tenant(found[1])


def check_certified(credential: object, where: str) -> None:
    """SharePoint lets no application in that signed in with a secret: it issues the token, then refuses it.

    See https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread.

    :raises FixSetup: the credential is a client secret.
    """
    if isinstance(credential, ClientSecret):
        then = "Sign in with a certificate, or use protocol='graph', which takes secrets."
        raise FixSetup("SharePoint itself takes no client secret of an application", where=where, then=then)
