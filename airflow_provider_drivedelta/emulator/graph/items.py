"""Single resources: a drive, an item, what is in a folder, what is in a file."""

import base64
import binascii

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.graph.options import BadOption
from airflow_provider_drivedelta.emulator.graph.resources import Resources, selected
from airflow_provider_drivedelta.emulator.items import Item, Json


def drive(ask: Ask) -> Response:
    body = selected(Resources(ask.served.drive).drive_body(), ask.options.select)
    return ask.answers.json({"@odata.context": ask.context("drives/$entity"), **body})


def item(ask: Ask) -> Response:
    with ask.served.drive.lock:
        placed = ask.placed(ask.target())
    return ask.answers.json({"@odata.context": ask.context("drives/items/$entity"), **ask.written(placed)})


def children(ask: Ask) -> Response:
    """By name; a page goes on after the last name of the one before, so that changes in between do no harm."""
    with ask.served.drive.lock:
        everything = sorted(ask.served.drive.children(ask.target().id), key=_order)
        start = _skipped(ask)
        waiting = [child for child in everything if _order(child) > start]
        page = [ask.placed(child) for child in waiting[: ask.size]]
    body: dict[str, Json] = {"@odata.context": ask.context("drives/items/children")}
    if len(waiting) > ask.size:
        body["@odata.nextLink"] = ask.link("children", **{"$skiptoken": _mark(page[-1].item)})
    return ask.answers.json({**body, "value": [ask.written(placed) for placed in page]})


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
