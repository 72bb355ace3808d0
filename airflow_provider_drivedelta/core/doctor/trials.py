"""What the doctor reads: one page of one feed, as a first read would begin, and nothing is kept of it."""

from __future__ import annotations

from typing import Any

from airflow_provider_drivedelta.core.changes import FeedProtocol, Page
from airflow_provider_drivedelta.core.locate import find_drive, locate
from airflow_provider_drivedelta.core.locate_list import locate_list
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, check_protocol
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.list_protocols import check_list_protocol
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from airflow_provider_drivedelta.core.sources import Drive, SharePointList
from airflow_provider_drivedelta.core.transport import Transport

_SMALL = 15  # items a page, the least that SharePoint keeps to
_STEPS = 3  # a list's columns are asked for before its items


def try_drive(source: Drive, transport: Transport, *, protocol: str, base_url: str) -> str:
    """Raises as a pull does."""
    check_protocol(protocol, base_url)
    found = find_drive(source.whole, base_url=base_url, transport=transport, protocol=protocol)
    place = locate(source, protocol=protocol, base_url=base_url, transport=transport)
    feed = PROTOCOLS[protocol](base_url=base_url, drive_id=place.drive_id, item_id=place.item_id, page_size=_SMALL)
    return f"{found.name or 'a drive'!r}, drives/{found.id}: {_told(_first_page(feed, transport))}"


def try_list(source: SharePointList, transport: Transport, *, protocol: str, base_url: str) -> str:
    """Raises as a pull does."""
    check_list_protocol(protocol, base_url)
    place = locate_list(source, protocol=protocol, base_url=base_url, transport=transport)
    feed: FeedProtocol
    if protocol == "graph":
        feed = GraphList(base_url=base_url, site_id=place.graph_site_id, list_id=place.list_id, page_size=_SMALL)
    else:
        feed = ListChanges(site_url=base_url, list_id=place.list_id, row_limit=_SMALL)
    return f"{source}, {place.list_id}: {_told(_first_page(feed, transport))}"


def _first_page(feed: FeedProtocol, transport: Transport) -> Page:
    """The first page that holds anything, or all there are of so few."""
    request = feed.first()
    for _ in range(_STEPS):
        page: Page = transport.fetch(request, feed.read)
        if len(page.items) or page.next is None:
            break
        request = page.next
    return page


def _told(page: Page) -> str:
    items: Any = page.items
    more = ", and more follow" if page.next else ""
    return f"delta gives a page of {len(items)} items{more}"
