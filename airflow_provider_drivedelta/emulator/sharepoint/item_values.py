"""What each field of an item comes to: its own values, and those that follow from the item itself."""

from collections.abc import Callable

from airflow_provider_drivedelta.emulator.lists.content_types import CONTENT_TYPES, content_type
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.values import Value

FULL_MASK = "0x7fffffffffffffff"
Reader = Callable[[SharePointList, ListItem], Value]


def value_of(sharepoint_list: SharePointList, item: ListItem, field: Field) -> Value:
    """None where the item has no value, or the field none that can be compared."""
    if not field.built_in:
        return item.values.get(field.name)
    reader = _READERS.get(field.name)
    return reader(sharepoint_list, item) if reader else None


def _children(sharepoint_list: SharePointList, item: ListItem, *, folders: bool) -> int:
    below = sharepoint_list.children(item.id) if item.is_folder else []
    return sum(child.is_folder == folders for child in below)


_READERS: dict[str, Reader] = {
    "ContentTypeId": lambda own, item: content_type(own.id, is_folder=item.is_folder),
    "ContentType": lambda own, item: CONTENT_TYPES[item.is_folder],
    "ID": lambda own, item: item.id,
    "Created": lambda own, item: item.created.at,
    "Modified": lambda own, item: item.modified.at,
    "Author": lambda own, item: own.site.member(item.created.by),
    "Editor": lambda own, item: own.site.member(item.modified.by),
    "_HasCopyDestinations": lambda own, item: None,
    "owshiddenversion": lambda own, item: item.version,
    "WorkflowVersion": lambda own, item: 1,
    "_UIVersion": lambda own, item: item.ui_version,
    "_UIVersionString": lambda own, item: f"{item.ui_version // 512}.{item.ui_version % 512}",
    "_ModerationStatus": lambda own, item: 0,
    "LinkTitleNoMenu": lambda own, item: item.title or None,
    "LinkTitle": lambda own, item: item.title or None,
    "Order": lambda own, item: item.id * 100,
    "GUID": lambda own, item: item.guid,
    "FileRef": lambda own, item: own.item_path(item).lstrip("/"),
    "FileDirRef": lambda own, item: own.folder_path(item.folder).lstrip("/"),
    "Last_x0020_Modified": lambda own, item: item.modified.at,
    "Created_x0020_Date": lambda own, item: item.created.at,
    "FSObjType": lambda own, item: int(item.is_folder),
    "SortBehavior": lambda own, item: int(item.is_folder),
    "PermMask": lambda own, item: FULL_MASK,
    "FileLeafRef": lambda own, item: item.name,
    "UniqueId": lambda own, item: "{" + item.unique_id.upper() + "}",
    "ProgId": lambda own, item: "",
    "ScopeId": lambda own, item: "{" + own.site.web_id.upper() + "}",
    "ServerUrl": lambda own, item: own.item_path(item),
    "BaseName": lambda own, item: item.name.rpartition(".")[0] or item.name,
    "_Level": lambda own, item: 1,
    "_IsCurrentVersion": lambda own, item: True,
    "ItemChildCount": lambda own, item: _children(own, item, folders=False),
    "FolderChildCount": lambda own, item: _children(own, item, folders=True),
}
