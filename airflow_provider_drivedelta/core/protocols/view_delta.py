"""OneDrive API `…/view.delta`: a drive's change feed before there was Graph, with links like Graph's.

https://github.com/OneDrive/onedrive-api-docs at ddc97c4, items/view_delta.md
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.protocols.linked_feed import LinkedFeed
from airflow_provider_drivedelta.core.protocols.onedrive_items import OneDriveSpelling


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDelta(OneDriveSpelling, LinkedFeed):
    """The protocol, bound to one drive, or to one folder of a personal drive.

    `@delta.token` is not kept: the delta link holds it as the service spells it, together with the options.
    """

    name: str = "view.delta"
    tells_restored: bool = False

    def first(self) -> Request:
        return self._feed("view.delta", top="top")

    def latest(self) -> Request:
        return self._feed("view.delta", top="top", token="latest")
