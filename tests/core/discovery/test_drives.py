"""Which drives are found: of sites, of users, of groups."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_provider_drivedelta.core.discovery.drives import DriveWishes, discover_drives
from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.sites import SiteWishes
from airflow_provider_drivedelta.core.discovery.users import discover_users
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.found import Discovery, FoundDrive
from tests.graph_service import GraphService, Reply
from tests.wide_tenant import MARKETING, TEAM, WideTenant, transport_to, wide_tenant

ADVERTS = "{{ var.value.secret }} {% now %} / Adverts"


@pytest.fixture
def tenant() -> WideTenant:
    return wide_tenant()


@pytest.fixture(params=[200, 2], ids=["one page", "pages of two"])
def service(request, tenant) -> Iterator[Service]:
    with tenant.called(page_size=request.param) as (emulator, transport):
        yield Service(f"{emulator.url}/v1.0", transport)


def found(service: Service, **wishes: object) -> Discovery[FoundDrive]:
    return discover_drives(DriveWishes(**wishes), service)  # type: ignore[arg-type]


def names(discovery: Discovery[FoundDrive]) -> list[str]:
    return [drive.name for drive in discovery.found]


def test_sites_have_libraries_without_the_services_own(service, tenant) -> None:
    libraries = found(service)
    assert names(libraries) == ["Team / Documents", ADVERTS]
    assert libraries.found[0].source()["source"] == tenant.source("Documents")
    assert libraries.left_out == {"personal sites": 1, "sites without a drive": 2, "system libraries": 1}


def test_the_services_own_come_if_they_are_asked_for(service) -> None:
    named = names(found(service, system=True, wanted=Wanted(["Team*"])))
    assert named == ["Team / Catalog", "Team / Documents", "Team / Preservation Hold Library"]


def test_libraries_of_subsites_come_if_they_are_asked_for(service) -> None:
    assert names(found(service, sites=SiteWishes(subsites=True))) == ["Plans / Plans", "Team / Documents", ADVERTS]


def test_personal_sites_have_their_users_drives_each_counted_once(service) -> None:
    drives = found(service, of=["users", "sites"], sites=SiteWishes(personal=True))
    assert names(drives) == ["Ada's OneDrive / OneDrive", "Team / Documents", ADVERTS]


def test_sites_that_are_not_wanted_are_not_asked(tenant) -> None:
    with tenant.called() as (emulator, transport):
        sites = SiteWishes(wanted=Wanted(exclude=["*{{*", "Contoso", "New"]))
        assert names(found(Service(f"{emulator.url}/v1.0", transport), sites=sites)) == ["Team / Documents"]
        assert sum("/drives" in request.path for request in emulator.requests) == 1


def test_users_have_drives_unless_they_were_given_none(service, tenant) -> None:
    drives = found(service, of=["users"])
    assert [drive.source() for drive in drives.found] == [
        {"source": tenant.source("OneDrive"), "name": "Ada / OneDrive"}
    ]
    assert drives.left_out == {"users without a drive": 1, "users without a licence": 1}
    assert found(service, of=["users"], unlicensed=True).left_out == {"users without a drive": 2}


def test_a_library_of_a_group_and_of_its_site_counts_once(service) -> None:
    assert names(found(service, of=["sites", "users", "groups"])) == [
        "Ada / OneDrive",
        "Staff / Staff files",
        "Team / Documents",
        ADVERTS,
    ]


def test_who_is_named_and_has_no_drive_is_told(service) -> None:
    drives = found(service, of=["users"], users=["ada@contoso.com", "bob@contoso.com", "nobody@contoso.com"])
    assert names(drives) == ["ada@contoso.com / OneDrive"]
    assert [refused.name for refused in drives.refused] == ["bob@contoso.com", "nobody@contoso.com"]
    with pytest.raises(FixSetup, match="404"):
        found(service, of=["users"], users=["bob@contoso.com"], strict=True)


def test_a_site_without_a_grant_is_told_and_stops_nobody() -> None:
    with wide_tenant(granted=[TEAM]).called() as (emulator, transport):
        service = Service(f"{emulator.url}/v1.0", transport)
        sites = SiteWishes(sites=[f"{emulator.url}{MARKETING}", f"{emulator.url}{TEAM}"])
        drives = found(service, sites=sites)
        assert names(drives) == ["Team / Documents"]
        (refused,) = drives.refused
        assert "403" in str(refused.error)
        with pytest.raises(FixSetup, match=r"Sites\.Selected"):
            found(service, sites=sites, strict=True)


def test_a_site_that_is_named_and_shows_nothing_is_told(service) -> None:
    drives = found(service, sites=SiteWishes(sites=["contoso.sharepoint.com:/sites/new"]))
    assert drives.found == []
    assert "shows this application no drive" in str(drives.refused[0].error)


@pytest.mark.parametrize(("of", "permission"), [("users", "User.Read.All"), ("groups", "GroupMember.Read.All")])
def test_an_application_that_may_not_list_is_told_what_it_lacks(of, permission) -> None:
    told = rf"may not list the tenant's {of}: 403.*{permission}"
    with wide_tenant(granted=[TEAM]).called() as (emulator, transport), pytest.raises(FixSetup, match=told):
        found(Service(f"{emulator.url}/v1.0", transport), of=[of])


def test_to_name_somebody_whose_drives_are_not_asked_for_is_a_mistake() -> None:
    with pytest.raises(FixSetup, match="users are named, but only drives of sites are asked for"):
        DriveWishes(users=["ada@contoso.com"])


def test_users_are_told_with_their_names(service) -> None:
    users = discover_users(service)
    assert [(user.name, user.login) for user in users.found] == [("Ada", "ada@contoso.com"), ("bob", "bob@contoso.com")]
    assert [user.name for user in discover_users(service, wanted=Wanted(["*@contoso.com"], ["ada*"])).found] == ["bob"]


def test_a_user_whose_licences_are_not_told_is_asked() -> None:
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "1", "displayName": "Ann", "assignedLicenses": None}]))
        graph.then(graph.page([{"id": "b!1", "name": "OneDrive"}]))
        assert names(found(Service(graph.url, transport), of=["users"])) == ["Ann / OneDrive"]


@pytest.mark.parametrize("drive_id", ["{{ x }}", "a/b", "", "x" * 201, None, 5, "a\nb"])
def test_a_drive_whose_id_is_none_is_left_out(drive_id) -> None:
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "1", "displayName": "Ann"}]))
        graph.then(graph.page([{"id": drive_id, "name": "Odd"}, {"id": "b!1", "name": "OneDrive"}]))
        assert names(found(Service(graph.url, transport), of=["users"])) == ["Ann / OneDrive"]


@pytest.mark.parametrize(
    "web_url",
    [
        "https://x/sites/a/PreservationHoldLibrary",
        "https://x/sites/a/Style%20Library",
        "https://x/sites/a/FormServerTemplates/",
        "https://x/sites/a/_catalogs/masterpage",
    ],
)
def test_the_services_own_libraries_are_known_by_their_address_in_any_language(web_url) -> None:
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "1", "displayName": "Ann"}]))
        drives = [{"id": "b!1", "name": "Archivbibliothek", "webUrl": web_url}, {"id": "b!2", "webUrl": "https://["}]
        graph.then(graph.page(drives))
        discovered = found(Service(graph.url, transport), of=["users"])
        assert (names(discovered), discovered.left_out) == (["Ann / b!2"], {"system libraries": 1})


def test_a_site_that_is_locked_is_told(tenant) -> None:
    """F3."""
    with GraphService() as graph, transport_to(graph.url) as transport:
        graph.then(graph.page([{"id": "h,1,1", "displayName": "Team", "webUrl": "https://x/sites/team"}]))
        graph.then(Reply.json({"error": {"code": "notAllowed"}}, 423))
        (refused,) = found(Service(graph.url, transport)).refused
        assert "The site is locked: 423" in str(refused.error)
