"""The command that says why something cannot be read, and what to do: `doctor`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.console.options import CREDENTIALS, add_credentials
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS

if TYPE_CHECKING:  # `--help` need not wait for the core
    from airflow_provider_drivedelta.console.doors import Tried
    from airflow_provider_drivedelta.core.doctor.checks import Check

DESCRIPTION = (
    "Sign in, show what the token may do, read one page of a drive's or a list's delta feed, and say of every refusal "
    "which permission is missing and how to give it. Writes nothing; shows no token and no secret."
)


def add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = DESCRIPTION, CREDENTIALS
    parser.add_argument("--drive", metavar="SOURCE", help="read this one: drives/ID, users/ID, groups/ID, sites/ID, me")
    meaning = "how drives are asked: Microsoft Graph, or the OneDrive API's older ones"
    parser.add_argument("--protocol", choices=list(PROTOCOLS), default="graph", help=meaning)
    parser.add_argument("--site-url", metavar="URL", help="the list's site, such as https://…/sites/team")
    parser.add_argument("--list", metavar="LIST", help="read this list of the site: its title, GUID or URL")
    meaning = "how lists are asked: SharePoint's own change feed, or Microsoft Graph"
    parser.add_argument("--list-protocol", choices=["sharepoint", "graph"], default="sharepoint", help=meaning)
    parser.add_argument("--base-url", metavar="URL", help="the service's address, instead of Microsoft Graph's")
    parser.add_argument("--conn-id", metavar="ID", help="sign in with this Connection of Airflow's")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    add_credentials(parser)
    parser.set_defaults(command=partial(_doctor, parser))


def _doctor(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if bool(options.site_url) != bool(options.list):
        parser.error("--site-url and --list go together")
    checks: list[Check] = []
    for check in _checks(options):
        checks.append(check)
        if not options.json:
            print(_line(check), flush=True)
    failed = [check for check in checks if not check.ok]
    status = failed[0].status if failed else 0
    if options.json:
        told = [
            {"name": check.name, "ok": check.ok, "text": check.text, "then": check.then, "exit_status": check.status}
            for check in checks
        ]
        print(json.dumps({"ok": not failed, "exit_status": status, "checks": told}, ensure_ascii=False))
    else:
        print(f"{len(failed)} of {len(checks)} checks failed: mend the first" if failed else "all is well")
    return status


def _checks(options: argparse.Namespace) -> Iterator[Check]:
    """Of one door after the other; one that cannot be set up keeps nothing from the next."""
    from airflow_provider_drivedelta.console.doors import tried
    from airflow_provider_drivedelta.core.doctor.checks import Check, examine

    for name, make in tried(options, os.environ):
        try:
            found: Tried = make()
        except DriveDeltaError as fault:
            where = f" ({fault.where})" if fault.where else ""
            yield Check(name="set-up", text=f"{name}: {fault.what}{where}", then=fault.then, status=fault.exit_status)
            continue
        yield Check(name="set-up", text=f"{name}: {found.who}")
        yield from examine(found.door, found.trial)


def _line(check: Check) -> str:
    then = f". {check.then}" if check.then and not check.ok else ""
    return f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<8}  {check.text}{then}"
