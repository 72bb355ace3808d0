"""The command that tells how feeds fare: `status`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from airflow_provider_drivedelta.core.health.limits import Limits


def add_status(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "How each feed fares: last success and change, age of its token, last error, what waits for a person. Where "
        "the token is kept in an Airflow Variable, runs without news are not known here: see docs/health.md."
    )
    parser.add_argument("dir", metavar="DIR", help="an output folder, or one feed's folder in it; a path or an address")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each feed")
    parser.add_argument(
        "--fail-if",
        type=_limits,
        metavar="LIMITS",
        help="end with status 3 if a feed is beyond one of stale=TIME, expiring=TIME, failing, held, quarantine; "
        "TIME like 26h, 7d",
    )
    parser.set_defaults(command=_status)


def _status(options: argparse.Namespace) -> int:
    import json

    from airflow_provider_drivedelta.core.health.read import feeds_health
    from airflow_provider_drivedelta.core.health.table import report
    from airflow_provider_drivedelta.core.lake.output import open_output

    feeds, limits = feeds_health(open_output(options.dir)), options.fail_if
    if options.json:
        for feed in feeds:
            beyond = {"complaints": limits.complaints(feed)} if limits else {}
            print(json.dumps({**feed.to_dict(), **beyond}, ensure_ascii=False))
    else:
        print(report(feeds, limits))
    if any(feed.unreadable for feed in feeds):
        return BrokenFeed.exit_status
    return FixSetup.exit_status if limits and any(map(limits.complaints, feeds)) else 0


def _limits(text: str) -> Limits:
    from airflow_provider_drivedelta.core.health.limits import parse_limits

    try:
        return parse_limits(text)
    except FixSetup as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
