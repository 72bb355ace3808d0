"""`drivedelta`: pull, reconcile, log, snapshot, vacuum, emulate, without Airflow."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from airflow_provider_drivedelta.console.discover import add_discover
from airflow_provider_drivedelta.console.doctor import add_doctor
from airflow_provider_drivedelta.console.drive import DriveCommands
from airflow_provider_drivedelta.console.list import ListCommands
from airflow_provider_drivedelta.console.sign_in import add_sign_in
from airflow_provider_drivedelta.console.status import add_status
from airflow_provider_drivedelta.console.vacuum import add_vacuum
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup
from airflow_provider_drivedelta.version import __version__

USAGE_ERROR = 2  # argparse's own


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status.

    0 done, 2 usage, 3 the set-up must be fixed, 4 the feed is broken, 75 try again later.
    """
    options = _parser().parse_args(argv)
    logging.basicConfig(format="%(levelname)s %(message)s")
    # Of ours only: what libraries log at this level is not ours to redact. Put back after: we may be called in-process.
    log = logging.getLogger("airflow_provider_drivedelta")
    before = log.level
    log.setLevel(logging.DEBUG if options.verbose else logging.WARNING)
    try:
        return int(options.command(options))
    except DriveDeltaError as error:
        print(f"drivedelta: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("drivedelta: stopped; nothing was half-published", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        log.setLevel(before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drivedelta", description=__doc__)
    parser.add_argument("--version", action="version", version=f"drivedelta {__version__}")
    parser.add_argument("--verbose", action="store_true", help="log every page to stderr")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    pull = commands.add_parser("pull", help="capture what changed since the last pull")
    reconcile = commands.add_parser("reconcile", help="compare a feed with the service, and publish what differs")
    pulled, reconciled = (command.add_subparsers(required=True, metavar="SOURCE") for command in (pull, reconcile))
    for source in (DriveCommands(), ListCommands()):
        source.add_pull(pulled)
        source.add_reconcile(reconciled)
    add_discover(commands.add_parser("list", help="say what there is to follow"))
    _add_log(commands.add_parser("log", help="list the increments of the feeds below a folder"))
    add_doctor(commands.add_parser("doctor", help="say why something cannot be read, and what to do"))
    add_status(commands.add_parser("status", help="how the feeds below a folder fare"))
    _add_snapshot(commands.add_parser("snapshot", help="write a feed's current items as one Parquet file"))
    add_sign_in(commands.add_parser("sign-in", help="sign a person in by a code, and keep the sign-in in a file"))
    add_vacuum(commands.add_parser("vacuum", help="remove the change files of old increments"))
    _add_emulate(commands.add_parser("emulate", help="serve the services' protocols on loopback"))
    return parser


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", metavar="DIR", help="an output folder, or one feed's folder in it; a path or an address")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.set_defaults(command=_log)


def _add_snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", metavar="DIR", help="a feed's folder, or an output folder with one feed")
    parser.add_argument("--to", required=True, metavar="PATH", help="the file to write; an older one is replaced whole")
    parser.add_argument("--at", type=int, metavar="N", help="as it was after increment N, instead of the last one")
    parser.add_argument("--without-missing", action="store_true", help="leave out items the service may have lost")
    parser.set_defaults(command=_snapshot)


def _add_emulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, metavar="DIR", help="serve this folder as a drive")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="for plain http; 0 takes a free one")
    parser.add_argument(
        "--https-port", type=int, default=0, metavar="N", help="for https and sign-in; 0 takes a free one"
    )
    parser.add_argument("--page-size", type=int, default=200, metavar="K", help="items a page at most")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="a plan of faults, as JSON")
    parser.add_argument("--personal", action="store_true", help="ids and habits of a personal OneDrive")
    parser.set_defaults(command=_emulate)


def _log(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.lake.feeds import feeds_below

    feeds = feeds_below(options.dir)
    if not feeds:
        raise FixSetup("There is no feed below this folder", where=str(options.dir), then="Give an output folder.")
    show.log(feeds, as_json=options.json)
    return 0


def _snapshot(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.lake.snapshot import write_snapshot

    show.snapshot(write_snapshot(options.dir, options.to, at=options.at, include_missing=not options.without_missing))
    return 0


def _emulate(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.emulator import run

    run(
        folder=options.folder,
        port=options.port,
        https_port=options.https_port,
        page_size=options.page_size,
        faults=options.faults,
        personal=options.personal,
        out=lambda line: print(line, flush=True),  # whoever started us waits for the lines
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
