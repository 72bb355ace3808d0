"""From a source as the user named it to the place that is followed: a drive's id, and a folder's where it is one."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.protocols.drive_calls import remote_place
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, ask_which_drive
from airflow_provider_drivedelta.core.protocols.graph_drive import DriveFound, read_drive
from airflow_provider_drivedelta.core.sources import Drive, is_personal
from airflow_provider_drivedelta.core.transport import Transport


@dataclass(frozen=True, slots=True)
class Place:
    """What one feed is of: a whole drive, or one folder of it (`item_id`) by a feed of its own."""

    drive_id: str
    item_id: str = ""


def find_drive(source: Drive, *, base_url: str, transport: Transport, protocol: str = "graph") -> DriveFound:
    """The drive as the service describes it: one request."""
    return transport.fetch(ask_which_drive(protocol, base_url, source), read_drive)


def locate(source: Drive, *, protocol: str, base_url: str, transport: Transport) -> Place:
    """The place that `source` means; asks the service only for what is not an id already.

    :raises FixSetup: there is no such place, or it has no feed of its own; the text names the drive that has one.
    """
    if source.owner == "drives":
        drive_id = source.id
    else:
        drive_id = find_drive(source.whole, base_url=base_url, transport=transport, protocol=protocol).id
    _check_id(drive_id)
    place = Place(drive_id, source.item)
    if source.path:
        place = _at_path(drive_id, source.path, protocol=protocol, base_url=base_url, transport=transport)
    if place.item_id and not is_personal(place.drive_id):
        what = "Only personal drives have a feed of a single folder"
        then = f"Follow its drive, drives/{place.drive_id}, with folder={place.item_id!r}."
        raise FixSetup(what, where=str(source), then=then)
    return place


def _check_id(drive_id: str) -> None:
    """It goes into folder names, logs and summaries, where half a surrogate pair, which JSON can hold, has no form."""
    try:
        drive_id.encode()
    except UnicodeEncodeError:
        then = "Report it; nothing was read or written."
        raise BrokenFeed(
            "The drive's id is no text that can be written down", where=ascii(drive_id), then=then
        ) from None


def _at_path(drive_id: str, path: str, *, protocol: str, base_url: str, transport: Transport) -> Place:
    calls = PROTOCOLS[protocol](base_url=base_url, drive_id=drive_id)
    found = transport.fetch(calls.folder(path), calls.read_item)
    where = str(Drive("drives", drive_id, path=path))
    elsewhere = remote_place(found) if found else None
    if elsewhere is not None:  # shared by somebody: its feed is on its own drive
        return Place(*elsewhere)
    item_id = found.get("id") if found else None
    if not isinstance(item_id, str) or found is None or found.get("folder") is None:
        then = "Give the path of a folder from the drive's root, as it reads, or drives/{id}/items/{item id}."
        raise FixSetup("There is no folder at this path", where=where, then=then)
    return Place(drive_id, item_id)
