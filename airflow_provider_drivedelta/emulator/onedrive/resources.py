"""Items as the OneDrive API writes them: Graph's, in the older spelling."""

import re

from airflow_provider_drivedelta.emulator.items import Json

_RENAMED = {
    "@microsoft.graph.downloadUrl": "@content.downloadUrl",
    "@microsoft.graph.sharedChanged": "@oneDrive.sharedChanged",
}
_VIEW = {"viewType": "thumbnails", "sortBy": "name", "sortOrder": "ascending"}
_NO_DATE = "0001-01-01T00:00:00-08:00"  # what a business tombstone has for dates (odapi#535)
_API = re.compile(r"^(.*?/(?:_api/)?v[12]\.[01])/.*$", re.IGNORECASE)


def as_onedrive(body: dict[str, Json], *, business: bool, in_feed: bool, described_at: str) -> dict[str, Json]:
    """``described_at`` is the address that business metadata is made from; empty leaves the metadata out.

    In a feed the parent reference has no path: it would be wrong as soon as a folder above is renamed.
    """
    item = {_RENAMED.get(name, name): value for name, value in body.items() if name != "@odata.type"}
    if isinstance(folder := item.get("folder"), dict):
        plain = {name: value for name, value in folder.items() if name != "view"}
        item["folder"] = {**plain, "folderView": folder.get("view", _VIEW)}
    parent = item.get("parentReference")
    if in_feed and isinstance(parent, dict):
        item["parentReference"] = {name: value for name, value in parent.items() if name != "path"}
    if business and "deleted" in item:
        item |= {"createdDateTime": _NO_DATE, "lastModifiedDateTime": _NO_DATE}
    if not described_at:
        return item
    place = f"drives/{parent['driveId']}/items/{item['id']}" if isinstance(parent, dict) else f"items/{item['id']}"
    base = _API.sub(r"\1", described_at)
    return {"@odata.type": "#oneDrive.item", "@odata.id": f"{base}/{place}", "@odata.editLink": place, **item}
