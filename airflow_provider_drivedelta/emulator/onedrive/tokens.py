"""How tokens look on the wire: opaque on personal drives, on SharePoint's hosts a text whose `#` links escape twice."""

import base64
from urllib.parse import quote, unquote

from airflow_provider_drivedelta.emulator.tokens import DeltaToken

_MARK = ";"


def spelled(token: DeltaToken, *, business: bool) -> str:
    """As ``@delta.token`` and ``@changes.token`` have it."""
    text = token.encode()
    if not business:
        return text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").replace("%23", "#")


def in_link(text: str) -> str:
    """As links have it; SharePoint's read ``1%3B%25234%3B…`` (odapi#288)."""
    return quote(text.replace("#", "%23"), safe="") if _MARK in text else text


def understood(text: str | None) -> str | None:
    """What the client sent, escaped once, twice or not at all, as the drive's feed reads it."""
    plain = unquote(text) if text else ""
    if _MARK not in plain:
        return text
    return base64.urlsafe_b64encode(plain.replace("#", "%23").encode()).decode("ascii").rstrip("=")
