"""The commands on one drive: `pull drive` and `reconcile drive`, with the options they share."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, default_address
from airflow_provider_drivedelta.core.sources import Drive

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.core.capture import DriveCapture

    Answer = TypeVar("Answer")

Sources = argparse._SubParsersAction  # argparse gives its type no public name

CREDENTIALS = (
    "Credentials: DRIVEDELTA_ACCESS_TOKEN (a ready bearer token), or --tenant-id and --client-id with "
    "DRIVEDELTA_CLIENT_SECRET or --certificate."
)


def add_pull(sources: Sources[argparse.ArgumentParser]) -> None:
    parser = sources.add_parser("drive", help="a OneDrive or a SharePoint document library", epilog=CREDENTIALS)
    _add_drive(parser)
    parser.add_argument(
        "--start", choices=["full", "latest"], default="full", help="read all first, or only what comes"
    )
    parser.add_argument("--full-reload", action="store_true", help="read everything again")
    parser.add_argument(
        "--on-resync",
        choices=["inline", "fail"],
        default="inline",
        help="when the service refuses the token: read everything in this run, or end with status 3",
    )
    _add_absent(parser)
    parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")
    _add_run(parser)
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
    _add_absent(parser)
    _add_run(parser)
    parser.set_defaults(command=_reconcile)


def _add_drive(parser: argparse.ArgumentParser) -> None:
    """What is followed, how it is asked for, and where it goes."""
    which = parser.add_mutually_exclusive_group(required=True)
    for owner, what in (("drive", "drive"), ("user", "user, by id or UPN"), ("group", "group"), ("site", "site")):
        which.add_argument(f"--{owner}-id", metavar="ID", help=f"the {what}")
    which.add_argument("--me", action="store_true", help="the drive of the signed-in user")
    parser.add_argument("--output", required=True, metavar="DIR", help="where the feed's folder is kept")
    parser.add_argument(
        "--protocol", choices=list(PROTOCOLS), default="graph", help="Microsoft Graph, or the OneDrive API's older ones"
    )
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


def _add_absent(parser: argparse.ArgumentParser) -> None:
    """What becomes of what a full read does not find."""
    parser.add_argument(
        "--on-unsure",
        choices=["keep", "delete"],
        default="keep",
        help="items that a full read misses although the service may have lost them: mark as missing, or delete",
    )
    parser.add_argument(
        "--confirm-deletes", metavar="ID", default="", help="publish the full read that was held back under this id"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    """How long to wait, how to answer, who asks."""
    parser.add_argument(
        "--max-wait", type=_seconds, default=600.0, metavar="SECONDS", help="throttling to sit out in all"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    group = parser.add_argument_group("credentials")
    group.add_argument("--tenant-id", metavar="ID")
    group.add_argument("--client-id", metavar="ID")
    group.add_argument("--certificate", type=Path, metavar="PEM", help="file with the private key and the certificate")
    group.add_argument("--authority", metavar="URL", help="the sign-in host, instead of the public cloud's")
    group.add_argument("--ca-file", metavar="FILE", help="trust this CA instead of the system's")


def _pull(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.capture import capture_drive

    capture = replace(
        _capture(options),
        start=options.start,
        full_reload=options.full_reload,
        on_resync="inline" if options.on_resync == "inline" else "stop",
        dry_run=options.dry_run,
        run="drivedelta pull",
    )
    show.summary(_ask(capture_drive, capture, options), as_json=options.json)
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.capture import reconcile_drive

    capture = replace(_capture(options), run="drivedelta reconcile")
    show.reconciled(_ask(reconcile_drive, capture, options), as_json=options.json)
    return 0


def _capture(options: argparse.Namespace) -> DriveCapture:
    from airflow_provider_drivedelta.core.capture import DriveCapture

    return DriveCapture(
        source=_drive(options),
        output=options.output,
        protocol=options.protocol,
        folder=options.folder,
        select=_names(options.select),
        expand=_names(options.expand),
        page_size=options.page_size,
        sharing_changes=options.sharing_changes,
        on_unsure=options.on_unsure,
        confirm_deletes=options.confirm_deletes,
    )


def _ask(call: Callable[..., Answer], capture: DriveCapture, options: argparse.Namespace) -> Answer:
    """Make the call with the credentials and the service that the options name."""
    from airflow_provider_drivedelta.console import credentials, show
    from airflow_provider_drivedelta.core.transport import Transport
    from airflow_provider_drivedelta.core.transport.links import with_version

    base_url = with_version(options.base_url or default_address(options.protocol))
    sign_in = credentials.SignIn(**{name: getattr(options, name) for name in credentials.SignIn.__dataclass_fields__})
    auth = credentials.auth(sign_in, os.environ)
    with ExitStack() as stack:
        transport = stack.enter_context(
            Transport(auth=auth, base_url=base_url, verify=options.ca_file or True, max_wait=options.max_wait)
        )
        progress = stack.enter_context(show.progress_bar())
        return call(capture, base_url=base_url, transport=transport, on_page=progress)


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


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no time to wait")
    return seconds


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
