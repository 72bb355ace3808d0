"""The commands that say what there is to follow: `list sites`, `list drives`, `list users`, `list lists`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.console.found import Row, at_graph, at_site, show_found
from airflow_provider_drivedelta.console.options import CREDENTIALS, add_run

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.discovery.drives import DriveOwner
    from airflow_provider_drivedelta.core.discovery.sites import SiteWishes
    from airflow_provider_drivedelta.core.discovery.wanted import Wanted
    from airflow_provider_drivedelta.core.found import FoundDrive, FoundList, FoundOwner, FoundSite


def add_discover(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what there is to follow. Patterns are a shell's, for a whole name or address."
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    _add_sites(kinds.add_parser("sites", help="the tenant's sites", epilog=CREDENTIALS))
    _add_drives(kinds.add_parser("drives", help="document libraries, drives of users and groups", epilog=CREDENTIALS))
    _add_users(kinds.add_parser("users", help="the tenant's users", epilog=CREDENTIALS))
    _add_lists(kinds.add_parser("lists", help="the lists of sites", epilog=CREDENTIALS))


def _add_sites(parser: argparse.ArgumentParser) -> None:
    _add_which_sites(parser)
    _add_patterns(parser, "site")
    _add_rest(parser, _sites)


def _add_drives(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--of",
        action="append",
        choices=["sites", "users", "groups"],
        help="whose drives; repeatable; those that are named, or sites",
    )
    _add_which_sites(parser)
    parser.add_argument("--user", action="append", default=[], metavar="ID", help="a user, by id or name; repeatable")
    parser.add_argument("--group", action="append", default=[], metavar="ID", help="a group, by id; repeatable")
    _add_patterns(parser, "drive")
    _add_patterns(parser, "site", "-sites")
    parser.add_argument("--system", action="store_true", help="also libraries that are the service's own")
    _add_unlicensed(parser)
    _add_rest(parser, _drives)


def _add_users(parser: argparse.ArgumentParser) -> None:
    _add_patterns(parser, "user")
    _add_unlicensed(parser)
    _add_rest(parser, _users)


def _add_lists(parser: argparse.ArgumentParser) -> None:
    _add_which_sites(parser)
    _add_patterns(parser, "list")
    _add_patterns(parser, "site", "-sites")
    parser.add_argument("--hidden", action="store_true", help="also hidden lists and the service's own")
    parser.add_argument("--libraries", action="store_true", help="also document libraries")
    meaning = "ask Microsoft Graph, or each site itself, which takes a certificate"
    parser.add_argument("--protocol", choices=["graph", "sharepoint"], default="graph", help=meaning)
    _add_rest(parser, _lists)


def _add_which_sites(parser: argparse.ArgumentParser) -> None:
    named = "a site, by its address; repeatable; all of the tenant's by default"
    parser.add_argument("--site", action="append", default=[], metavar="URL", help=named)
    parser.add_argument("--subsites", action="store_true", help="also what is below a site")
    parser.add_argument("--personal", action="store_true", help="also the sites behind users' OneDrives")
    parser.add_argument("--search", action="store_true", help="ask the search index, as a signed-in user may")
    parser.add_argument("--strict", action="store_true", help="stop at the first that is refused")


def _add_patterns(parser: argparse.ArgumentParser, what: str, suffix: str = "") -> None:
    for word, meaning in (("include", "only"), ("exclude", "no")):
        parser.add_argument(
            f"--{word}{suffix}",
            action="append",
            default=[],
            metavar="PATTERN",
            help=f"{meaning} {what}s with such a name or address; repeatable",
        )


def _add_unlicensed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unlicensed", action="store_true", help="also users without any licence")


def _add_rest(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--base-url", metavar="URL", help="Microsoft Graph's address, instead of the public cloud's")
    add_run(parser)
    parser.set_defaults(command=command)


def _sites(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.core.discovery.sites import discover_sites

    wishes = _site_wishes(options, _wanted(options.include, options.exclude))
    found = at_graph(options, lambda service: discover_sites(wishes, service))

    def row(site: FoundSite) -> Row:
        return site.name, site.web_url

    return show_found(found, row, asdict, options)


def _users(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.core.discovery.users import discover_users

    wanted = _wanted(options.include, options.exclude)
    found = at_graph(options, lambda service: discover_users(service, wanted=wanted, unlicensed=options.unlicensed))

    def row(user: FoundOwner) -> Row:
        return user.name, user.login, user.route

    return show_found(found, row, asdict, options)


def _drives(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.core.discovery.drives import DriveWishes, discover_drives

    wishes = DriveWishes(
        of=options.of or _owners_named(options) or ("sites",),
        sites=_site_wishes(options, _wanted(options.include_sites, options.exclude_sites)),
        users=options.user,
        groups=options.group,
        wanted=_wanted(options.include, options.exclude),
        system=options.system,
        unlicensed=options.unlicensed,
        strict=options.strict,
    )

    def row(drive: FoundDrive) -> Row:
        return drive.name, drive.source()["source"]

    def shown(drive: FoundDrive) -> dict[str, object]:
        return {**drive.source(), "web_url": drive.web_url, "drive_type": drive.drive_type}

    return show_found(at_graph(options, lambda service: discover_drives(wishes, service)), row, shown, options)


def _lists(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.core.discovery.lists import ListWishes, discover_lists

    wishes = ListWishes(
        sites=_site_wishes(options, _wanted(options.include_sites, options.exclude_sites)),
        wanted=_wanted(options.include, options.exclude),
        hidden=options.hidden,
        libraries=options.libraries,
        strict=options.strict,
    )
    itself = at_site(options) if options.protocol == "sharepoint" else None
    if itself is not None and options.site and not options.subsites:  # nothing that Graph would have to tell
        found = discover_lists(wishes, at_site=itself)
    else:
        found = at_graph(options, lambda service: discover_lists(wishes, service, at_site=itself))

    def row(each: FoundList) -> Row:
        return each.name, each.site, each.id

    def shown(each: FoundList) -> dict[str, object]:
        return {**each.source(), "web_url": each.web_url, "template": each.template}

    return show_found(found, row, shown, options)


def _owners_named(options: argparse.Namespace) -> Sequence[DriveOwner]:
    named: dict[DriveOwner, list[str]] = {"sites": options.site, "users": options.user, "groups": options.group}
    return [kind for kind, names in named.items() if names]


def _wanted(include: Sequence[str], exclude: Sequence[str]) -> Wanted:
    from airflow_provider_drivedelta.core.discovery.wanted import Wanted

    return Wanted(include, exclude)


def _site_wishes(options: argparse.Namespace, wanted: Wanted) -> SiteWishes:
    from airflow_provider_drivedelta.core.discovery.sites import SiteWishes

    return SiteWishes(
        sites=options.site,
        wanted=wanted,
        subsites=options.subsites,
        personal=options.personal,
        listing="search" if options.search else "all",
        strict=options.strict,
    )
