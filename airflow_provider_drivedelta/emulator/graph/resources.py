"""Drives and items as Graph writes them in JSON."""

import mimetypes
from dataclasses import dataclass
from urllib.parse import quote

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.delta import Placed
from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.identity import Flavour, guid
from airflow_provider_drivedelta.emulator.items import Act, Item, Json, Person

_TYPE = "#microsoft.graph.driveItem"
_VIEW: dict[str, Json] = {"viewType": "thumbnails", "sortBy": "name", "sortOrder": "ascending"}
_NO_HASH = "A" * 27 + "="  # of 20 zero bytes: what a business tombstone carries
_ALWAYS = {"@odata.type", "id"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
    ".md": "text/markdown",
    ".csv": "text/csv",
}


@dataclass(frozen=True, slots=True)
class Resources:
    """Writes the resources of one drive."""

    drive: Drive

    def item(self, placed: Placed, *, download_url: str = "", shared_changed: bool = False) -> dict[str, Json]:
        item = placed.item
        if item.deleted:
            return self._tombstone(placed)
        if item.parent_id is None:
            return self._root(item)
        body: dict[str, Json] = {"@odata.type": _TYPE}
        if download_url:
            body["@microsoft.graph.downloadUrl"] = download_url
        if shared_changed:
            body["@microsoft.graph.sharedChanged"] = "True"
        return body | self._live(placed) | self._kind(item) | dict(item.facets)

    def drive_body(self) -> dict[str, Json]:
        drive, root = self.drive, self.drive.root
        quota: Json = {"state": "normal", "total": 1 << 40, "used": root.size, "remaining": (1 << 40) - root.size}
        return {
            "id": drive.id,
            "name": drive.name,
            "driveType": drive.flavour.value,
            "description": "",
            "createdDateTime": stamp(root.created.at),
            "lastModifiedDateTime": stamp(root.modified.at),
            "webUrl": self._web_root,
            "createdBy": _identity(root.created),
            "owner": _identity(root.created),
            "quota": quota,
        }

    def _live(self, placed: Placed) -> dict[str, Json]:
        item = placed.item
        body: dict[str, Json] = {
            "id": item.id,
            "name": item.name,
            "size": item.size,
            "eTag": f'"{_tag_guid(item)},{item.tags.item}"',
            "createdDateTime": stamp(item.created.at),
            "createdBy": _identity(item.created),
            "lastModifiedDateTime": stamp(item.modified.at),
            "lastModifiedBy": _identity(item.modified),
            "webUrl": "/".join((self._web_root, *(quote(name) for name in (*placed.folders, item.name)))),
            "parentReference": self._parent_reference(placed),
            "fileSystemInfo": _times(item),
        }
        if not item.is_folder or self._personal:
            body["cTag"] = f'"c:{_tag_guid(item)},{item.tags.content}"'
        if self._personal:
            body["isAuthoritative"] = False  # undocumented, but there on every personal item
        return body

    def _kind(self, item: Item) -> dict[str, Json]:
        if item.content is None:
            return {"folder": {"childCount": item.child_count, **({"view": _VIEW} if self._personal else {})}}
        mime_type, hashes = _mime_type(item.name), item.content.hashes()
        file: dict[str, Json] = {"mimeType": mime_type}
        if hashes is not None:
            also = {"sha1Hash": hashes.sha1, "sha256Hash": hashes.sha256} if self._personal else {}
            file["hashes"] = {"quickXorHash": hashes.quick_xor, **also}
        return {"file": file, "image": {}} if mime_type.startswith("image/") else {"file": file}

    def _root(self, item: Item) -> dict[str, Json]:
        return {
            "@odata.type": _TYPE,
            "id": item.id,
            "name": "root",
            "size": item.size,
            "createdDateTime": stamp(item.created.at),
            "lastModifiedDateTime": stamp(item.modified.at),
            "webUrl": self._web_root,
            "parentReference": {"driveId": self.drive.id, "driveType": self.drive.flavour.value},
            "fileSystemInfo": _times(item),
            "folder": {"childCount": item.child_count},
            "root": {},
        }

    def _tombstone(self, placed: Placed) -> dict[str, Json]:
        """A business tombstone has no name and no dates; a personal one lacks cTag and size instead."""
        item = placed.item
        body: dict[str, Json] = {"@odata.type": _TYPE, "id": item.id, "deleted": {"state": "deleted"}}
        if self._personal:
            return body | {
                "name": item.name,
                "eTag": f'"{_tag_guid(item)},{item.tags.item}"',
                "lastModifiedDateTime": stamp(item.modified.at),
                "parentReference": self._parent_reference(placed),
                "folder" if item.is_folder else "file": {},
            }
        where: dict[str, Json] = {"driveId": self.drive.id, "driveType": self.drive.flavour.value}
        where |= {"id": item.parent_id, "siteId": self.drive.site_id}
        facet: dict[str, Json] = {"folder": {}} if item.is_folder else {"file": {"hashes": {"quickXorHash": _NO_HASH}}}
        return body | {"size": 0, "cTag": f'"c:{_tag_guid(item)},-1"', "parentReference": where} | facet

    def _parent_reference(self, placed: Placed) -> dict[str, Json]:
        prefix = "/drive/root:" if self._personal else f"/drives/{self.drive.id}/root:"
        reference: dict[str, Json] = {
            "driveType": self.drive.flavour.value,
            "driveId": self.drive.id,
            "id": placed.item.parent_id,
            "path": "/".join((prefix, *(quote(name) for name in placed.folders))),
            "siteId": self.drive.site_id,
        }
        if placed.folders:
            reference["name"] = placed.folders[-1]
        return reference

    @property
    def _personal(self) -> bool:
        return self.drive.flavour is Flavour.PERSONAL

    @property
    def _web_root(self) -> str:
        if self._personal:
            return f"https://onedrive.live.com/{self.drive.id}"
        return f"https://contoso-my.sharepoint.com/personal/ada_contoso_com/{quote(self.drive.name)}"


def selected(body: dict[str, Json], select: frozenset[str]) -> dict[str, Json]:
    """Only what was asked for, and what OData sends always."""
    return {key: value for key, value in body.items() if key in select or key in _ALWAYS} if select else body


def _tag_guid(item: Item) -> str:
    return "{" + guid("tag", item.id).upper() + "}"


def _identity(act: Act) -> Json:
    person: Person = act.by
    return {"user": {"id": guid("user", person.email), "displayName": person.name, "email": person.email}}


def _times(item: Item) -> Json:
    return {"createdDateTime": stamp(item.times.created), "lastModifiedDateTime": stamp(item.times.modified)}


def _mime_type(name: str) -> str:
    suffix = "." + name.rpartition(".")[2].casefold()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
