"""Which lists sites have, asked of Microsoft Graph or of each site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from airflow_provider_drivedelta.core.discovery.addresses import list_at, name_of
from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.sites import SiteWishes, discover_sites
from airflow_provider_drivedelta.core.discovery.tally import Tally
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.found import Discovery, FoundList, FoundSite, shown
from airflow_provider_drivedelta.core.protocols.site_lists import (
    ask_for_graph_lists,
    ask_for_site_lists,
    read_graph_lists,
    read_site_lists,
)
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.core.transport.links import joined

# Every site has lists, if only the service's own. One that Sites.Selected was not granted answers 200 and tells none.
_NOTHING_SHOWN = "The site shows this application no list at all"
_GRANT = "Grant the site to the application where it has Sites.Selected, or leave it out."

Lists = Sequence[FoundList]
AtSite = Callable[[str, Callable[[Transport], Lists]], Lists]
"""Does something with a transport to a site, given by its address; whose credentials that takes is the caller's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWishes:
    """Which lists are looked for.

    :param sites: on which sites.
    :param wanted: patterns for the name (`Team / Tasks`) or the address of a list.
    :param hidden: also hidden lists and the service's own.
    :param libraries: also document libraries, which are drives as well.
    :param strict: whether a site that is refused ends it all.
    """

    sites: SiteWishes = field(default_factory=SiteWishes)
    wanted: Wanted = field(default_factory=Wanted)
    hidden: bool = False
    libraries: bool = False
    strict: bool = False


def discover_lists(
    wishes: ListWishes, service: Service | None = None, *, at_site: AtSite | None = None
) -> Discovery[FoundList]:
    """
    :param service: Graph, which knows which sites there are; without it the sites must be named by their addresses.
    :param at_site: to ask each site itself for its lists, instead of Graph.
    :raises FixSetup: the tenant cannot be listed; or, with `strict`, a site may not be seen.
    :raises RetryLater: the service is not up to it now.
    """
    tally = Tally[FoundList](strict=wishes.strict)
    sites = _sites(wishes, service, tally)
    for site, lists in _answers(sites, wishes, service, at_site):
        if isinstance(lists, FixSetup):
            tally.refuse(site.name, lists)
        else:
            _sort_out(site, lists, wishes, tally)
    return tally.result()


def _sites(wishes: ListWishes, service: Service | None, tally: Tally[FoundList]) -> Sequence[FoundSite]:
    if service is not None:
        found = discover_sites(replace(wishes.sites, strict=wishes.strict), service)
        tally.take_over(found)
        return found.found
    if not wishes.sites.sites or wishes.sites.subsites:
        then = "Name each site by its address, or use a connection to Microsoft Graph."
        raise FixSetup("SharePoint itself does not tell which sites there are", then=then)
    return list(_by_address(wishes, tally))


def _answers(
    sites: Sequence[FoundSite], wishes: ListWishes, service: Service | None, at_site: AtSite | None
) -> Iterator[tuple[FoundSite, Lists | FixSetup]]:
    if at_site is not None:
        yield from ((site, _asked_itself(site, at_site)) for site in sites)
        return
    assert service is not None  # or there would be nobody to ask
    requests = [ask_for_graph_lists(service.base_url, site.id, hidden=wishes.hidden) for site in sites]
    yield from zip(sites, service.each_whole(requests, read_graph_lists, what="Lists of sites"), strict=True)


def _by_address(wishes: ListWishes, tally: Tally[FoundList]) -> Iterator[FoundSite]:
    for site in dict.fromkeys(wishes.sites.sites):
        try:
            url = list_at(site).site_url
        except FixSetup as refused:
            tally.refuse(name_of(site), refused)
            continue
        name = shown(url.rpartition("/")[2])
        if wishes.sites.wanted.takes(name, url):
            yield FoundSite(id="", name=name, web_url=url)
        else:
            tally.leave_out("sites by pattern")


def _asked_itself(site: FoundSite, at_site: AtSite) -> Lists | FixSetup:
    def ask(transport: Transport) -> Lists:
        # One question a site, at another address each: there is nothing to batch.
        return Service(site.web_url, transport).all_of(ask_for_site_lists(site.web_url), read_site_lists)

    try:
        return at_site(site.web_url, ask)
    except FixSetup as refused:
        return refused


def _sort_out(site: FoundSite, lists: Lists, wishes: ListWishes, tally: Tally[FoundList]) -> None:
    if not lists:
        tally.refuse(site.name, FixSetup(_NOTHING_SHOWN, then=_GRANT))
    for found in lists:
        try:
            place = list_at(site.web_url, found.id)
        except FixSetup as refused:
            tally.refuse(site.name, refused)
            return
        web_url = joined(site.web_url, found.web_url)
        _weigh(replace(found, name=f"{site.name} / {found.name}", web_url=web_url, site=place.site), wishes, tally)


def _weigh(found: FoundList, wishes: ListWishes, tally: Tally[FoundList]) -> None:
    if found.hidden and not wishes.hidden:
        tally.leave_out("hidden and system lists")
    elif found.library and not wishes.libraries:
        tally.leave_out("document libraries")
    elif wishes.wanted.takes(found.name, found.web_url):
        tally.add(found)
    else:
        tally.leave_out("lists by pattern")
