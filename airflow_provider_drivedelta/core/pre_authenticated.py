"""Links that let in whoever has them are credentials: what is left of the service's JSON without them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airflow_provider_drivedelta.core.changes import Json

_NAME = re.compile(r"downloadurl$", re.IGNORECASE)
# Of thumbnails and streams, too, where one link may hold another: `docid=https%3A%2F%2F…%3Ftempauth%3D…`. Links of
# personal drives have it in their path: https://learn.microsoft.com/onedrive/developer/rest-api/resources/thumbnail
_VALUE = re.compile(
    r"(?:tempauth|access_token)(?:=|%(?:25)*3d)|(?:\.1drv\.com|files\.onedrive\.live\.com)(?:/|%(?:25)*2f)y\d",
    re.IGNORECASE,
)
_DEEPEST = 100  # levels of JSON without a type; Python's own stack must not decide


class TooDeep(ValueError):
    """There is no end to the depth of a value."""


def names_a_credential(name: str) -> bool:
    """Whether a property of this name is a pre-authenticated link, such as `@microsoft.graph.downloadUrl`."""
    return _NAME.search(name) is not None


def without_credentials(value: Json, *, levels: int = _DEEPEST) -> Json:
    """The value without pre-authenticated links, at any depth.

    :raises TooDeep: it has more levels than these.
    """
    if not levels:
        raise TooDeep
    if isinstance(value, Mapping):
        kept = {name: given for name, given in value.items() if not names_a_credential(name)}
        return {name: without_credentials(given, levels=levels - 1) for name, given in kept.items()}
    if isinstance(value, list):
        return [without_credentials(given, levels=levels - 1) for given in value]
    return None if isinstance(value, str) and _VALUE.search(value) else value
