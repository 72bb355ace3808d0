"""The command that removes old change files: `vacuum`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime


def add_vacuum(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Remove the change files of increments that were committed longer ago than --keep. Items, tokens and the log "
        "stay; who reads or replays below the horizon is told so."
    )
    parser.add_argument("dir", metavar="DIR", help="an output folder, or one feed's folder in it")
    parser.add_argument("--keep", required=True, metavar="TIME", help="such as 12h, 90d, 52w")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, remove nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each feed")
    parser.set_defaults(command=_vacuum)


def _vacuum(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.console import show
    from airflow_provider_drivedelta.core.lake.keep import parse_keep
    from airflow_provider_drivedelta.core.lake.output import open_output
    from airflow_provider_drivedelta.core.lake.vacuum import vacuum_below

    keep, now = parse_keep(options.keep), datetime.now(UTC)
    for found in vacuum_below(
        open_output(options.dir), keep=keep, now=now, by="drivedelta vacuum", dry_run=options.dry_run
    ):
        show.vacuumed(found, dry_run=options.dry_run, as_json=options.json)
    return 0
