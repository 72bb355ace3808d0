"""What a drive really holds: the answer sheet that tests compare a client's result with."""

from airflow_provider_drivedelta.emulator.delta import Places
from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.graph.resources import Resources
from airflow_provider_drivedelta.emulator.items import Item


def tree_of(drive: Drive) -> list[dict[str, object]]:
    """Every item but the root, parents before children."""
    with drive.lock:
        items, places, resources = drive.walk(), Places(drive, drive.head), Resources(drive)
        return [_row(item, places, resources) for item in items]


def _row(item: Item, places: Places, resources: Resources) -> dict[str, object]:
    placed = places.of(item)
    body = resources.item(placed)
    hashes = item.content.hashes() if item.content else None
    return {
        "id": item.id,
        "path": "/" + "/".join((*placed.folders, item.name)),
        "name": item.name,
        "parent_id": item.parent_id,
        "is_folder": item.is_folder,
        "size": item.size,
        "etag": body.get("eTag"),
        "ctag": body.get("cTag"),
        "quick_xor_hash": hashes.quick_xor if hashes else None,
    }
