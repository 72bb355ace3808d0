"""``POST /_emulator/list``: the operations of a list, steered from outside; ``GET`` tells what the list holds.

An order names the operation and what it is about::

    {"op": "edit", "list": "Projects", "item": 3, "values": {"Title": "Bridge"}}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.from_json import field_from_json, values_from_json
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import Backup, SharePointList
from airflow_provider_drivedelta.emulator.refusal import Refusal
from airflow_provider_drivedelta.emulator.strict import read_strictly
from airflow_provider_drivedelta.emulator.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrder:
    """``list`` by title, id or path, ``site`` by path (left out: the first); the rest as the operation needs it.

    ``name`` is that of a folder, a field or an attachment; ``to`` a folder's id or, moving away, another list;
    ``flavour`` is Graph's, of tokens expired.
    """

    op: str
    list: str
    site: str = ""
    item: int = 0
    folder: int | None = None
    name: str = ""
    title: str = ""
    to: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    field: Mapping[str, object] = field(default_factory=dict)
    flavour: str = "apply"


class ListControl:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._backups: dict[str, Backup] = {}

    def route(self, request: Request, given: object) -> object:
        """Gives back the item that came of it, or nothing; ValueError for an order that cannot be carried out."""
        try:
            if request.method == "GET":
                asked = request.query_params
                return {"value": told(self._list(asked.get("site", ""), asked.get("list", "")))}
            return self.obey(read_strictly(ListOrder, given or {}, "list"))
        except LookupError as error:
            raise ValueError(f"no such thing: {error}") from None

    def obey(self, order: ListOrder) -> object:
        own = self._list(order.site, order.list)
        if order.op == "backup":
            self._backups[own.id] = own.backup()
            return {}
        if order.op == "restore_backup":
            if own.id not in self._backups:
                raise ValueError(f"there is no backup of {own.title!r}; make one first")
            own.restore_backup(self._backups[own.id])
            return {}
        if order.op == "move_away":
            other = self._list(order.site, order.to)
            return item_told(other, own.move_away(order.item, other))
        if order.op not in _OPERATIONS:
            known = ", ".join(sorted({*_OPERATIONS, "backup", "restore_backup", "move_away"}))
            raise ValueError(f"list.op: no operation {order.op!r}; there are {known}")
        done = _OPERATIONS[order.op](own, order)
        return item_told(own, done) if isinstance(done, ListItem) else {}

    def _list(self, site: str, key: str) -> SharePointList:
        return self._tenant.site(site).list(key)


def told(own: SharePointList) -> list[dict[str, Json]]:
    """What the list really holds: the answer sheet that a client's result is compared with."""
    with own.lock:
        return [item_told(own, item) for item in own.walk()]


def item_told(own: SharePointList, item: ListItem) -> dict[str, Json]:
    return {
        "id": item.id,
        "unique_id": item.unique_id,
        "title": item.title,
        "path": own.item_path(item) if own.find(item.id) else "",
        "is_folder": item.is_folder,
        "version": item.version,
        "values": {name: str(value) for name, value in item.values.items()},
    }


def _expire(own: SharePointList, order: ListOrder) -> None:
    own.expire_tokens(Refusal(flavour=order.flavour))


def _retype(own: SharePointList, order: ListOrder) -> None:
    settings = {name: value for name, value in order.field.items() if name != "kind"}
    own.retype_field(order.name, str(order.field.get("kind", "")), **settings)


_OPERATIONS: dict[str, Callable[[SharePointList, ListOrder], object]] = {
    "add": lambda own, order: own.add(values_from_json(own, order.values), order.folder),
    "add_field": lambda own, order: own.add_field(field_from_json(order.field)),
    "add_folder": lambda own, order: own.add_folder(order.name, order.folder),
    "attach": lambda own, order: own.attach(order.item, order.name),
    "delete": lambda own, order: own.delete(order.item),
    "detach": lambda own, order: own.detach(order.item, order.name),
    "edit": lambda own, order: own.edit(order.item, values_from_json(own, order.values)),
    "expire": _expire,
    "move": lambda own, order: own.move(order.item, order.folder),
    "remove_field": lambda own, order: own.remove_field(order.name),
    "rename": lambda own, order: own.rename(order.item, order.name),
    "rename_field": lambda own, order: own.rename_field(order.name, order.title),
    "restore": lambda own, order: own.restore(order.item),
    "retype_field": _retype,
    "system_update": lambda own, order: own.system_update(order.item, values_from_json(own, order.values)),
}
