"""One call for the operator and the console: from a drive as the user named it to a summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.health.note import noted
from airflow_provider_drivedelta.core.lake.drive_stage import DriveRecords
from airflow_provider_drivedelta.core.lake.output import Output, open_output, written
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.locate import Place, locate
from airflow_provider_drivedelta.core.many import Company
from airflow_provider_drivedelta.core.plan import Plan, Progress, RunOptions
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, AnyDrive, check_protocol
from airflow_provider_drivedelta.core.protocols.graph_drive import SHARING_CHANGES
from airflow_provider_drivedelta.core.pull import pull
from airflow_provider_drivedelta.core.reconcile import Reconciled, reconcile
from airflow_provider_drivedelta.core.scopes import drive_scope, folder_spelling
from airflow_provider_drivedelta.core.sources import Drive, Feed, fingerprint
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveCapture(RunOptions):
    """What to capture of a drive, and where to; with what is asked of every run, see `RunOptions`.

    :param source: a drive, or a folder of a personal drive by that folder's own feed.
    :param protocol: "graph", or one of the OneDrive API's older ones: "view.delta", "view.changes".
    :param output: where the feed gets a folder of its own: a path, or an address such as file://, s3://, gs://, abfs://.
    :param start: "full" reads everything first; "latest" captures only what changes from now on.
    :param folder: follow this folder only, by its path from the root or its item id; the whole drive is read all the
        same, so that what comes into the folder and leaves it is known.
    :param select: properties to ask for besides those that are needed; empty asks for all.
    :param expand: relations to ask for; what comes goes to `extra`.
    :param page_size: items a page to ask for; the service may give fewer.
    :param sharing_changes: also capture changes of permissions (needs Sites.FullControl.All).
    """

    source: Drive
    output: str | Output
    protocol: str = "graph"
    start: str = "full"
    folder: str = ""
    select: Sequence[str] = ()
    expand: Sequence[str] = ()
    page_size: int | None = None
    sharing_changes: bool = False


def capture_drive(
    capture: DriveCapture,
    *,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None = None,
    on_page: Callable[[Progress], None] | None = None,
    company: Company | None = None,
) -> Summary:
    """Bring the drive's feed up to date. Without `tokens` the token is kept beside the data.

    :param company: the other feeds of the same run, where there are any.
    :raises FixSetup: an argument, the connection or the output must be changed first.
    :raises RetryLater: the next try may succeed; nothing is lost.
    :raises BrokenFeed: the service or the output contradicts itself.
    :raises SameFeed: one of the company is at it.
    """
    return noted(pull, *_prepare(capture, base_url, transport, tokens, on_page, company))


def reconcile_drive(
    capture: DriveCapture,
    *,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None = None,
    on_page: Callable[[Progress], None] | None = None,
    company: Company | None = None,
) -> Reconciled:
    """Compare the drive's feed with the service and mend what differs; raises as `capture_drive` does."""
    return noted(reconcile, *_prepare(capture, base_url, transport, tokens, on_page, company))


def _prepare(
    capture: DriveCapture,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None,
    on_page: Callable[[Progress], None] | None,
    company: Company | None,
) -> tuple[Plan, AnyDrive, Transport, Storage, TokenStore]:
    """What a run needs, made from what the user said."""
    check_protocol(capture.protocol, base_url)
    _check(capture)
    output = open_output(capture.output)
    place = locate(capture.source, protocol=capture.protocol, base_url=base_url, transport=transport)
    drive_id, protocol = place.drive_id, _protocol(capture, base_url, place)
    scope = drive_scope(place, capture.folder)
    feed = Feed.of_drive(drive_id, output=output.full_path(), scope=scope)
    if company:
        company.claim(feed.key, str(capture.source))
    storage = output.below(feed.folder)
    plan = Plan(
        feed=feed,
        source=str(Drive("drives", drive_id, place.item_id)),
        path=f"{written(capture.output)}/{feed.folder}",
        records=DriveRecords(drive_id),
        fingerprint=fingerprint(
            protocol=protocol.name, select=protocol.select, expand=protocol.expand, prefer=protocol.prefer, scope=scope
        ),
        folder=folder_spelling(capture.folder),
        asked=capture,
        start="latest" if capture.start == "latest" else "full",
        on_page=on_page,
        turn=company.turn if company else nullcontext,
    )
    return plan, protocol, transport, storage, tokens or TokenFile(storage)


def _protocol(capture: DriveCapture, base_url: str, place: Place) -> AnyDrive:
    return PROTOCOLS[capture.protocol](
        base_url=base_url,
        drive_id=place.drive_id,
        item_id=place.item_id,
        select=tuple(capture.select),
        expand=tuple(capture.expand),
        page_size=capture.page_size,
        prefer=SHARING_CHANGES if capture.sharing_changes else (),
    )


def _check(capture: DriveCapture) -> None:
    """Arguments that no run can work with, found before anything is asked or written."""
    if capture.start not in ("full", "latest"):
        raise FixSetup(f"A feed cannot start at {capture.start!r}", then="Use start='full' or start='latest'.")
    if capture.folder and capture.start != "full":
        raise FixSetup("A folder can only be followed from a full read", then="Use start='full', or leave folder out.")
    if capture.folder and (capture.source.item or capture.source.path):
        then = "Leave folder out, or follow the whole drive and give the folder there."
        raise FixSetup("The source is a folder already", where=str(capture.source), then=then)
    if capture.folder and not capture.folder.strip("/"):
        raise FixSetup("The folder is the drive's root", then="Leave folder out to follow the whole drive.")
    if capture.page_size is not None and not 0 < capture.page_size <= 10_000:
        raise FixSetup(f"A page cannot have {capture.page_size} items", then="Use a page_size from 1 to 10000.")
