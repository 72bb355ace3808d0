"""The commands on one drive: `pull drive` and `reconcile drive`, with the options they share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_drivedelta.console.options import (
    CREDENTIALS,
    Sources,
    add_absent,
    add_feed,
    add_run,
    ask,
    feed_words,
    pull_words,
)
from airflow_provider_drivedelta.console.options import add_pull as add_pull_options
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, default_address
from airflow_provider_drivedelta.core.sources import Drive

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.core.capture import DriveCapture

    Answer = TypeVar("Answer")


def add_pull(sources: Sources[argparse.ArgumentParser]) -> None:
    parser = sources.add_parser("drive", help="a OneDrive or a SharePoint document library", epilog=CREDENTIALS)
    _add_drive(parser)
    add_pull_options(parser)
    add_absent(parser)
    add_run(parser)
    parser.set_defaults(command=_pull)


def add_reconcile(sources: Sources[argparse.ArgumentParser]) -> None:
    parser = sources.add_parser(
        "drive",
        help="a OneDrive or a SharePoint document library",
        description="Pull, read everything, pull again, and publish what only the full read knew. Drift is an answer, "
        "not a failure: the exit status is 0 for every verdict; --json says which.",
        epilog=CREDENTIALS,
    )
    _add_drive(parser)
    add_absent(parser)
    add_run(parser)
    parser.set_defaults(command=_reconcile)


def _add_drive(parser: argparse.ArgumentParser) -> None:
    """What is followed, how it is asked for, and where it goes."""
    which = parser.add_mutually_exclusive_group(required=True)
    for owner, what in (("drive", "drive"), ("user", "user, by id or UPN"), ("group", "group"), ("site", "site")):
        which.add_argument(f"--{owner}-id", metavar="ID", help=f"the {what}")
    which.add_argument("--me", action="store_true", help="the drive of the signed-in user")
    add_feed(parser, protocols=PROTOCOLS, default="graph", meaning="Microsoft Graph, or the OneDrive API's older ones")
    parser.add_argument(
        "--base-url", metavar="URL", help="the service's address, instead of Microsoft Graph's or personal OneDrive's"
    )
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


def _pull(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.capture import capture_drive

    capture = replace(_capture(options, "drivedelta pull"), **pull_words(options))
    show.summary(_ask(capture_drive, capture, options), as_json=options.json)
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.capture import reconcile_drive

    capture = _capture(options, "drivedelta reconcile")
    show.reconciled(_ask(reconcile_drive, capture, options), as_json=options.json)
    return 0


def _capture(options: argparse.Namespace, run: str) -> DriveCapture:
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


def _ask(call: Callable[..., Answer], capture: DriveCapture, options: argparse.Namespace) -> Answer:
    from airflow_provider_drivedelta.core.transport.links import with_version

    return ask(call, capture, options, base_url=with_version(options.base_url or default_address(options.protocol)))


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
