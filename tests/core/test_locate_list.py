"""From a list as the user named it to the one that is followed, by both services."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.locate_list import ListPlace, find_site_id, locate_list
from airflow_provider_drivedelta.core.sources import SharePointList
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Emulator, Site
from tests.core.protocols.followed_list import AnyBearer
from tests.graph_service import GraphService, Reply

TITLE = "It's 100% Tëst"


@pytest.fixture
def site():
    return Site("/sites/a b")


@pytest.fixture(params=["sharepoint", "graph"])
def look_up(request, site):
    """Locates by a title, an id or an address, at the emulator."""
    own = site.add_list(TITLE, name="Test list")
    site.add_list("Other")
    with Emulator(sites=[site, Site("/sites/denied", denied=True)]) as emulator:
        address = f"{emulator.url}/sites/a%20b"

        def look_up(wanted: str, at: str = address) -> ListPlace:
            base = f"{emulator.url}/v1.0" if request.param == "graph" else at
            with Transport(auth=AnyBearer(), base_url=base) as transport:
                source = SharePointList.parse(at, wanted.format(id=own.id, upper=own.id.upper(), site=address))
                return locate_list(source, protocol=request.param, base_url=base, transport=transport)

        look_up.list, look_up.url = own, emulator.url
        yield look_up


@pytest.mark.parametrize(
    "wanted", [TITLE, TITLE.upper(), "{id}", "{{{upper}}}", "{site}/Lists/Test%20list/AllItems.aspx?x=1"]
)
def test_a_list_is_found_by_any_of_its_names(look_up, site, wanted: str) -> None:
    found = look_up(wanted)
    assert found.list_id == look_up.list.id
    assert found.site_id in (site.id, "")
    assert found.graph_site_id in (site.graph_id, "")


def test_sharepoint_says_the_sites_id_when_asked() -> None:
    site = Site("/sites/a b")
    with Emulator(sites=[site]) as emulator, Transport(auth=AnyBearer(), base_url=emulator.url) as transport:
        assert find_site_id(f"{emulator.url}/sites/a%20b", transport) == site.id


def test_what_is_not_there_is_told(look_up) -> None:
    for wanted in ("Nope", "{site}/Lists/Nope"):
        with pytest.raises(FixSetup, match=r"no list 'Nope'|no list '/sites"):
            look_up(wanted)


@pytest.mark.parametrize("path", ["/sites/nowhere", "/sites/denied"])
def test_a_site_that_is_not_shown_is_told(look_up, path: str) -> None:
    with pytest.raises(FixSetup, match=r"no such site|may not read"):
        look_up("x", look_up.url + path)


# -- what only Graph may answer --


@pytest.fixture
def service():
    with GraphService() as service:
        service.on(
            f"/v1.0/sites/h:/s?{_SELECT}",
            Reply.json({"id": "h,C0,B1", "webUrl": f"{service.host}/s"}),
        )
        service.lists = f"/v1.0/sites/h:/s:/lists?{_SELECT},parentReference"
        yield service


_SELECT = "$select=id,name,displayName,webUrl"


def graph(service: GraphService, wanted: str, site: str = "h:/s") -> ListPlace:
    with Transport(auth=AnyBearer(), base_url=service.url) as transport:
        source = SharePointList.parse(site, wanted)
        return locate_list(source, protocol="graph", base_url=service.url, transport=transport)


def lists(service: GraphService, *titles: str, more: str = "", site: object = "h,C0,B1") -> Reply:
    named = {"name": "n", "parentReference": {"siteId": site}}
    return service.page(
        [{"id": f"L{number}", "displayName": title, **named} for number, title in enumerate(titles)], next=more
    )


TASKS = ListPlace(list_id="l0", site_id="c0", graph_site_id="h,C0,B1")


def test_lists_come_in_pages_and_say_which_site_they_are_on(service) -> None:
    service.on(service.lists, lists(service, "A", more="/v1.0/more"))
    service.on("/v1.0/more", lists(service, "Tasks"))
    assert graph(service, "Tasks") == TASKS
    assert len(service.targets) == 2


@pytest.mark.parametrize("said", [None, 5, "B1", ",,"])
def test_a_site_that_a_list_does_not_name_is_looked_up(service, said: object) -> None:
    service.on(service.lists, lists(service, "Tasks", site=said))
    assert graph(service, "Tasks") == TASKS
    assert len(service.targets) == 2


def test_of_what_is_given_by_ids_nothing_is_asked(service) -> None:
    guid = "79cc20e6-adda-438e-8a96-792041b33168"
    place = graph(service, guid.upper(), "h,C0,B1")
    assert place == ListPlace(list_id=guid, site_id="c0", graph_site_id="h,C0,B1")
    assert service.targets == []


def test_a_title_in_its_own_spelling_counts_before_another(service) -> None:
    service.on(service.lists, lists(service, "TASKS", "Tasks"))
    assert graph(service, "Tasks").list_id == "l1"


def test_several_lists_of_one_title_are_a_question_back(service) -> None:
    service.on(service.lists, lists(service, "Tasks", "Tasks"))
    with pytest.raises(FixSetup, match=r"2 lists go by 'Tasks'.*L0, L1"):
        graph(service, "Tasks")


def test_where_there_is_none_the_sites_lists_are_named(service) -> None:
    service.on(service.lists, lists(service, *"ZYXWVUTSRQP"))
    with pytest.raises(FixSetup, match=r"no list 'Tasks'.*'P', 'Q', .* …"):
        graph(service, "Tasks")


@pytest.mark.parametrize(("body", "status"), [({"id": 5}, 200), ({}, 200), ({}, 410), ({}, 404)])
def test_what_is_no_site_is_told(service, body: object, status: int) -> None:
    service.on(service.lists, lists(service, "Tasks", site=None))
    service.replace(f"/v1.0/sites/h:/s?{_SELECT}", Reply.json(body, status))
    with pytest.raises(FixSetup):
        graph(service, "Tasks")
