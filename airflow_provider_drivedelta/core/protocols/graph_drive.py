"""Microsoft Graph `…/root/delta`: the change feed of a drive.

https://learn.microsoft.com/graph/api/driveitem-delta
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.json_pages import read_object
from airflow_provider_drivedelta.core.protocols.linked_feed import LinkedFeed
from airflow_provider_drivedelta.core.sources import Drive

# One header of three values, or the service shows no sharing changes ([D] scan guidance).
SHARING_CHANGES = (
    "deltashowremovedasdeleted",
    "deltatraversepermissiongaps",
    "deltashowsharingchanges",
    "hierarchicalsharing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDrive(LinkedFeed):
    """The protocol, bound to one drive."""

    name: str = "graph"
    tells_restored: bool = False

    def first(self) -> Request:
        return self._feed("delta")

    def latest(self) -> Request:
        return self._feed("delta", token="latest")


@dataclass(frozen=True, slots=True)
class DriveFound:
    """A drive as the service describes it."""

    id: str
    name: str
    drive_type: str
    web_url: str


def ask_for_drive(base_url: str, drive: Drive) -> Request:
    """Which drive is meant: a user's, group's or site's default library, or the one with that id.

    https://learn.microsoft.com/graph/api/drive-get
    """
    return Request(f"{base_url}{drive.route}?$select=id,name,driveType,webUrl", headers={"Accept": "application/json"})


def read_drive(answer: Answer) -> DriveFound:
    """:raises FixSetup: there is no such drive, or it may not be seen."""
    if answer.status == 410:
        raise FixSetup("The drive is gone for good", where=answer.where, then="Stop following it.")
    if answer.status != 200:
        raise explain(answer)
    body = read_object(answer)
    found = [body.get(name) for name in ("id", "name", "driveType", "webUrl")]
    if not isinstance(found[0], str) or not found[0]:
        raise FixSetup("The answer describes no drive", where=answer.where, then="Check the user, group or site id.")
    return DriveFound(*(value if isinstance(value, str) else "" for value in found))
