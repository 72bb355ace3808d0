"""What a feed is called in Airflow's asset world, and its events: one when there is something to read, else none.

A feed reads a source and writes a folder; both are assets. The folder's name and URI are its address, `file:///lake/…`
or `s3://…`. A source has one name, however it was addressed, made of the id that never changes:

    drivedelta://drives/<drive id>          a drive, or a folder of it
    drivedelta://lists/<list id>            a list; its id is a GUID, unique without its site

A person may put the site before a list's id (`drivedelta://lists/contoso.sharepoint.com/sites/team/<list id>`); it is
left off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import UUID

from airflow.providers.common.compat.sdk import Asset, AssetAlias

from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.sources import Drive, normal_drive_id

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.sdk.types import OutletEventAccessorsProtocol
    from pydantic.types import JsonValue

    from airflow_provider_drivedelta.core.summary import Summary

SCHEME = "drivedelta"
DRIVES, LISTS = f"{SCHEME}://drives/", f"{SCHEME}://lists/"

_LISTS_FEED = re.compile(r"^list-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})--")
_DRIVE_ID = re.compile(r"^[\w!.~-]+$")


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


def source_uri(summary: Summary) -> str:
    """The one name of what a run followed."""
    of_list = _LISTS_FEED.match(summary.feed)
    if of_list:
        return _uri(LISTS, of_list[1])
    return _uri(DRIVES, normal_drive_id(Drive.parse(summary.source).id))


def create_asset(*, drive_id: str = "", list_id: str = "", extra: dict[str, JsonValue] | None = None) -> Asset:
    """The asset of a source, by its drive's id or its list's. Airflow's provider manager knows it as the factory.

    :raises ValueError: not exactly one of them is given, or it is none.
    """
    if bool(drive_id) == bool(list_id):
        raise ValueError("A drivedelta:// asset is of a drive or of a list: give drive_id or list_id.")
    return Asset(uri=_uri(DRIVES, drive_id) if drive_id else _uri(LISTS, list_id), extra=extra)


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """The same URI in its one spelling. Airflow calls it for each `drivedelta://` asset.

    :raises ValueError: it names no drive and no list.
    """
    read = _IDS.get(uri.netloc.lower())
    id_ = read([unquote(part) for part in uri.path.split("/") if part]) if read and not uri.query else ""
    if not id_:
        raise ValueError(
            f"This {SCHEME}:// asset names no source: write {DRIVES}<drive id> or {LISTS}<list id>, "
            "a list's id being its GUID. A run's summary has a drive's id in `source`, a list's in `feed`."
        )
    return uri._replace(netloc=uri.netloc.lower(), path=f"/{escaped(id_, safe='!')}")


def convert_asset_to_openlineage(asset: Asset, lineage_context: object) -> Dataset:
    """The same name in OpenLineage's two parts."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    from airflow_provider_drivedelta.lineage_names import source_name

    return Dataset(**source_name(asset.uri)._asdict())


def _uri(start: str, id_: str) -> str:
    return start + escaped(id_, safe="!")


def _drive_id(parts: Sequence[str]) -> str:
    """The drive's id as feeds are named by it; empty if there is none."""
    return normal_drive_id(parts[0]) if len(parts) == 1 and _DRIVE_ID.match(parts[0]) else ""


def _list_id(parts: Sequence[str]) -> str:
    try:
        return str(UUID(parts[-1])) if parts else ""
    except ValueError:
        return ""


_IDS: Mapping[str, Callable[[Sequence[str]], str]] = {"drives": _drive_id, "lists": _list_id}
