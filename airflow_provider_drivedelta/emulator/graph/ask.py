"""One question to Graph, read and resolved: what every route is given."""

from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request

from airflow_provider_drivedelta.emulator.delta import Placed, Places
from airflow_provider_drivedelta.emulator.downloads import Downloads
from airflow_provider_drivedelta.emulator.drive import NoSuchItem
from airflow_provider_drivedelta.emulator.graph.address import Address
from airflow_provider_drivedelta.emulator.graph.answers import Answers, origin
from airflow_provider_drivedelta.emulator.graph.options import Options
from airflow_provider_drivedelta.emulator.graph.resources import Resources, selected
from airflow_provider_drivedelta.emulator.items import Item, Json
from airflow_provider_drivedelta.emulator.tenant import ServedDrive


@dataclass(frozen=True)
class Ask:
    request: Request
    answers: Answers
    address: Address
    options: Options
    served: ServedDrive
    downloads: Downloads
    page_size: int
    """The service's cap, whatever ``$top`` asks for."""

    @cached_property
    def origin(self) -> str:
        return origin(self.request)

    @cached_property
    def size(self) -> int:
        return min(self.options.top or self.page_size, self.page_size)

    def context(self, kind: str) -> str:
        return f"{self.origin}/v1.0/$metadata#{kind}"

    def target(self) -> Item:
        """The item that the path names."""
        drive, place = self.served.drive, self.address.item
        if place is None:
            raise NoSuchItem("no item in the path")
        item = drive.item(place.id or drive.root_id)
        if not place.path:
            return item
        above = drive.path(item.id) if item.parent_id else ""
        return drive.find("/".join((above, *place.path)))

    def placed(self, item: Item) -> Placed:
        return Places(self.served.drive, self.served.drive.head).of(item)

    def written(self, placed: Placed, *, shared_changed: bool = False, whole: bool = False) -> dict[str, Json]:
        """The item's JSON, cut down to what ``$select`` asks for unless it is wanted whole."""
        url = "" if placed.item.is_folder else self.downloads.url(self.origin, self.served.drive.id, placed.item.id)
        body = Resources(self.served.drive).item(placed, download_url=url, shared_changed=shared_changed)
        return body if whole else selected(body, self.options.select)

    def link(self, function: str, **parameters: str) -> str:
        query = "&".join(filter(None, (self.options.kept, *(f"{name}={value}" for name, value in parameters.items()))))
        return f"{self.origin}{self.address.stem}/{function}" + (f"?{query}" if query else "")
