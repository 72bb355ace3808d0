"""The options that the commands on a feed share, whatever the feed is of, and the call they end in."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_drivedelta.core.hosts import CLOUD_NAMES

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.captures import FeedWords, PullWords

Capture = TypeVar("Capture")
Answer = TypeVar("Answer")

Sources = argparse._SubParsersAction  # argparse gives its type no public name

CREDENTIALS = (
    "Credentials: DRIVEDELTA_ACCESS_TOKEN (a ready bearer token), or --tenant-id and --client-id with "
    "DRIVEDELTA_CLIENT_SECRET or --certificate, or --sign-in-file, or --sign-in."
)


def add_feed(parser: argparse.ArgumentParser, *, protocols: Iterable[str], default: str, meaning: str) -> None:
    """Where the feed goes and how it is asked for."""
    parser.add_argument("--output", required=True, metavar="DIR", help="where the feed's folder is kept")
    parser.add_argument("--protocol", choices=list(protocols), default=default, help=meaning)


def add_pull(parser: argparse.ArgumentParser) -> None:
    """How a feed starts and starts over."""
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
    parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")


def add_absent(parser: argparse.ArgumentParser) -> None:
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


def add_run(parser: argparse.ArgumentParser) -> None:
    """How long to wait, how to answer, who asks."""
    parser.add_argument(
        "--max-wait", type=_seconds, default=600.0, metavar="SECONDS", help="throttling to sit out in all"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    add_credentials(parser)


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """Who signs in, and where; what is secret comes from the environment or a file."""
    group = parser.add_argument_group("credentials")
    group.add_argument("--tenant-id", metavar="ID")
    group.add_argument("--client-id", metavar="ID")
    meaning = "file with the private key and the certificate, PEM or PFX"
    group.add_argument("--certificate", type=Path, metavar="FILE", help=meaning)
    meaning = "a person's sign-in, as `drivedelta sign-in` wrote it"
    group.add_argument("--sign-in-file", type=Path, metavar="FILE", help=meaning)
    meaning = "use the identity of the machine, or the one of the pod, instead of a secret"
    group.add_argument("--sign-in", choices=["managed_identity", "workload_identity"], help=meaning)
    group.add_argument("--cloud", choices=CLOUD_NAMES, help="Microsoft's cloud, instead of the address's own")
    group.add_argument("--authority", metavar="URL", help="the sign-in host, instead of the cloud's own")
    group.add_argument("--ca-file", metavar="FILE", help="trust this CA instead of the system's")


def feed_words(options: argparse.Namespace, *, run: str) -> FeedWords:
    return {
        "output": options.output,
        "protocol": options.protocol,
        "on_unsure": options.on_unsure,
        "confirm_deletes": options.confirm_deletes,
        "run": run,
    }


def pull_words(options: argparse.Namespace) -> PullWords:
    return {
        "start": options.start,
        "full_reload": options.full_reload,
        "on_resync": "inline" if options.on_resync == "inline" else "stop",
        "dry_run": options.dry_run,
    }


def ask(
    call: Callable[..., Answer],
    capture: Capture,
    options: argparse.Namespace,
    *,
    base_url: str,
    certified: bool = False,
) -> Answer:
    """Make the call with the credentials that the options name.

    :param certified: whether the address takes no client secret.
    """
    from airflow_provider_drivedelta.console import credentials, show
    from airflow_provider_drivedelta.core.transport import Transport

    sign_in = credentials.SignIn(**{name: getattr(options, name) for name in credentials.SignIn.__dataclass_fields__})
    auth = credentials.auth(sign_in, os.environ, base_url=base_url, certified=certified)
    with ExitStack() as stack:
        transport = stack.enter_context(
            Transport(auth=auth, base_url=base_url, verify=options.ca_file or True, max_wait=options.max_wait)
        )
        progress = stack.enter_context(show.progress_bar())
        return call(capture, base_url=base_url, transport=transport, on_page=progress)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no time to wait")
    return seconds
