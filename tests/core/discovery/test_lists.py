"""Which lists are found, whoever is asked: Graph, or each site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from airflow_provider_drivedelta.core.discovery.lists import AtSite, Lists, ListWishes, discover_lists
from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.sites import SiteWishes
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.found import Discovery, FoundList
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Emulator
from tests.graph_service import GraphService, Reply
from tests.wide_tenant import MARKETING, TEAM, WideTenant, transport_to, wide_tenant

HOSTILE = "{{ var.value.secret }} {% now %}"


def at_site(site: str, do: Callable[[Transport], Lists]) -> Lists:
    with transport_to(site) as transport:
        return do(transport)


@pytest.fixture
def tenant() -> WideTenant:
    return wide_tenant()


@pytest.fixture(params=[None, at_site], ids=["graph", "sharepoint"])
def asked(request, tenant) -> Iterator[tuple[Emulator, Callable[..., Discovery[FoundList]]]]:
    way: AtSite | None = request.param
    with tenant.called() as (emulator, transport):

        def discover(**wishes: object) -> Discovery[FoundList]:
            service = Service(f"{emulator.url}/v1.0", transport)
            return discover_lists(ListWishes(**wishes), service, at_site=way)  # type: ignore[arg-type]

        yield emulator, discover


def names(discovery: Discovery[FoundList]) -> list[str]:
    return [found.name for found in discovery.found]


def test_hidden_lists_the_services_own_and_libraries_are_left_out(asked) -> None:
    _, discover = asked
    lists = discover()
    assert names(lists) == ["Contoso / Tasks", "New / Tasks", "Team / Tasks", f"{HOSTILE} / Tasks"]
    assert lists.left_out["document libraries"] == 4
    assert lists.left_out["hidden and system lists"] >= 4


def test_they_come_if_they_are_asked_for(asked) -> None:
    _, discover = asked
    wanted = Wanted(["Team / *"])
    assert names(discover(wanted=wanted, libraries=True)) == ["Team / Documents", "Team / Tasks"]
    assert names(discover(wanted=wanted, hidden=True)) == ["Team / Catalog", "Team / People", "Team / Tasks"]


def test_a_list_is_told_as_the_operators_take_it(asked, tenant) -> None:
    emulator, discover = asked
    (found,) = discover(sites=SiteWishes(sites=[f"{emulator.url}{TEAM}"])).found
    tasks = tenant.sites[TEAM].list("Tasks")
    assert found.source() == {"site": f"{emulator.url}{TEAM}", "list": tasks.id, "name": "Team / Tasks"}
    assert found.web_url == f"{emulator.url}{tasks.path}"


def test_patterns_choose_by_address_too(asked) -> None:
    _, discover = asked
    assert names(discover(wanted=Wanted(["*/sites/team/lists/*"]))) == ["Team / Tasks"]


def test_a_site_that_may_not_be_seen_is_told_and_stops_nobody(asked) -> None:
    emulator, discover = asked
    emulator.sites[1].denied = True
    lists = discover()
    assert "Team / Tasks" not in names(lists)
    assert len(lists.found) == 3
    assert [refused.name for refused in lists.refused] == ["Team"]
    with pytest.raises(FixSetup, match="may not read"):
        discover(strict=True)


def test_a_site_without_a_grant_that_answers_as_if_empty_is_told() -> None:
    with wide_tenant(granted=[TEAM]).called() as (emulator, transport):
        sites = SiteWishes(sites=[f"{emulator.url}{path}" for path in (TEAM, MARKETING)])
        lists = discover_lists(ListWishes(sites=sites), Service(f"{emulator.url}/v1.0", transport))
    assert names(lists) == ["Team / Tasks"]
    assert "shows this application no list at all" in str(lists.refused[0].error)


def test_without_graph_the_sites_are_named(tenant) -> None:
    with tenant.serve() as emulator:
        wishes = ListWishes(sites=SiteWishes(sites=[f"{emulator.url}{TEAM}"]))
        (found,) = discover_lists(wishes, at_site=at_site).found
        assert (found.name, found.site) == ("team / Tasks", f"{emulator.url}{TEAM}")
        assert not any(request.path.startswith("/v1.0") for request in emulator.requests)


@pytest.mark.parametrize("sites", [SiteWishes(), SiteWishes(sites=["https://x/sites/a"], subsites=True)])
def test_sharepoint_itself_tells_of_no_site(sites) -> None:
    with pytest.raises(FixSetup, match="SharePoint itself does not tell which sites there are"):
        discover_lists(ListWishes(sites=sites), at_site=at_site)


def test_an_address_that_is_none_is_told_and_stops_nobody(tenant) -> None:
    with tenant.serve() as emulator:
        addresses = ["https://x/sites/a/page.aspx", *(f"{emulator.url}{path}" for path in (TEAM, MARKETING))]
        sites = SiteWishes(sites=addresses, wanted=Wanted(exclude=["marketing"]))
        lists = discover_lists(ListWishes(sites=sites), at_site=at_site)
    assert (names(lists), lists.left_out["sites by pattern"]) == (["team / Tasks"], 1)
    assert "address of a page" in str(lists.refused[0].error)


@pytest.mark.parametrize("list_id", ["", "{{ x }}", "1", None, "../../other"])
def test_a_list_whose_id_is_none_is_left_out(list_id) -> None:
    good = "b57af081-936c-4803-a120-d94887b03864"
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "h,1,1", "displayName": "Team", "webUrl": "https://x/sites/team"}]))
        graph.then(graph.page([{"id": list_id, "displayName": "Odd"}, {"id": good.upper(), "list": "no facet"}]))
        lists = discover_lists(ListWishes(), Service(graph.url, transport))
    assert [found.id for found in lists.found] == [good]


def test_a_next_page_of_a_sites_lists_at_another_host_gets_no_token() -> None:
    """F4."""
    with GraphService() as graph:
        graph.then(Reply.json({"value": [], "odata.nextLink": "https://elsewhere.example/x"}))
        with pytest.raises(BrokenFeed, match="another host"):
            discover_lists(ListWishes(sites=SiteWishes(sites=[graph.host])), at_site=at_site)
