"""Tells Airflow's asset world what a run published: an event when there is something to read, else none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import Asset, AssetAlias

if TYPE_CHECKING:
    from airflow.sdk.types import OutletEventAccessorsProtocol

    from airflow_provider_drivedelta.core.summary import Summary


def feed_asset(summary: Summary) -> Asset:
    """The feed's folder as an asset: name and URI are its address, so `Asset("file:///lake/drive-…")` is the same."""
    return Asset(summary.path if "://" in summary.path else Path(summary.path).absolute().as_uri())


def announce(summary: Summary, outlets: Iterable[object], events: OutletEventAccessorsProtocol) -> None:
    """Fire every alias among `outlets` if there is news; a concrete asset fires by itself and is told the summary.

    What may have been announced before is marked `replayed`.
    """
    extra = summary.to_dict() | ({"replayed": True} if summary.kind == "replay" else {})
    for outlet in outlets:
        if isinstance(outlet, Asset):
            events[outlet].extra = dict(extra)
        elif isinstance(outlet, AssetAlias) and summary.has_news:
            events[outlet].add(feed_asset(summary), extra=dict(extra))
