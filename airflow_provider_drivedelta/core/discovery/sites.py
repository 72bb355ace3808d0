"""Which sites there are: all of a tenant, or those that are named, with what is below them if that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from airflow_provider_drivedelta.core.discovery.addresses import list_at, name_of
from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.tally import Tally
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.found import Discovery, FoundSite
from airflow_provider_drivedelta.core.protocols.graph_sites import (
    ask_for_all_sites,
    ask_for_indexed_sites,
    ask_for_site,
    ask_for_subsites,
    read_all_sites,
    read_site,
    read_sites,
)

SiteListing = Literal["all", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWishes:
    """Which sites are looked for.

    :param sites: addresses or ids; all of the tenant where none is given.
    :param wanted: patterns for the name or the address of a site.
    :param subsites: also what is below them.
    :param personal: also the sites behind users' OneDrives.
    :param listing: how a tenant is listed: `all` asks for every site collection and takes an application's sign-in;
        `search` asks the search index, which also answers a signed-in user, but may not know of everything yet.
    :param strict: whether a site that is refused ends it all.
    """

    sites: Sequence[str] = ()
    wanted: Wanted = field(default_factory=Wanted)
    subsites: bool = False
    personal: bool = False
    listing: SiteListing = "all"
    strict: bool = False


def discover_sites(wishes: SiteWishes, service: Service) -> Discovery[FoundSite]:
    """
    :raises FixSetup: the tenant cannot be listed; or, with `strict`, a site may not be seen.
    :raises RetryLater: the service is not up to it now.
    """
    tally = Tally[FoundSite](strict=wishes.strict)
    level = _named(wishes.sites, service, tally) if wishes.sites else _listed(wishes, service)
    seen: set[str] = set()
    while level := [site for site in level if site.id not in seen]:
        seen.update(site.id for site in level)
        _check_end(seen, service.most)
        _sort_out(level, wishes, tally)
        # A site of no interest may well have subsites of some.
        level = _below(level, service, tally) if wishes.subsites else []
    return tally.result()


def _listed(wishes: SiteWishes, service: Service) -> list[FoundSite]:
    ask = ask_for_all_sites if wishes.listing == "all" else ask_for_indexed_sites
    return service.all_of(ask(service.base_url), read_all_sites)


def _named(sites: Sequence[str], service: Service, tally: Tally[FoundSite]) -> list[FoundSite]:
    routes: dict[str, str] = {}
    for site in sites:
        try:
            routes.setdefault(list_at(site).graph_site, name_of(site))
        except FixSetup as refused:
            tally.refuse(name_of(site), refused)
    requests = [ask_for_site(service.base_url, route) for route in routes]
    found: list[FoundSite] = []
    for name, answer in zip(routes.values(), service.each(requests, read_site, what="Sites"), strict=True):
        if isinstance(answer, FixSetup):
            tally.refuse(name, answer)
        else:
            found.append(answer)
    return found


def _sort_out(sites: Iterable[FoundSite], wishes: SiteWishes, tally: Tally[FoundSite]) -> None:
    """Whoever names a personal site has asked for it."""
    for site in sites:
        if site.personal and not (wishes.personal or wishes.sites):
            tally.leave_out("personal sites")
        elif wishes.wanted.takes(site.name, site.web_url):
            tally.add(site)
        else:
            tally.leave_out("sites by pattern")


def _check_end(seen: Collection[str], most: int) -> None:
    if len(seen) > most:
        raise BrokenFeed(f"There is no end of sites: {len(seen)} so far", then="Name the sites.")


def _below(sites: Sequence[FoundSite], service: Service, tally: Tally[FoundSite]) -> list[FoundSite]:
    requests = [ask_for_subsites(service.base_url, site.id) for site in sites]
    below: list[FoundSite] = []
    for site, answer in zip(sites, service.each_whole(requests, read_sites, what="Subsites"), strict=True):
        if isinstance(answer, FixSetup):
            tally.refuse(f"{site.name}: subsites", answer)
        else:
            below += answer
    return below
