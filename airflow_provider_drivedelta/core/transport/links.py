"""Every link from outside is data: where it may lead, and how much of it may be shown."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup

Origin = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}
_IN_PATH = re.compile(r"(\(|%28)[^()/]*token.*", re.IGNORECASE)  # to the end: nobody knows what a token may hold


def origin(url: str) -> Origin | None:
    """Scheme, host and port of an absolute http(s) address; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.scheme not in _PORTS:
        return None
    # Credentials inside a link are never ours, and hide the host from a reader's eye.
    return None if "@" in parts.netloc else (parts.scheme, parts.hostname, port)


def check_base_url(url: str) -> str:
    """The service's base address, without a slash at its end.

    :raises FixSetup: it is no https address; plain http is for loopback addresses only.
    """
    found = origin(url)
    if found is None:
        raise FixSetup(
            f"{redact(url)!r} is no address of a service", then="Give https://host/path, without user or password."
        )
    if found[0] == "http" and not is_loopback(found[1]):
        then = "Use https; plain http is for loopback addresses."
        raise FixSetup("Plain http would send the sign-in token in the clear", where=redact(url), then=then)
    return url.rstrip("/")


def with_version(base_url: str) -> str:
    """The base address of Graph's v1.0, where only its host was given; an address with a path stays as it is.

    :raises FixSetup: as `check_base_url`.
    """
    base_url = check_base_url(base_url)
    return base_url if urlsplit(base_url).path else f"{base_url}/v1.0"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_link(url: str, allowed: frozenset[Origin], what: str) -> None:
    """:raises BrokenFeed: the link leads elsewhere than to the connection's hosts; it is never requested."""
    if origin(url) not in allowed:
        hosts = ", ".join(sorted(host for _, host, _ in allowed))
        raise BrokenFeed(
            f"{what} leads to another host, so it was not followed",
            where=f"{_place(url)}, allowed: {hosts}",
            then="If the connection's host was changed on purpose, run once with full_reload; otherwise report it.",
        )


def _place(url: str) -> str:
    """The host of a link that is not ours: any other part of it may be what lets one in (1drv.com has it in paths)."""
    found = origin(url)
    if found is None:
        return "an unreadable address"
    scheme, host, port = found
    return f"{scheme}://{host}" + ("" if port == _PORTS[scheme] else f":{port}")


def joined(base: str, link: str) -> str:
    """`link` as an absolute address, seen from `base`; one that cannot be read stays as it is, for `check_link`."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def redact(url: str) -> str:
    """The address without anything that could be a credential: no query, no user, no token in the path."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an unreadable address"
    path = _IN_PATH.sub("(token=…)", parts.path)
    shown = f"{parts.scheme}://{host}{port}{path}" if parts.scheme else path
    return shown[:300] + ("?…" if parts.query else "")
