"""What can be asked of one list: itself, its fields, its items, its folder, and its changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import NoSuchField, SharePointList
from airflow_provider_drivedelta.emulator.sharepoint.address import Segment
from airflow_provider_drivedelta.emulator.sharepoint.change_query import read_change_query
from airflow_provider_drivedelta.emulator.sharepoint.changes import answer_changes
from airflow_provider_drivedelta.emulator.sharepoint.failures import SharePointError, bad_query, no_resource
from airflow_provider_drivedelta.emulator.sharepoint.get_changes import changes_of
from airflow_provider_drivedelta.emulator.sharepoint.replies import Replies
from airflow_provider_drivedelta.emulator.sharepoint.resources import RestResources
from airflow_provider_drivedelta.emulator.sharepoint.row_values import RowValues
from airflow_provider_drivedelta.emulator.sharepoint.rowset import RowsetWriter
from airflow_provider_drivedelta.emulator.sharepoint.selection import Selection, select

_ITEMS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class ListCall:
    request: Request
    body: bytes
    list: SharePointList
    resources: RestResources
    replies: Replies

    @property
    def url(self) -> str:
        return self.resources.list_url(self.list)

    @property
    def options(self) -> dict[str, str]:
        return dict(parse_qsl(self.request.scope["query_string"].decode("ascii")))

    def chosen(self, body: dict[str, Json]) -> dict[str, Json]:
        """Cut down to what ``$select`` asks for."""
        wanted = {name.strip().casefold() for name in self.options.get("$select", "*").split(",")}
        return body if "*" in wanted else {name: value for name, value in body.items() if name.casefold() in wanted}


def list_answer(call: ListCall, segments: Sequence[Segment]) -> Response:
    for option in ("$filter", "$orderby", "$expand"):
        if option in call.options:
            raise bad_query(f"The emulator does not know the query option '{option}'.")
    name = "/".join(segment.name for segment in segments)
    arguments = [segment.argument for segment in segments if segment.argument is not None]
    if name == "getlistitemchangessincetoken":
        return _changes(call)
    if name == "getchanges" and call.request.method == "POST":
        return _log(call)
    if call.request.method != "GET":
        raise SharePointError(405, "-1, System.NotSupportedException", "The emulator is read only over the wire.")
    plain, keyed = _PLAIN.get(name), _KEYED.get(name)
    if keyed is not None and len(arguments) == 1:
        return keyed(call, arguments[0])
    if plain is None or arguments:
        raise no_resource(segments[-1].name if segments else name)
    return plain(call)


def _changes(call: ListCall) -> Response:
    if call.request.method != "POST":
        raise SharePointError(
            405, "-1, Microsoft.SharePoint.Client.ClientServiceException", "The HTTP method is not allowed."
        )
    asked = read_change_query(call.body, call.request.headers.get("content-type", ""))
    with call.list.lock:
        selection = select(call.list, asked)
        _refuse_failing(selection)
        answer = answer_changes(call.list, asked.change_token, selection)
        values = RowValues(call.list, selection.options, call.resources.origin)
        return call.replies.xml(RowsetWriter(values, selection.fields, selection.view_fields).write(answer))


def _log(call: ListCall) -> Response:
    entries = [(f"{call.url}/GetChanges", entry) for entry in changes_of(call.list, call.body)]
    return call.replies.collection("SP.ChangeItem", entries)


def _refuse_failing(selection: Selection) -> None:
    if any(field.name == selection.list.quirks.failing_field for field in selection.fields):
        message = "Value does not fall within the expected range."
        raise SharePointError(500, "-2147024809, System.ArgumentException", message)


def _itself(call: ListCall) -> Response:
    return call.replies.entity("SP.List", call.url, call.chosen(call.resources.list(call.list)))


def _root_folder(call: ListCall) -> Response:
    return call.replies.entity("SP.Folder", f"{call.url}/RootFolder", call.resources.root_folder(call.list))


def _fields(call: ListCall) -> Response:
    bodies = [
        (f"{call.url}/Fields(guid'{field.id}')", call.chosen(call.resources.field(call.list, field)))
        for field in call.list.fields
    ]
    return call.replies.collection("SP.Field", bodies)


def _field(call: ListCall, name: str) -> Response:
    try:
        field = call.list.field(name)
    except NoSuchField:
        message = f"Column '{name}' does not exist. It may have been deleted by another user."
        raise SharePointError(404, "-2147024809, System.ArgumentException", message) from None
    return call.replies.entity(
        "SP.Field", f"{call.url}/Fields(guid'{field.id}')", call.resources.field(call.list, field)
    )


def _item(call: ListCall, key: str) -> Response:
    item = call.list.item(int(key) if key.isdigit() else 0)
    return call.replies.entity(call.resources.item_type(call.list), *_written(call, item))


def _items(call: ListCall) -> Response:
    """By ID; the position of a page is the id of the last item before it."""
    after = dict(parse_qsl(call.options.get("$skiptoken", ""))).get("p_ID", "0")
    top = call.options.get("$top", str(_ITEMS_A_PAGE))
    if not after.isdigit() or not top.isdigit() or not int(top):
        raise bad_query("$top and the position in $skiptoken are numbers.")
    waiting = [item for item in call.list.walk() if item.id > int(after)]
    page = waiting[: min(int(top), call.list.threshold)]
    following = ""
    if len(waiting) > len(page):
        selected = f"&$select={quote(call.options['$select'])}" if "$select" in call.options else ""
        following = f"{call.url}/items?%24skiptoken=Paged%3dTRUE%26p_ID%3d{page[-1].id}{selected}&%24top={top}"
    return call.replies.collection(
        call.resources.item_type(call.list), [_written(call, item) for item in page], following
    )


def _written(call: ListCall, item: ListItem) -> tuple[str, dict[str, Json]]:
    return f"{call.url}/Items({item.id})", call.chosen(call.resources.item(call.list, item))


_PLAIN: dict[str, Callable[[ListCall], Response]] = {
    "": _itself,
    "fields": _fields,
    "items": _items,
    "rootfolder": _root_folder,
}
_KEYED: dict[str, Callable[[ListCall, str], Response]] = {
    "fields/getbyinternalnameortitle": _field,
    "fields/getbytitle": _field,
    "getitembyid": _item,
    "items": _item,
    "items/getbyid": _item,
}
