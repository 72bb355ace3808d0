"""How the commands that discover ask the services, and how they print what is found."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_drivedelta.console.options import ask

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.discovery.lists import AtSite, Lists
    from airflow_provider_drivedelta.core.discovery.service import Service
    from airflow_provider_drivedelta.core.found import Discovery
    from airflow_provider_drivedelta.core.transport import Transport

Row = tuple[str, ...]
Thing = TypeVar("Thing")


def _graph_address(options: argparse.Namespace) -> str:
    """As given, or the Graph of the cloud that the first site is in."""
    from airflow_provider_drivedelta.clouds import cloud_of
    from airflow_provider_drivedelta.core.hosts import GRAPH_HOST
    from airflow_provider_drivedelta.core.transport.links import with_version

    sites = getattr(options, "site", [])
    cloud = cloud_of(sites[0]) if sites else None
    return with_version(options.base_url or f"https://{cloud.graph if cloud else GRAPH_HOST}")


def at_graph(options: argparse.Namespace, discover: Callable[[Service], Discovery[Thing]]) -> Discovery[Thing]:
    from airflow_provider_drivedelta.core.discovery.service import Service

    def call(_: None, *, base_url: str, transport: Transport, on_page: object) -> Discovery[Thing]:
        return discover(Service(base_url, transport))

    return ask(call, None, options, base_url=_graph_address(options))


def at_site(options: argparse.Namespace) -> AtSite:
    from airflow_provider_drivedelta.clouds import check_site

    named = bool(options.site) and not options.subsites

    def at_site(site: str, do: Callable[[Transport], Lists]) -> Lists:
        # What a person typed is theirs to name; what the service told must lie in the same cloud.
        address = check_site(site, site if named else _graph_address(options))

        def call(_: None, *, base_url: str, transport: Transport, on_page: object) -> Lists:
            return do(transport)

        return ask(call, None, options, base_url=address, certified=True)

    return at_site


def show_found(
    found: Discovery[Thing],
    row: Callable[[Thing], Row],
    as_object: Callable[[Thing], dict[str, object]],
    options: argparse.Namespace,
) -> int:
    """What was found on stdout, a line each; what was not on stderr. The exit status is 3 if all was refused."""
    from airflow_provider_drivedelta.core.errors import FixSetup
    from airflow_provider_drivedelta.core.found import shown

    rows = [tuple(map(shown, row(each))) for each in found.found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for each, cells in zip(found.found, rows, strict=True):
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        print(json.dumps(as_object(each), ensure_ascii=False) if options.json else line)
    for refused in found.refused:
        print(f"not looked at: {refused.name}: {refused.error}", file=sys.stderr)
    left_out = ", ".join(f"{why} ({count})" for why, count in found.left_out.items())
    print(f"{len(rows)} found" + (f"; left out: {left_out}" if left_out else ""), file=sys.stderr)
    return FixSetup.exit_status if found.refused and not rows else 0
