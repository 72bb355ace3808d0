"""How a lake comes to differ from its drive: the service never tells of a change (odapi#1927)."""

from __future__ import annotations

import requests

from tests.conftest import Contoso


def token_past_everything(contoso: Contoso, base: str) -> str:
    """A token that begins after all that happened so far: whoever goes on from it never hears of that."""
    feed = f"/v1.0/{contoso.source}/root/delta"
    page = requests.get(f"{contoso.emulator.url}{feed}?token=latest", headers={"Authorization": "Bearer x"})
    return str(page.json()["@odata.deltaLink"]).replace(contoso.emulator.url, base)


START_OVER_BETWEEN = [{"match": {"path": "token=", "nth": 2}, "reply": {"status": 410}}]
"""Faults that refuse the token of the second pull around a comparison."""
