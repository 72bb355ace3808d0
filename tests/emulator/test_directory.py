"""A tenant's sites, users, groups and libraries through Graph, and many questions in one request."""

import json

import pytest

from airflow_provider_drivedelta.emulator import Account, Directory, Drive, Group, Site
from tests.emulator.conftest import Client

HOST = "contoso.sharepoint.com"


@pytest.fixture
def sites() -> list[Site]:
    return [Site(path) for path in ("/", "/sites/a", "/sites/a/below", "/sites/b", "/personal/ada")]


def paths(values: list[dict]) -> list[str]:
    return [value["webUrl"].split("/", 3)[3] for value in values]


def whole(client: Client, link: str) -> list[dict]:
    """All members of a collection, over its pages."""
    values = []
    while link:
        page = client.get(link).json()
        values += page["value"]
        link = page.get("@odata.nextLink", "")
    return values


def test_all_sites_are_the_collections_personal_ones_among_them(serve, sites) -> None:
    client = serve(sites=sites)
    found = client.get("/v1.0/sites/getAllSites").json()["value"]
    assert paths(found) == ["", "sites/a", "sites/b", "personal/ada"]
    assert [site["isPersonalSite"] for site in found] == [False, False, False, True]


def test_pages_of_sites_lead_on_under_the_functions_full_name(serve, sites) -> None:
    client = serve(sites=sites, page_size=3)
    link = client.get("/v1.0/sites/getAllSites?$select=webUrl").json()["@odata.nextLink"]
    assert "/v1.0/sites/oneDrive.getAllSites?" in link
    assert paths(whole(client, "/v1.0/sites/getAllSites?$select=webUrl")) == ["", "sites/a", "sites/b", "personal/ada"]
    assert client.get("/v1.0/sites/getAllSites?$skiptoken=x").status_code == 400


def test_the_index_has_what_is_below_a_site_but_not_what_is_new(serve, sites) -> None:
    client = serve(sites=sites, directory=Directory(unindexed=["/sites/b"]))
    assert paths(whole(client, "/v1.0/sites?search=*")) == ["", "sites/a", "sites/a/below", "personal/ada"]


def test_subsites_are_those_below_a_site_and_none_are_below_the_root(serve, sites) -> None:
    client = serve(sites=sites)
    assert paths(whole(client, f"/v1.0/sites/{HOST}:/sites/a:/sites")) == ["sites/a/below"]
    assert whole(client, "/v1.0/sites/root/sites") == []


def test_with_sites_selected_the_tenant_is_closed_and_other_sites_are_empty(serve, sites) -> None:
    for site in sites:
        site.add_list("Tasks")
    library = Drive("Documents")
    owners = {f"sites/{HOST}:{path}": [library] for path in ("/sites/a", "/sites/b")}
    client = serve(library, sites=sites, owners=owners, directory=Directory(granted=["/sites/a"]))
    for closed in ("sites/getAllSites", "sites?search=*", "users", "groups", f"sites/{HOST}:/sites/b:/drives"):
        assert client.get(f"/v1.0/{closed}").status_code == 403, closed
    assert client.get(f"/v1.0/sites/{HOST}:/sites/b").status_code == 200
    assert client.get(f"/v1.0/sites/{HOST}:/sites/b:/lists").json()["value"] == []
    for open_one in ("lists", "drives"):
        assert len(client.get(f"/v1.0/sites/{HOST}:/sites/a:/{open_one}").json()["value"]) == 1


def test_what_is_the_services_own_shows_only_if_it_is_selected(serve) -> None:
    site, library, own = Site("/sites/a"), Drive("Documents", seed="1"), Drive("Catalog", seed="2")
    site.add_list("Tasks"), site.add_list("Hidden")
    site.list("Hidden").system = True
    owners = {f"sites/{HOST}:/sites/a": [library, own]}
    client = serve(library, own, sites=[site], owners=owners, directory=Directory(system=[own.id]))
    for collection in ("drives", "lists"):
        route = f"/v1.0/sites/{site.graph_id}/{collection}"
        assert len(whole(client, f"{route}?$select=id,name")) == 1
        shown = whole(client, f"{route}?$select=id,name,system")
        assert ["system" in each for each in shown] == [False, True]


def test_a_library_has_its_sites_address(serve) -> None:
    site, library = Site("/sites/a b"), Drive("Documents")
    client = serve(library, sites=[site], owners={f"sites/{HOST}:/sites/a b": [library]})
    (found,) = whole(client, f"/v1.0/sites/{site.graph_id}/drives")
    assert (found["id"], found["driveType"]) == (library.id, "documentLibrary")
    assert found["webUrl"] == f"{client.emulator.url}/sites/a%20b/Shared%20Documents"


def test_users_and_groups_are_listed_and_have_their_drives(serve) -> None:
    mine, ours = Drive("OneDrive", seed="1"), Drive("Documents", seed="2")
    directory = Directory(
        accounts=[Account("ada@contoso.com", "Ada"), Account("svc@contoso.com", licensed=False)],
        groups=[Group("Staff")],
    )
    client = serve(mine, ours, owners={"users/ada@contoso.com": [mine], "groups/Staff": [ours]}, directory=directory)
    ada, service = whole(client, "/v1.0/users?$select=id,displayName,userPrincipalName,assignedLicenses&$top=1")
    assert (ada["displayName"], ada["userPrincipalName"], len(ada["assignedLicenses"])) == ("Ada", "ada@contoso.com", 1)
    assert service["assignedLicenses"] == []
    (staff,) = whole(client, "/v1.0/groups?$select=id,displayName")
    owned = {f"users/{ada['id']}": mine, "users/ADA@contoso.com": mine, f"groups/{staff['id']}": ours}
    for owner, drive in owned.items():
        assert [found["id"] for found in whole(client, f"/v1.0/{owner}/drives")] == [drive.id]
    none = client.get(f"/v1.0/users/{service['id']}/drives")
    assert (none.status_code, none.json()["error"]["code"]) == (404, "ResourceNotFound")


def posted(client: Client, *urls: str, method: str = "GET") -> list[dict]:
    steps = [{"id": str(number), "method": method, "url": url} for number, url in enumerate(urls)]
    answer = client.session.post(f"{client.emulator.url}/v1.0/$batch", data=json.dumps({"requests": steps}))
    assert answer.status_code == 200, answer.text
    return answer.json()["responses"]


def test_a_batch_answers_each_by_itself_in_no_order(serve, sites) -> None:
    client = serve(sites=sites)
    replies = posted(client, "/sites/root", "/sites/none", "/sites/getAllSites?$select=id")
    assert [(reply["id"], reply["status"]) for reply in replies] == [("2", 200), ("1", 404), ("0", 200)]
    assert replies[2]["body"]["id"] == sites[0].graph_id
    assert [reply["status"] for reply in posted(client, "/sites/root", method="DELETE")] == [405]


def test_a_batch_has_twenty_steps_at_most_and_a_token(serve) -> None:
    client = serve()
    address = f"{client.emulator.url}/v1.0/$batch"
    many = [{"id": str(number), "method": "GET", "url": "/me/drive"} for number in range(21)]
    assert client.session.post(address, data=json.dumps({"requests": many})).status_code == 400
    assert client.session.post(address, data="{}").status_code == 400
    del client.session.headers["Authorization"]
    assert client.session.post(address, data=json.dumps({"requests": many[:1]})).status_code == 401
