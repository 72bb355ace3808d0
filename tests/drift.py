"""How a lake comes to differ from its source: the service never tells of a change (odapi#1927)."""

from __future__ import annotations

import json
from pathlib import Path

import requests

from tests.conftest import Contoso


def token_past_everything(contoso: Contoso, base: str) -> str:
    """A token that begins after all that happened so far: whoever goes on from it never hears of that."""
    feed = f"/v1.0/{contoso.source}/root/delta"
    page = requests.get(f"{contoso.emulator.url}{feed}?token=latest", headers={"Authorization": "Bearer x"})
    return str(page.json()["@odata.deltaLink"]).replace(contoso.emulator.url, base)


START_OVER_BETWEEN = [{"match": {"path": "token=", "nth": 2}, "reply": {"status": 410}}]
"""Faults that refuse the token of the second pull around a comparison."""


def go_on_from(feed: Path, other: Path) -> None:
    """Let a feed that keeps its token beside its data go on from where another of the same source is by now."""
    (kept,), (newer,) = (output.glob("*/_drivedelta/token.json") for output in (feed, other))
    token = json.loads(newer.read_text())["delta_token"]
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"delta_token": token}))


_DEAD = (
    '<GetListItemChangesSinceTokenResult><listitems><Changes><Id ChangeType="InvalidToken"/></Changes></listitems>'
    "</GetListItemChangesSinceTokenResult>"
)
LIST_START_OVER_BETWEEN: dict[str, list[dict[str, object]]] = {
    "graph": START_OVER_BETWEEN,
    # Its fourth call: before are the first pull's, and of the comparison one for the fields and one for the rows.
    "sharepoint": [{"match": {"path": "getlistitemchanges", "nth": 4}, "reply": {"status": 200, "body": _DEAD}}],
}
"""The same for lists, by protocol."""
