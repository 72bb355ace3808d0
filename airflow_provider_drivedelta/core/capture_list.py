"""One call for the operator and the console: from a list as the user named it to a summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import cast, get_args

from airflow_provider_drivedelta.core.changes import FeedProtocol
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.health.note import noted
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.list_records import ListRecords
from airflow_provider_drivedelta.core.lake.output import Output, open_output, written
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.lists.columns import Naming, field_map
from airflow_provider_drivedelta.core.lists.headline import SOURCES
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from airflow_provider_drivedelta.core.locate_list import ListPlace, find_site_id, locate_list
from airflow_provider_drivedelta.core.many import Company
from airflow_provider_drivedelta.core.plan import Plan, Progress, RunOptions
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.list_protocols import check_list_protocol
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from airflow_provider_drivedelta.core.pull import pull
from airflow_provider_drivedelta.core.reconcile import Reconciled, reconcile
from airflow_provider_drivedelta.core.scopes import list_scope
from airflow_provider_drivedelta.core.sources import Feed, SharePointList, fingerprint
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport

AnyList = ListChanges | GraphList


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCapture(RunOptions):
    """What to capture of a SharePoint list, and where to; with what is asked of every run, see `RunOptions`.

    :param site: the site's address; for protocol "graph" also Graph's id of it, or `host:/path`.
    :param list: the list's title, its GUID, or its address.
    :param protocol: "sharepoint" (REST, `GetListItemChangesSinceToken`) or "graph".
    :param output: where the feed gets a folder of its own: a path, or an address such as file://, s3://, gs://, abfs://.
    :param start: "full" reads everything first; "latest" captures only what changes from now on.
    :param fields: internal names of the fields to follow; empty for all that a person would see.
    :param view: the id of a view, whose fields and filter count; `query`: CAML, one `<Query>`; `contains`: CAML, one
        `<Contains>`. These and `query_options` are for the protocol "sharepoint" alone.
    :param row_limit: rows a page; the service may give fewer.
    :param query_options: `QueryOptions` by name, such as `{"Folder": "/sites/team/Lists/Tasks/2026"}`; the scope of
        `ViewAttributes` as `Scope`.
    :param column_names: "internal" names columns by the fields' internal names, "display" by their titles.
    :param site_zone: the site's time zone as an IANA name, where dates without a time are to be days beyond doubt.
    """

    site: str
    list: str
    output: str | Output
    protocol: str = "sharepoint"
    start: str = "full"
    fields: Sequence[str] = ()
    view: str = ""
    query: str = ""
    contains: str = ""
    row_limit: int | None = None
    query_options: Mapping[str, str] = field(default_factory=dict)
    column_names: str = "internal"
    site_zone: str = ""


def capture_list(
    capture: ListCapture,
    *,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None = None,
    on_page: Callable[[Progress], None] | None = None,
    company: Company | None = None,
) -> Summary:
    """Bring the list's feed up to date. Without `tokens` the token is kept beside the data.

    :param company: the other feeds of the same run, where there are any.
    :param base_url: of the protocol "sharepoint" the site's address, of "graph" Graph's.
    :raises FixSetup: an argument, the connection or the output must be changed first.
    :raises RetryLater: the next try may succeed; nothing is lost.
    :raises BrokenFeed: the service or the output contradicts itself.
    :raises SameFeed: one of the company is at it.
    """
    return noted(pull, *_prepare(capture, base_url.rstrip("/"), transport, tokens, on_page, company))


def reconcile_list(
    capture: ListCapture,
    *,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None = None,
    on_page: Callable[[Progress], None] | None = None,
    company: Company | None = None,
) -> Reconciled:
    """Compare the list's feed with the service and mend what differs; raises as `capture_list` does."""
    return noted(reconcile, *_prepare(capture, base_url.rstrip("/"), transport, tokens, on_page, company))


def _prepare(
    capture: ListCapture,
    base_url: str,
    transport: Transport,
    tokens: TokenStore | None,
    on_page: Callable[[Progress], None] | None,
    company: Company | None,
) -> tuple[Plan, FeedProtocol, Transport, Storage, TokenStore]:
    """What a run needs, made from what the user said."""
    check_list_protocol(capture.protocol, base_url)
    naming, zone = _check(capture)
    output = open_output(capture.output)
    source = SharePointList.parse(capture.site, capture.list)
    _protocol(capture, base_url, ListPlace(list_id=""), ())  # what it refuses, at once
    place = locate_list(source, protocol=capture.protocol, base_url=base_url, transport=transport)
    feed = Feed.of_list(place.list_id, output=output.full_path(), scope=_scope(capture))
    if company:
        company.claim(feed.key, str(source))
    storage = output.below(feed.folder)
    head = commits.newest(storage)
    protocol = _protocol(capture, base_url, place, _known_fields(head, naming))
    plan = Plan(
        feed=feed,
        source=str(source),
        path=f"{written(capture.output)}/{feed.folder}",
        records=ListRecords(
            site_id=place.site_id or _kept_site_id(head) or find_site_id(base_url, transport),
            list_id=place.list_id,
            naming=naming,
            zone=zone,
            wanted=frozenset(capture.fields) or None,
            attachment_urls=capture.query_options.get("IncludeAttachmentUrls", "TRUE").upper() == "TRUE",
        ),
        fingerprint=fingerprint(
            protocol=protocol.name, select=capture.fields, expand=(), prefer=(), scope=_scope(capture)
        ),
        asked=capture,
        start="latest" if capture.start == "latest" else "full",
        on_page=on_page,
        turn=company.turn if company else nullcontext,
    )
    return plan, protocol, transport, storage, tokens or TokenFile(storage)


def _protocol(capture: ListCapture, base_url: str, place: ListPlace, known_fields: Sequence[str]) -> AnyList:
    fields = tuple(capture.fields)
    if capture.protocol == "graph":
        return GraphList(
            base_url=base_url,
            site_id=place.graph_site_id,
            list_id=place.list_id,
            fields=fields,
            page_size=capture.row_limit,
        )
    return ListChanges(
        site_url=base_url,
        list_id=place.list_id,
        fields=fields,
        view=capture.view,
        query=capture.query,
        contains=capture.contains,
        row_limit=capture.row_limit,
        options=capture.query_options,
        known_fields=known_fields,
    )


def _known_fields(head: Commit | None, naming: Naming) -> Sequence[str]:
    """The fields that the last run asked for, as its commit kept them.

    :raises FixSetup: their columns are named otherwise than is asked for now.
    """
    if head is None or head.list_fields is None:
        return ()
    known = field_map(head.list_fields)
    if known.naming != naming:
        # Other columns for the same fields would be news of every item: that is another lake.
        what = f"The columns of this feed have the fields' {known.naming} names, and keep them"
        then = f"Go back to column_names={known.naming!r}, or capture into another output; full_reload cannot help."
        raise FixSetup(what, where=head.feed, then=then)
    return tuple(dict.fromkeys([*SOURCES, *known.live]))


def _kept_site_id(head: Commit | None) -> str:
    """The site's id as the last commit kept it, which saves asking for it; empty where there is none."""
    kept = head.list_fields if head else None
    told = kept.get("site_id") if isinstance(kept, Mapping) else None
    return told if isinstance(told, str) else ""


def _scope(capture: ListCapture) -> str:
    """The part of the list that is followed, in one spelling; empty for all of it."""
    return list_scope(
        fields=capture.fields,
        view=capture.view,
        query=capture.query,
        contains=capture.contains,
        query_options=capture.query_options,
    )


def _check(capture: ListCapture) -> tuple[Naming, SiteZone | None]:
    """Arguments that no run can work with, found before anything is asked or written."""
    if capture.start not in ("full", "latest"):
        raise FixSetup(f"A feed cannot start at {capture.start!r}", then="Use start='full' or start='latest'.")
    narrowed = capture.view or capture.query or capture.contains or capture.query_options
    if capture.protocol == "graph" and narrowed:
        what = "Graph knows no view, query, contains and query_options of a list's feed"
        raise FixSetup(what, then="Leave them out, or use protocol='sharepoint'.")
    if capture.row_limit is not None and not 0 < capture.row_limit <= 5000:
        raise FixSetup(f"A page cannot have {capture.row_limit} rows", then="Use a row_limit from 1 to 5000.")
    zone = SiteZone(name=capture.site_zone) if capture.site_zone else None
    if capture.column_names not in get_args(Naming):
        raise FixSetup(f"Columns cannot be named {capture.column_names!r}", then="Use 'internal' or 'display'.")
    return cast(Naming, capture.column_names), zone
