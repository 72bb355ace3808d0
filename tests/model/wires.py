"""The drive protocols that histories are told over, and where their calls go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    """Where a protocol's calls go: below which base, and by which words in their addresses faults find them."""

    base: str
    feed: str
    members: str


WIRES = {
    "graph": Wire("/v1.0", "/delta", "/children"),
    "view.delta": Wire("/v1.0", "/view.delta", "/children"),
    "view.changes": Wire("/v1.0", "/view.changes", "/children"),
}
