"""The part of a source that a feed follows, in one spelling: half of the feed's key, wherever the feed is named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.locate import Place
from airflow_provider_drivedelta.core.sources import item_key


def drive_scope(place: Place, folder: str) -> str:
    """The part of a drive; empty for all of it."""
    if place.item_id:
        return f"item:{item_key(place.item_id, place.drive_id)}"
    return f"folder:{folder_spelling(folder)}" if folder else ""


def folder_spelling(folder: str) -> str:
    """One spelling for one folder: paths begin with a slash and end without."""
    return f"/{folder.strip('/')}" if "/" in folder else folder


def list_scope(*, fields: Sequence[str], view: str, query: str, contains: str, query_options: Mapping[str, str]) -> str:
    """The part of a list; empty for all of it."""
    said = {
        "fields": sorted(fields),
        "view": view.strip("{}").lower(),
        "query": query,
        "contains": contains,
        "options": dict(sorted(query_options.items())),
    }
    scope = {name: value for name, value in said.items() if value}
    return json.dumps(scope, sort_keys=True) if scope else ""
