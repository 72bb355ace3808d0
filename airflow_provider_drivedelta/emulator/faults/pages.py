"""Pages of a feed in JSON, bent: links that lead nowhere good, items that come twice or the wrong way round."""

import json
from urllib.parse import urlsplit, urlunsplit

from airflow_provider_drivedelta.emulator.answer import Answer, with_body
from airflow_provider_drivedelta.emulator.faults.exchange import MARK
from airflow_provider_drivedelta.emulator.faults.plan import ActiveFault

_NEXT, _LINKS = "@odata.nextLink", ("@odata.nextLink", "@odata.deltaLink")
_TOKENS = ("@changes.token", "@delta.token")


def bend_page(answer: Answer, active: ActiveFault, url: str) -> Answer:
    """The page with its links and items altered; ``url`` is the one it was asked for under."""
    page = json.loads(answer.body)
    if not isinstance(page.get("value"), list):
        return answer
    if active.fault.page.empty:
        page = _before(page, f"{url}{'&' if '?' in url else '?'}{MARK}={active.hits}")
    else:
        _bend_links(page, active.fault.page.links, url, active.previous_address)
        page["value"] = bend_items(page["value"], active)
    active.previous_address = url
    return with_body(answer, json.dumps(page, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def bend_items(items: list[object], active: ActiveFault) -> list[object]:
    """The items of a page as the rule has them, which remembers them for the next one."""
    before, active.previous_items = active.previous_items, items
    match active.fault.page.items:
        case "repeat":
            return [item for item in items for _ in range(2)]
        case "repeat_previous":
            return [*before, *items]
        case "reverse":
            return items[::-1]
    return items


def _before(page: dict[str, object], link: str) -> dict[str, object]:
    """An empty page that leads to this one. Its tokens go: they would lead past it."""
    kept = {name: value for name, value in page.items() if name not in (*_LINKS, *_TOKENS)}
    more = {"@changes.hasMoreChanges": True} if "@changes.hasMoreChanges" in page else {}
    return {**kept, **more, "value": [], _NEXT: link}


def _bend_links(page: dict[str, object], how: str, url: str, previous: str) -> None:
    links = {name: page.pop(name) for name in _LINKS if name in page}
    if how == "loop" or (how == "back" and previous):
        page[_NEXT] = url if how == "loop" else previous
    elif how != "drop":
        page.update({name: _moved(str(link), how) for name, link in links.items()})


def _moved(link: str, elsewhere: str) -> str:
    if not elsewhere.startswith("http"):
        return link
    host = urlsplit(elsewhere)
    return urlunsplit(urlsplit(link)._replace(scheme=host.scheme, netloc=host.netloc))
