"""From a list as the user named it to the one that is followed, by both services."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.locate_list import ListPlace, locate_list
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
    assert (found.list_id, found.title) == (look_up.list.id, TITLE)
    assert (found.site_id, found.web_id) == (site.id, site.web_id)


def test_what_is_not_there_is_told(look_up) -> None:
    for wanted in ("Nope", "{site}/Lists/Nope", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(FixSetup, match=r"no list 'Nope'|no list '/sites|no such site or list|no list '0000"):
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
        yield service


_SELECT = "$select=id,name,displayName,webUrl"


def graph(service: GraphService, wanted: str) -> ListPlace:
    with Transport(auth=AnyBearer(), base_url=service.url) as transport:
        source = SharePointList.parse("h:/s", wanted)
        return locate_list(source, protocol="graph", base_url=service.url, transport=transport)


def lists(service: GraphService, *titles: str, more: str = "") -> Reply:
    return service.page(
        [{"id": f"L{number}", "displayName": title, "name": "n"} for number, title in enumerate(titles)], next=more
    )


def test_lists_come_in_pages(service) -> None:
    service.on(f"/v1.0/sites/h,C0,B1/lists?{_SELECT}", lists(service, "A", more="/v1.0/more"))
    service.on("/v1.0/more", lists(service, "Tasks"))
    assert graph(service, "Tasks") == ListPlace(
        site_id="c0", web_id="b1", list_id="l0", title="Tasks", graph_site_id="h,C0,B1"
    )


def test_a_title_in_its_own_spelling_counts_before_another(service) -> None:
    service.on(f"/v1.0/sites/h,C0,B1/lists?{_SELECT}", lists(service, "TASKS", "Tasks"))
    assert graph(service, "Tasks").list_id == "l1"


def test_several_lists_of_one_title_are_a_question_back(service) -> None:
    service.on(f"/v1.0/sites/h,C0,B1/lists?{_SELECT}", lists(service, "Tasks", "Tasks"))
    with pytest.raises(FixSetup, match=r"2 lists go by 'Tasks'.*L0, L1"):
        graph(service, "Tasks")


def test_where_there_is_none_the_sites_lists_are_named(service) -> None:
    service.on(f"/v1.0/sites/h,C0,B1/lists?{_SELECT}", lists(service, *"ZYXWVUTSRQP"))
    with pytest.raises(FixSetup, match=r"no list 'Tasks'.*'P', 'Q', .* …"):
        graph(service, "Tasks")


@pytest.mark.parametrize(("body", "status"), [({"id": 5}, 200), ({}, 200), ({}, 410), ({}, 404)])
def test_what_is_no_site_is_told(service, body: object, status: int) -> None:
    service.replace(f"/v1.0/sites/h:/s?{_SELECT}", Reply.json(body, status))
    with pytest.raises(FixSetup):
        graph(service, "Tasks")
