"""Which items and which of their fields a call asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.views import View
from airflow_provider_drivedelta.emulator.sharepoint.caml import Query, read_query
from airflow_provider_drivedelta.emulator.sharepoint.change_query import ChangeQuery
from airflow_provider_drivedelta.emulator.sharepoint.failures import SharePointError, bad_query, no_file
from airflow_provider_drivedelta.emulator.sharepoint.query_options import (
    QueryOptions,
    ViewFields,
    read_options,
    read_view_fields,
)

# What a row always holds, what it holds on demand as a matter of course, and what it needs a right for.
_ALWAYS = ("ID", "UniqueId", "FSObjType", "FileRef", "owshiddenversion", "_ModerationStatus", "_Level")
_MANDATORY = (
    "ContentTypeId",
    "Title",
    "Created",
    "Modified",
    "Author",
    "Editor",
    "FileDirRef",
    "FileLeafRef",
    "MetaInfo",
)
_PERMISSIONS = "PermMask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    list: SharePointList
    options: QueryOptions
    view_fields: ViewFields
    fields: Sequence[Field]
    query: Query
    row_limit: int
    folder: int | None

    @property
    def extra_ids(self) -> tuple[int, ...]:
        return self.options.extra_ids

    @property
    def position(self) -> str:
        return self.options.position

    @property
    def cheap(self) -> bool:
        """Whether the service answers it for a list above the threshold."""
        return self.query.indexed and self.row_limit <= self.list.threshold

    def shows(self, item: ListItem) -> bool:
        return self._in_scope(item) and self.query.matches(item)

    def _in_scope(self, item: ListItem) -> bool:
        scope = self.options.scope
        if item.is_folder and scope in ("Recursive", "FilesOnly"):
            return False
        return item.folder == self.folder or (scope.startswith("Recursive") and self._below(item))

    def _below(self, item: ListItem) -> bool:
        above = item.folder
        while above is not None and above != self.folder:
            above = self.list.item(above).folder
        return above == self.folder


def select(sharepoint_list: SharePointList, asked: ChangeQuery) -> Selection:
    options, view_fields = read_options(asked.query_options), read_view_fields(asked.view_fields)
    view = None if view_fields.given else _view(sharepoint_list, asked.view_name)
    condition = asked.query or (view.query if view else "") or asked.contains
    return Selection(
        list=sharepoint_list,
        options=options,
        view_fields=view_fields,
        fields=_fields(sharepoint_list, view.fields if view else view_fields.names, options),
        query=read_query(condition, sharepoint_list),
        row_limit=_row_limit(asked.row_limit, view),
        folder=_folder(sharepoint_list, options.folder),
    )


def _view(sharepoint_list: SharePointList, name: str) -> View:
    if not name:
        return sharepoint_list.default_view
    try:
        wanted = str(UUID(name.strip("{}")))
    except ValueError:
        raise bad_query("The view name is the id of a view.") from None
    for view in sharepoint_list.views:
        if view.id == wanted:
            return view
    raise SharePointError(404, "-2147024809, System.ArgumentException", "The specified view is invalid.")


def _fields(sharepoint_list: SharePointList, names: Sequence[str], options: QueryOptions) -> list[Field]:
    """In the order asked for; names that no field has are passed over, as the service does."""
    known = {field.name: field for field in sharepoint_list.fields}
    mandatory = _MANDATORY if options.mandatory else ()
    permissions = (_PERMISSIONS,) if options.permissions else ()
    wanted = dict.fromkeys((*names, *mandatory, *permissions, *_ALWAYS))
    return [known[name] for name in wanted if name in known]


def _row_limit(text: str, view: View | None) -> int:
    """Without one, the view's; with fields instead of a view, everything."""
    if not text.strip():
        return view.row_limit if view else 2**31
    if not text.strip().isdigit() or not int(text):
        raise bad_query(f"The row limit '{text}' is no positive number.")
    return int(text)


def _folder(sharepoint_list: SharePointList, path: str) -> int | None:
    """By server-relative path, by path below the site, or by absolute address."""
    wanted = path.split("//", 1)[-1].partition("/")[2] if "//" in path else path
    wanted = wanted.strip("/").casefold()
    own, above = sharepoint_list.path.strip("/").casefold(), sharepoint_list.site.path.strip("/").casefold()
    if not wanted or wanted == own or f"{above}/{wanted}".strip("/") == own:
        return None
    for item in sharepoint_list.walk():
        found = sharepoint_list.item_path(item).strip("/").casefold()
        if item.is_folder and found in (wanted, f"{above}/{wanted}".strip("/")):
            return item.id
    raise no_file()
