"""``GetChanges``: the change log of a list as it is, one entry an event; what the items are is asked elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.events import Change, Event
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.tokens import ChangeToken, read_change_token
from airflow_provider_drivedelta.emulator.sharepoint.change_query import read_json
from airflow_provider_drivedelta.emulator.sharepoint.changes import start_of
from airflow_provider_drivedelta.emulator.sharepoint.failures import SharePointError, bad_query

MOST = 1000
# Of a change: its number in SP.ChangeType, and the property of the query that asks for it.
_KINDS = {
    Change.ADD: (1, "Add"),
    Change.UPDATE: (2, "Update"),
    Change.DELETE: (3, "DeleteObject"),
    Change.RENAME: (4, "Rename"),
    Change.MOVE_AWAY: (5, "Move"),
    Change.RESTORE: (7, "Restore"),
    Change.SYSTEM_UPDATE: (15, "SystemUpdate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """``SP.ChangeQuery``, as far as it is about items."""

    flags: frozenset[str]
    start: str
    end: str
    most: int


def changes_of(sharepoint_list: SharePointList, body: bytes) -> list[dict[str, Json]]:
    """Raises MalformedChangeToken and ForeignChangeToken, and SharePointError for one that is too old."""
    asked = _read(body)
    with sharepoint_list.lock:
        first = _number(sharepoint_list, asked.start) if asked.start else sharepoint_list.floor
        last = _number(sharepoint_list, asked.end) if asked.end else None
        events = [event for event in sharepoint_list.log.after(first, last) if _wanted(event, asked.flags)]
        return [_written(sharepoint_list, event) for event in events[: asked.most]]


def _read(body: bytes) -> _Asked:
    query = read_json(body).get("query")
    if not isinstance(query, Mapping):
        raise bad_query("The parameter query does not exist in method GetChanges.")
    limit = str(query.get("FetchLimit") or MOST)
    if not limit.isdigit():
        raise bad_query("Cannot convert a primitive value to the expected type 'Edm.Int64'.")
    return _Asked(
        flags=frozenset(name for name, value in query.items() if value is True),
        start=_token(query.get("ChangeTokenStart")),
        end=_token(query.get("ChangeTokenEnd")),
        most=min(int(limit), MOST),
    )


def _token(given: object) -> str:
    """An ``SP.ChangeToken``."""
    text = given.get("StringValue", "") if isinstance(given, Mapping) else given or ""
    if not isinstance(text, str):
        raise bad_query("An SP.ChangeToken holds a StringValue.")
    return text


def _number(sharepoint_list: SharePointList, text: str) -> int:
    found = start_of(sharepoint_list, read_change_token(text, sharepoint_list.id))
    if found is None:
        message = "The changeToken refers to a time before the start of the current change log."
        raise SharePointError(500, "-2146232832, Microsoft.SharePoint.SPException", message)
    return found


def _wanted(event: Event, flags: frozenset[str]) -> bool:
    return "Item" in flags and event.change in _KINDS and _KINDS[event.change][1] in flags


def _written(sharepoint_list: SharePointList, event: Event) -> dict[str, Json]:
    site = sharepoint_list.site
    return {
        "ChangeToken": {"StringValue": ChangeToken(sharepoint_list.id, event.at, event.number).encode()},
        "ChangeType": _KINDS[event.change][0],
        "SiteId": site.id,
        "Time": stamp(event.at),
        "FileSystemObjectType": int(event.is_folder),
        "ItemId": event.item,
        "ListId": sharepoint_list.id,
        "UniqueId": event.unique_id,
        "WebId": site.web_id,
    }
