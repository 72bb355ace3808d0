"""Pages of a feed, bent: links that lead nowhere good, items that come twice or the wrong way round."""

import json
from urllib.parse import urlsplit, urlunsplit

from airflow_provider_drivedelta.emulator.answer import Answer, with_body
from airflow_provider_drivedelta.emulator.faults import ActiveFault, PageEdit

_LINKS = ("@odata.nextLink", "@odata.deltaLink")


def bend_page(answer: Answer, active: ActiveFault, url: str) -> Answer:
    """The page with its links and items altered; ``url`` is the one it was asked for under."""
    page = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    if active.fault.page == PageEdit() or "value" not in page:
        return answer
    _bend_links(page, active.fault.page.links, url)
    items = list(page["value"])
    page["value"] = _bend_items(items, active.previous_items, active.fault.page.items)
    active.previous_items = items
    return with_body(answer, json.dumps(page).encode("utf-8"))


def _bend_items(items: list[object], before: list[object], how: str) -> list[object]:
    match how:
        case "repeat":
            return [item for item in items for _ in range(2)]
        case "repeat_previous":
            return [*before, *items]
        case "reverse":
            return items[::-1]
    return items


def _bend_links(page: dict[str, object], how: str, url: str) -> None:
    links = {name: page.pop(name) for name in _LINKS if name in page}
    if how == "loop":
        page["@odata.nextLink"] = url
    elif how != "drop":
        page.update({name: _moved(str(link), how) for name, link in links.items()})


def _moved(link: str, elsewhere: str) -> str:
    if not elsewhere:
        return link
    host = urlsplit(elsewhere)
    return urlunsplit(urlsplit(link)._replace(scheme=host.scheme, netloc=host.netloc))
