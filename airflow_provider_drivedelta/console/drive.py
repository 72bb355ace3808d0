"""The commands on one drive: `pull drive` and `reconcile drive`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.console.feed_commands import Calls, FeedCommands
from airflow_provider_drivedelta.console.options import add_feed, feed_words
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, default_address
from airflow_provider_drivedelta.core.sources import Drive

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.core.capture import DriveCapture


class DriveCommands(FeedCommands["DriveCapture"]):
    name = "drive"
    help = "a OneDrive or a SharePoint document library"

    def add_source(self, parser: argparse.ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        for owner, what in (("drive", "drive"), ("user", "user, by id or UPN"), ("group", "group"), ("site", "site")):
            which.add_argument(f"--{owner}-id", metavar="ID", help=f"the {what}")
        which.add_argument("--me", action="store_true", help="the drive of the signed-in user")
        meaning = "Microsoft Graph, or the OneDrive API's older ones"
        add_feed(parser, protocols=PROTOCOLS, default="graph", meaning=meaning)
        instead = "the service's address, instead of Microsoft Graph's or personal OneDrive's"
        parser.add_argument("--base-url", metavar="URL", help=instead)
        _add_selection(parser)

    def capture(self, options: argparse.Namespace, *, run: str) -> DriveCapture:
        from airflow_provider_drivedelta.core.capture import DriveCapture

        return DriveCapture(
            source=_drive(options),
            folder=options.folder,
            select=_names(options.select),
            expand=_names(options.expand),
            page_size=options.page_size,
            sharing_changes=options.sharing_changes,
            **feed_words(options, run=run),
        )

    def address(self, options: argparse.Namespace) -> str:
        from airflow_provider_drivedelta.clouds import cloud_named
        from airflow_provider_drivedelta.core.transport.links import with_version

        cloud = cloud_named(options.cloud or "") if options.protocol == "graph" else None
        home = f"https://{cloud.graph}" if cloud else default_address(options.protocol)
        return with_version(options.base_url or home)

    def calls(self) -> Calls:
        from airflow_provider_drivedelta.core.capture import capture_drive, reconcile_drive

        return Calls(capture_drive, reconcile_drive)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    """Which part of the drive, and what of its items."""
    parser.add_argument("--folder", metavar="PATH", default="", help="follow this folder only: its path or item id")
    parser.add_argument(
        "--item",
        metavar="ITEM",
        default="",
        help="follow a personal drive's folder by its own feed: its item id or /path",
    )
    parser.add_argument("--select", metavar="A,B", default="", help="properties to ask for")
    parser.add_argument("--expand", metavar="A,B", default="", help="relations to ask for")
    parser.add_argument("--page-size", type=int, metavar="N")
    parser.add_argument("--sharing-changes", action="store_true", help="also capture changes of permissions")


def _drive(options: argparse.Namespace) -> Drive:
    item: str = options.item
    part = f"/root:{item}:" if item.startswith("/") else f"/items/{item}" if item else ""
    if options.me:
        return Drive.parse(f"me{part}")
    ids = {
        "drives": options.drive_id,
        "users": options.user_id,
        "groups": options.group_id,
        "sites": options.site_id,
    }
    return Drive.parse("/".join(next(named for named in ids.items() if named[1] is not None)) + part)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
