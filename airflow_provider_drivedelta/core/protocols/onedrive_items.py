"""Items as the OneDrive API spells them, into Graph's spelling: one model of records serves all protocols.

https://learn.microsoft.com/onedrive/developer/rest-api/concepts/direct-endpoint-differences
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_drivedelta.core.changes import Json, JsonObject

# About the form of the answer, not about the item; and links that need no sign-in, which are credentials.
_DROPPED = frozenset(
    {
        "@content.downloadUrl",
        "@odata.context",
        "@odata.editLink",
        "@odata.id",
        "@odata.readLink",
        "@odata.type",
    }
)
# SharePoint's hosts describe each item by several links of its metadata unless asked not to.
_PLAIN_JSON = "application/json; odata.metadata=none"
_RENAMED = {
    "@content.sourceUrl": "@microsoft.graph.sourceUrl",
    "@oneDrive.sharedChanged": "@microsoft.graph.sharedChanged",
    "tombstone": "deleted",  # before the API's general availability
}


class OneDriveSpelling:
    """For a protocol of the OneDrive API: what it accepts, and how its items become records."""

    __slots__ = ()

    def mapped(self, item: JsonObject) -> JsonObject:
        return as_graph(item)

    @property
    def _accept(self) -> str:
        return _PLAIN_JSON


def as_graph(item: JsonObject) -> JsonObject:
    """The item in Graph's spelling; what both spell alike is passed on untouched."""
    mapped: dict[str, Json] = {}
    for name, value in item.items():
        if name in _DROPPED:
            continue
        if name == "remoteItem" and isinstance(value, Mapping):
            value = as_graph(value)
        # Graph's own spelling wins where an answer has both.
        renamed = _RENAMED.get(name, name)
        if renamed == name or renamed not in item:
            mapped[renamed] = _folder(value) if name == "folder" else value
    return mapped


def _folder(facet: Json) -> Json:
    """`folder.folderView` is Graph's `folder.view`."""
    if not isinstance(facet, Mapping) or "folderView" not in facet:
        return facet
    rest = {name: value for name, value in facet.items() if name != "folderView"}
    return {"view": facet["folderView"], **rest}
