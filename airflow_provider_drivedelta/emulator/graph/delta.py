"""``…/root/delta``: pages of changes, the links that lead on, and the 410 of a token that is too old."""

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.delta import Placed, TokenExpired
from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.graph.resync import resync_required
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.items import Item, Json
from airflow_provider_drivedelta.emulator.tokens import BROKEN, DeltaToken


def delta(ask: Ask) -> Response:
    feed, scope, text = ask.served.feed, scope_of(ask), ask.address.token
    text = ask.options.token if text is None else text
    if text == "latest":
        ask.served.refresh()
        return _answer(ask, [], "deltaLink", feed.latest())
    token = token_of(ask, text)
    if token.starts:
        # A folder on disk is looked at again for every new enumeration, never in the middle of one.
        ask.served.refresh()
        token = feed.begin(token)
    page = feed.page(token, ask.size, scope.id, without_parents=ask.options.without_parents)
    value = [ask.written(placed, shared_changed=shares(ask, placed, page.since)) for placed in page.items]
    return _answer(ask, value, "deltaLink" if page.finished else "nextLink", page.token)


def token_of(ask: Ask, text: str | None) -> DeltaToken:
    try:
        token = ask.served.feed.read(text)
    except TokenExpired:
        raise _resync(ask) from None
    if token.after == BROKEN:
        raise ServiceError(500, "generalException", "General exception while processing")
    return token


def scope_of(ask: Ask) -> Item:
    """Personal drives have a delta of any folder, business drives of the root alone."""
    item = ask.target()
    if item.parent_id is not None and ask.served.drive.flavour is Flavour.BUSINESS:
        expression = f"drives('{ask.served.drive.id}')/items/{item.id}/delta"
        raise ServiceError(
            400,
            "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
            f'The expression "{expression}" is not valid.',
        )
    return item


def shares(ask: Ask, placed: Placed, since: int) -> bool:
    wanted = ask.options.sharing_changes and ask.served.drive.flavour is Flavour.BUSINESS
    return wanted and not placed.item.is_folder and placed.item.shared_sequence > since


def _answer(ask: Ask, value: list[dict[str, Json]], link: str, token: DeltaToken) -> Response:
    return ask.answers.json(
        {
            "@odata.context": ask.context("Collection(driveItem)"),
            f"@odata.{link}": ask.link("delta", token=token.encode()),
            "value": value,
        }
    )


def _resync(ask: Ask) -> ServiceError:
    return resync_required(ask.served.refusal, _location(ask))


def _location(ask: Ask) -> str:
    wanted, feed = ask.served.refusal.location, ask.served.feed
    ask.served.refresh()  # the link leads into a new enumeration, of the folder as it is now
    if wanted == "broken":
        return ask.link("delta", token=feed.fresh(after=BROKEN).encode())
    if isinstance(wanted, str):
        return wanted
    return ask.link("delta", token=feed.fresh().encode()) if wanted else ""
