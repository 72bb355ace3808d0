"""Single resources: a drive, an item, what is in a folder, what is in a file."""

import base64
import binascii
import re
from collections.abc import Sequence

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.delta import Placed, Places
from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.graph.filters import arranged
from airflow_provider_drivedelta.emulator.graph.options import BadOption
from airflow_provider_drivedelta.emulator.graph.paging import paged
from airflow_provider_drivedelta.emulator.graph.resources import Resources, selected
from airflow_provider_drivedelta.emulator.items import Item, Json

_WORD = re.compile(r"\w+")


def drive(ask: Ask) -> Response:
    body = selected(Resources(ask.served.drive).drive_body(), ask.options.select)
    return ask.answers.json({"@odata.context": ask.context("drives/$entity"), **body})


def item(ask: Ask) -> Response:
    with ask.served.drive.lock:
        placed = ask.placed(ask.target())
        below = _by_name(ask)[: ask.page_size] if "children" in _WORD.findall(ask.options.expand) else None
    body = {"@odata.context": ask.context("drives/items/$entity"), **ask.written(placed)}
    if below is not None:
        body["children"] = [ask.written(child, whole=True) for child in below]
    return ask.answers.json(body)


def children(ask: Ask) -> Response:
    """By name; a page goes on after the last name of the one before, so that changes in between do no harm."""
    if ask.options.filter or ask.options.order or ask.options.count:
        return _arranged(ask, _by_name(ask), "drives/items/children", ask.link("children").partition("?")[0])
    with ask.served.drive.lock:
        everything = sorted(ask.served.drive.children(ask.target().id), key=_order)
        start = _skipped(ask)
        waiting = [child for child in everything if _order(child) > start]
        page = [ask.placed(child) for child in waiting[: ask.size]]
    body: dict[str, Json] = {"@odata.context": ask.context("drives/items/children")}
    if len(waiting) > ask.size:
        body["@odata.nextLink"] = ask.link("children", **{"$skiptoken": _mark(page[-1].item)})
    return ask.answers.json({**body, "value": [ask.written(placed) for placed in page]})


def search(ask: Ask) -> Response:
    """Whatever has the words in its name; of what is inside the files, the emulator's index knows nothing."""
    with ask.served.drive.lock:
        wanted, top = (ask.address.search or "").casefold(), ask.target().id if ask.address.item else ""
        places = Places(ask.served.drive, ask.served.drive.head)
        named = [each for each in ask.served.drive.walk() if wanted in each.name.casefold()]
        found = [places.of(each) for each in named if not top or places.below(each, top)]
    return _arranged(ask, found, "Collection(driveItem)", ask.origin + ask.request.scope["raw_path"].decode())


def _by_name(ask: Ask) -> list[Placed]:
    """What is in the folder that was asked for."""
    with ask.served.drive.lock:
        return [ask.placed(child) for child in sorted(ask.served.drive.children(ask.target().id), key=_order)]


def _arranged(ask: Ask, items: Sequence[Placed], kind: str, address: str) -> Response:
    """In an order and a choice of the client's, paged by number."""
    bodies = arranged([ask.written(placed, whole=True) for placed in items], ask.options)
    page = paged(ask, [selected(body, ask.options.select) for body in bodies], address)
    return ask.answers.json({"@odata.context": ask.context(kind), **page})


def content(ask: Ask) -> Response:
    file = ask.target()
    if file.is_folder:
        raise ServiceError(400, "invalidRequest", "You cannot get content for a folder.")
    return ask.answers.redirect(ask.downloads.url(ask.origin, ask.served.drive.id, file.id))


def _order(child: Item) -> tuple[str, str]:
    return child.name.casefold(), child.id


def _mark(child: Item) -> str:
    return base64.urlsafe_b64encode("\n".join(_order(child)).encode()).decode("ascii").rstrip("=")


def _skipped(ask: Ask) -> tuple[str, str]:
    if ask.options.skip is None:
        return "", ""
    try:
        text = base64.urlsafe_b64decode(ask.options.skip + "=" * (-len(ask.options.skip) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        raise BadOption("Invalid value specified for the '$skiptoken' query option.") from None
    name, _, item_id = text.partition("\n")
    return name, item_id
