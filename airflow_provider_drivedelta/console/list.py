"""The commands on one SharePoint list: `pull list` and `reconcile list`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_drivedelta.console.feed_commands import Calls, FeedCommands
from airflow_provider_drivedelta.console.options import add_feed, feed_words

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.core.capture_list import ListCapture


class ListCommands(FeedCommands["ListCapture"]):
    name = "list"
    help = "a SharePoint list"

    def add_source(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--site-url", required=True, metavar="URL", help="the site, such as https://…/sites/team")
        parser.add_argument("--list", required=True, metavar="LIST", help="the list's title, GUID or URL")
        meaning = "SharePoint's own change feed, which takes a certificate, or Microsoft Graph"
        add_feed(parser, protocols=("sharepoint", "graph"), default="sharepoint", meaning=meaning)
        instead = "the service's address, instead of the site's or Graph's own"
        parser.add_argument("--base-url", metavar="URL", help=instead)
        _add_selection(parser)
        _add_columns(parser)

    def capture(self, options: argparse.Namespace, *, run: str) -> ListCapture:
        from airflow_provider_drivedelta.core.capture_list import ListCapture

        return ListCapture(
            site=options.site_url,
            list=options.list,
            fields=tuple(options.field),
            view=options.view,
            query=options.query,
            contains=options.contains,
            row_limit=options.row_limit,
            query_options=dict(options.query_option),
            column_names=options.column_names,
            site_zone=options.site_zone,
            **feed_words(options, run=run),
        )

    def address(self, options: argparse.Namespace) -> str:
        """At the site itself, or at the Graph of the site's cloud."""
        from airflow_provider_drivedelta.clouds import check_site, cloud_of
        from airflow_provider_drivedelta.core.hosts import GRAPH_HOST
        from airflow_provider_drivedelta.core.sources import SharePointList
        from airflow_provider_drivedelta.core.transport.links import check_base_url, with_version

        if options.protocol == "graph":
            cloud = cloud_of(options.site_url)
            return with_version(options.base_url or f"https://{cloud.graph if cloud else GRAPH_HOST}")
        site = SharePointList.parse(options.site_url, options.list).site_url
        site = check_site(site, site)  # typed by whoever's credentials they are
        if not options.base_url:
            return site
        base_url = check_base_url(options.base_url)
        return base_url if urlsplit(base_url).path else base_url + urlsplit(site).path

    def takes_secrets(self, options: argparse.Namespace) -> bool:
        return bool(options.protocol == "graph")

    def calls(self) -> Calls:
        from airflow_provider_drivedelta.core.capture_list import capture_list, reconcile_list

        return Calls(capture_list, reconcile_list)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    """Which fields and items; they are part of what the feed is."""
    parser.add_argument(
        "--field", action="append", default=[], metavar="NAME", help="a field to capture, by internal name; repeatable"
    )
    parser.add_argument("--view", default="", metavar="GUID", help="capture what this view shows")
    parser.add_argument("--query", default="", metavar="XML", help="capture what this CAML <Query> finds")
    parser.add_argument("--contains", default="", metavar="XML", help="capture what this CAML <Contains> finds")
    parser.add_argument(
        "--query-option",
        action="append",
        default=[],
        type=_option,
        metavar="NAME=VALUE",
        help="one of SharePoint's QueryOptions, such as Folder=/sites/team/Lists/Tasks/Old; repeatable",
    )
    parser.add_argument("--row-limit", type=int, metavar="N", help="rows a page of a full read")


def _add_columns(parser: argparse.ArgumentParser) -> None:
    """What the columns are made of."""
    parser.add_argument(
        "--column-names", choices=["internal", "display"], default="internal", help="which names of the fields to use"
    )
    parser.add_argument(
        "--site-zone", default="", metavar="ZONE", help="the site's time zone, such as Europe/Berlin, for exact dates"
    )


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
