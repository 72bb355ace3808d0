"""Which sites are found, each way of looking, and what each way misses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.sites import SiteWishes, discover_sites
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.emulator import Emulator
from tests.graph_service import GraphService, Reply
from tests.wide_tenant import BELOW, PERSONAL, TEAM, transport_to, wide_tenant

HOSTILE = "{{ var.value.secret }} {% now %}"


@pytest.fixture(params=[200, 2], ids=["one page", "pages of two"])
def served(request) -> Iterator[tuple[Emulator, Service]]:
    with wide_tenant().called(page_size=request.param) as (emulator, transport):
        yield emulator, Service(f"{emulator.url}/v1.0", transport)


def names(service: Service, **wishes: object) -> list[str]:
    return [site.name for site in discover_sites(SiteWishes(**wishes), service).found]  # type: ignore[arg-type]


def test_a_tenant_has_its_site_collections(served) -> None:
    _, service = served
    found = discover_sites(SiteWishes(), service)
    assert [site.name for site in found.found] == ["Contoso", "New", "Team", HOSTILE]
    assert (found.left_out, found.refused) == ({"personal sites": 1}, ())


def test_personal_sites_and_subsites_come_if_they_are_asked_for(served) -> None:
    _, service = served
    assert names(service, personal=True) == ["Ada's OneDrive", "Contoso", "New", "Team", HOSTILE]
    assert names(service, subsites=True) == ["Contoso", "New", "Plans", "Team", HOSTILE]


def test_the_search_index_knows_subsites_but_not_what_is_new(served) -> None:
    _, service = served
    assert names(service, listing="search") == ["Contoso", "Plans", "Team", HOSTILE]


def test_patterns_choose_by_name_or_address(served) -> None:
    _, service = served
    assert names(service, wanted=Wanted(include=["*/sites/*"], exclude=["new"])) == ["Team", HOSTILE]


def test_below_a_site_that_is_not_wanted_may_be_one_that_is(served) -> None:
    _, service = served
    assert names(service, subsites=True, wanted=Wanted(include=["Plans"])) == ["Plans"]


def test_sites_are_named_by_address_or_id_and_each_counts_once(served) -> None:
    emulator, service = served
    team = next(site for site in emulator.sites if site.path == TEAM)
    spellings = [f"{emulator.url}{TEAM}", f"{emulator.url}{TEAM}/", team.graph_id, f"contoso.sharepoint.com:{TEAM}"]
    assert names(service, sites=spellings) == ["Team"]
    assert names(service, sites=[f"{emulator.url}{PERSONAL}"]) == ["Ada's OneDrive"]


def test_a_site_that_fails_is_told_and_stops_nobody(served) -> None:
    emulator, service = served
    bad = [f"{emulator.url}/sites/none", "https://ann:secret@contoso.sharepoint.com/sites/team", "https://[/sites/x"]
    found = discover_sites(SiteWishes(sites=[*bad, f"{emulator.url}{BELOW}"]), service)
    assert [site.name for site in found.found] == ["Plans"]
    assert {refused.name for refused in found.refused} == {
        f"{emulator.url}/sites/none",
        "https://contoso.sharepoint.com/sites/team",
        "an unreadable address",
    }
    told = " ".join(f"{refused.name} {refused.error}" for refused in found.refused)
    assert "secret" not in told
    assert "404" in told


def test_a_strict_search_ends_at_the_first_that_fails(served) -> None:
    emulator, service = served
    with pytest.raises(FixSetup, match="knows no such site"):
        discover_sites(SiteWishes(sites=[f"{emulator.url}/sites/none", f"{emulator.url}{TEAM}"], strict=True), service)


@pytest.mark.parametrize("listing", ["all", "search"])
def test_with_sites_selected_a_tenant_cannot_be_listed_but_sites_named(listing) -> None:
    with wide_tenant(granted=[TEAM]).called() as (emulator, transport):
        service = Service(f"{emulator.url}/v1.0", transport)
        with pytest.raises(FixSetup, match=r"may not list the tenant's sites: 403.*name them by their addresses"):
            discover_sites(SiteWishes(listing=listing), service)
        assert names(service, sites=[f"{emulator.url}{TEAM}"]) == ["Team"]


def test_what_is_asked_of_a_tenant_is_few_requests(served) -> None:
    emulator, service = served
    emulator.clear_requests()
    discover_sites(SiteWishes(subsites=True), service)
    assert sum(request.method == "POST" for request in emulator.requests) <= 2  # a batch for each level of the tree


def test_sites_below_each_other_in_a_circle_end() -> None:
    loop = {"id": "x,1,1", "displayName": "Loop", "webUrl": "https://x/loop"}
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.always(graph.page([loop]))
        assert names(Service(graph.url, transport), subsites=True) == ["Loop"]


def test_sites_below_sites_without_end_are_left() -> None:
    with GraphService() as graph, transport_to(graph.url) as transport:

        def two_more(seen: object) -> Reply:
            made = [{"id": f"x,{len(graph.seen)},{n}", "webUrl": "https://x/s"} for n in range(8)]
            return graph.page(made)

        graph.always(two_more)
        with pytest.raises(BrokenFeed, match="no end of sites"):
            discover_sites(SiteWishes(subsites=True), Service(graph.url, transport, batches=False, most=50))


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"displayName": "\n\x00", "name": "team"}, "team"),
        ({"displayName": 5}, "https://x/sites/team"),
        ({"displayName": "", "webUrl": None}, "x,1,1"),
    ],
)
def test_a_site_without_a_name_to_show_goes_by_what_it_has(told: dict[str, object], name: str) -> None:
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "x,1,1", "webUrl": "https://x/sites/team"} | told]))
        assert names(Service(graph.url, transport)) == [name]
