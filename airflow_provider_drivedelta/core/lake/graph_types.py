"""The driveItem resource as the service's own type description has it: every property with its type.

After the v1.0 CSDL (microsoftgraph/msgraph-metadata, schemas/v1.0-Prod.csdl). Everything is
nullable, whatever the CSDL says: tombstones lack even the dates. Properties the CSDL leaves out and
the service sends all the same (an identity's email) are added where they are typed and useful;
whatever is not here is kept as JSON in `extra`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Scalar = Literal["text", "int64", "int32", "int16", "double", "bool", "time"]
Shape = Scalar | Mapping[str, "Shape"]
"""A scalar, or a complex type: its properties by the service's names."""

IDENTITY: Shape = {"id": "text", "displayName": "text"}
# Rarer roles (group, siteUser, …) stay in `extra`: each leaf costs every small file some footer.
IDENTITIES: Shape = {
    "user": {"id": "text", "displayName": "text", "email": "text"},
    "application": IDENTITY,
    "device": IDENTITY,
}
SHAREPOINT_IDS: Shape = {
    "listId": "text",
    "listItemId": "text",
    "listItemUniqueId": "text",
    "siteId": "text",
    "siteUrl": "text",
    "tenantId": "text",
    "webId": "text",
}
REFERENCE: Shape = {
    "driveId": "text",
    "driveType": "text",
    "id": "text",
    "name": "text",
    "path": "text",
    "shareId": "text",
    "siteId": "text",
    "sharepointIds": SHAREPOINT_IDS,
}
FILE: Mapping[str, Shape] = {
    "mimeType": "text",
    "processingMetadata": "bool",
    "hashes": {"crc32Hash": "text", "quickXorHash": "text", "sha1Hash": "text", "sha256Hash": "text"},
}
FOLDER: Mapping[str, Shape] = {
    "childCount": "int32",
    "view": {"sortBy": "text", "sortOrder": "text", "viewType": "text"},
}
FILE_SYSTEM: Shape = {"createdDateTime": "time", "lastAccessedDateTime": "time", "lastModifiedDateTime": "time"}
IMAGE: Shape = {"height": "int32", "width": "int32"}
PACKAGE: Shape = {"type": "text"}
SPECIAL_FOLDER: Shape = {"name": "text"}
SHARED: Shape = {"owner": IDENTITIES, "sharedBy": IDENTITIES, "scope": "text", "sharedDateTime": "time"}
VIDEO: Shape = {
    "audioBitsPerSample": "int32",
    "audioChannels": "int32",
    "audioFormat": "text",
    "audioSamplesPerSecond": "int32",
    "bitrate": "int32",
    "duration": "int64",
    "fourCC": "text",
    "frameRate": "double",
    "height": "int32",
    "width": "int32",
}
AUDIO: Shape = {
    "album": "text",
    "albumArtist": "text",
    "artist": "text",
    "bitrate": "int64",
    "composers": "text",
    "copyright": "text",
    "disc": "int16",
    "discCount": "int16",
    "duration": "int64",
    "genre": "text",
    "hasDrm": "bool",
    "isVariableBitrate": "bool",
    "title": "text",
    "track": "int32",
    "trackCount": "int32",
    "year": "int32",
}
PHOTO: Shape = {
    "cameraMake": "text",
    "cameraModel": "text",
    "exposureDenominator": "double",
    "exposureNumerator": "double",
    "fNumber": "double",
    "focalLength": "double",
    "iso": "int32",
    "orientation": "int16",
    "takenDateTime": "time",
}
REMOTE_ITEM: Shape = {
    "id": "text",
    "name": "text",
    "size": "int64",
    "createdBy": IDENTITIES,
    "createdDateTime": "time",
    "lastModifiedBy": IDENTITIES,
    "lastModifiedDateTime": "time",
    "file": FILE,
    "fileSystemInfo": FILE_SYSTEM,
    "folder": FOLDER,
    "image": IMAGE,
    "package": PACKAGE,
    "parentReference": REFERENCE,
    "shared": SHARED,
    "sharepointIds": SHAREPOINT_IDS,
    "specialFolder": SPECIAL_FOLDER,
    "video": VIDEO,
    "webDavUrl": "text",
    "webUrl": "text",
}

# Facets whose mere presence says something (`image: {}`): each gets a flag beside its column.
FACETS: Mapping[str, Shape] = {
    "audio": AUDIO,
    "bundle": {"childCount": "int32", "album": {"coverImageItemId": "text"}},
    "image": IMAGE,
    "location": {"altitude": "double", "latitude": "double", "longitude": "double"},
    "malware": {"description": "text"},
    "package": PACKAGE,
    "pendingOperations": {"pendingContentUpdate": {"queuedDateTime": "time"}},
    "photo": PHOTO,
    "publication": {"level": "text", "versionId": "text", "checkedOutBy": IDENTITIES},
    "remoteItem": REMOTE_ITEM,
    "searchResult": {"onClickTelemetryUrl": "text"},
    "shared": SHARED,
    "specialFolder": SPECIAL_FOLDER,
    "video": VIDEO,
}

DRIVE_ITEM: Mapping[str, Shape] = {
    "id": "text",
    "name": "text",
    "description": "text",
    "size": "int64",
    "eTag": "text",
    "cTag": "text",
    "webUrl": "text",
    "webDavUrl": "text",
    "createdDateTime": "time",
    "lastModifiedDateTime": "time",
    "createdBy": IDENTITIES,
    "lastModifiedBy": IDENTITIES,
    "parentReference": REFERENCE,
    "file": FILE,
    "folder": FOLDER,
    "fileSystemInfo": FILE_SYSTEM,
    "sharepointIds": SHAREPOINT_IDS,
    "deleted": {"state": "text"},
    "root": {},
    **FACETS,
}
