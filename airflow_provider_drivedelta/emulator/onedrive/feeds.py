"""``view.delta`` and ``view.changes``: one change log, told in two manners."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.delta import DeltaPage, Placed, TokenExpired
from airflow_provider_drivedelta.emulator.graph.delta import scope_of, shares, token_of
from airflow_provider_drivedelta.emulator.items import Item, Json
from airflow_provider_drivedelta.emulator.onedrive.ask import ViewAsk
from airflow_provider_drivedelta.emulator.tokens import DeltaToken

_EVERYTHING = 10**9


def view_delta(ask: ViewAsk) -> Response:
    """Links as Graph has them, and the token beside them; 410 for a token that is too old."""
    scope, feed = scope_of(ask), ask.served.feed
    if ask.token == "latest":
        ask.served.refresh()
        return _linked(ask, (), feed.latest(), finished=True)
    token = token_of(ask, ask.token)
    if token.starts:
        ask.served.refresh()
        token = feed.begin(token)
    page = feed.page(token, ask.size, scope.id, without_parents=ask.options.without_parents)
    return _linked(ask, page.items, page.token, finished=page.finished, since=page.since)


def view_changes(ask: ViewAsk) -> Response:
    """A flag says whether there is more, the link is always there; a token too old gets everything, with a word."""
    scope, feed = scope_of(ask), ask.served.feed
    if ask.token == "latest":
        ask.served.refresh()
        return _flagged(ask, DeltaPage((), feed.latest(), 0, finished=False))
    resync = ""
    try:
        token = feed.read(ask.token)
    except TokenExpired:
        token, resync = feed.read(None), f"{ask.served.refusal.flavour}Differences"
    if token.starts:
        ask.served.refresh()
        token = feed.begin(token)
    with ask.served.drive.lock:
        return _flagged(ask, _parents_first(ask, token, scope), resync)


def _parents_first(ask: ViewAsk, token: DeltaToken, scope: Item) -> DeltaPage:
    """A page of the enumeration, folders before what is in them; ``after`` counts what was told already."""
    whole = ask.served.feed.page(replace(token, after=0), _EVERYTHING, scope.id)
    told = whole.items[1:] if _is_old(ask, scope, token) else whole.items
    ordered = sorted(told, key=lambda placed: len(placed.folders))
    end = token.after + ask.size
    # Only a page that is not full shows that it was the last.
    finished = end > len(ordered)
    upcoming = whole.token if finished else replace(token, after=end)
    return DeltaPage(tuple(ordered[token.after : end]), upcoming, token.since, finished)


def _is_old(ask: ViewAsk, scope: Item, token: DeltaToken) -> bool:
    """Whether the followed folder itself stayed as it was: then it is not told of, and a quiet page is empty."""
    latest = ask.served.drive.log.at(scope.id, token.upto)
    return latest is not None and 0 < latest.sequence <= token.since


def _linked(ask: ViewAsk, items: Sequence[Placed], token: DeltaToken, *, finished: bool, since: int = 0) -> Response:
    text = ask.say(token)
    return ask.answers.json(
        {
            "@odata.context": ask.context("items"),
            "@odata.deltaLink" if finished else "@odata.nextLink": ask.link("delta", token=text),
            "@delta.token": text,
            "value": _written(ask, items, since),
        }
    )


def _flagged(ask: ViewAsk, page: DeltaPage, resync: str = "") -> Response:
    text = ask.say(page.token)
    body: dict[str, Json] = {
        "@odata.context": ask.context("items"),
        "@odata.nextLink": ask.link("delta", token=text),
        # On an empty page it says so, too: in the documentation's example, and to catch clients that trust it.
        "@changes.hasMoreChanges": not page.finished or not page.items,
        "@changes.token": text,
        "value": _written(ask, page.items, page.since),
    }
    return ask.answers.json(body | ({"@changes.resync": resync} if resync else {}))


def _written(ask: ViewAsk, items: Sequence[Placed], since: int) -> list[dict[str, Json]]:
    return [ask.written(placed, shared_changed=shares(ask, placed, since)) for placed in items]
