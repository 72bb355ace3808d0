"""Names in a rowset, by ADO's usual prefixes, whatever prefix a body gives its namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from airflow_provider_drivedelta.core.rowset.mend import ADO

_PREFIXES: Final = {uri.lower(): prefix for prefix, uri in ADO.items()}


def short(expanded: str) -> str:
    """`rs:data` for "urn:schemas-microsoft-com:rowset data"; a name of another namespace stays as it is."""
    uri, _, local = expanded.rpartition(" ")
    prefix = _PREFIXES.get(uri.lower())
    return f"{prefix}:{local}" if prefix else expanded


def local(expanded: str) -> str:
    return expanded.rpartition(" ")[2]


def pairs(attributes: list[str]) -> Iterator[tuple[str, str]]:
    return zip(attributes[::2], attributes[1::2], strict=True)
