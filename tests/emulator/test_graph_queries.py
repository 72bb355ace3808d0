"""What clients ask of Graph's collections besides their pages: filters, orders, counts, searches, single people."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.emulator import Account, Directory, Field, Group, Site

CHILDREN = "/v1.0/me/drive/root/children"


@pytest.fixture
def client(serve, drive):
    folder = drive.create_folder("Zoo")
    drive.create_file("b.txt", b"22", folder.id)
    for name, size in (("a.txt", 30), ("B.txt", 10), ("c'd.csv", 20)):
        drive.create_file(name, bytes(size))
    site = Site()
    tasks = site.add_list("Tasks", [Field("Rank", "Number", indexed=True), Field("Note", "Note")])
    for rank in (3, 1, 2):
        tasks.add({"Title": f"task {rank}", "Rank": rank})
    people = Directory(
        accounts=[Account("ada@contoso.com", "Ada"), Account("bob@contoso.com")], groups=[Group("Staff")]
    )
    return serve(drive, sites=[site], directory=people, page_size=2)


def names(client, link: str) -> list[str]:
    """Of all pages."""
    found: list[str] = []
    while link:
        page = client.get(link).json()
        found += [body["name"] for body in page["value"]]
        link = page.get("@odata.nextLink")
    return found


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("folder ne null", ["Zoo"]),
        ("file ne null", ["a.txt", "B.txt", "c'd.csv"]),
        ("name eq 'A.TXT'", ["a.txt"]),
        ("name eq 'c''d.csv'", ["c'd.csv"]),
        ("startswith(name, 'z') or endswith(name,'csv')", ["c'd.csv", "Zoo"]),
        ("size ge 20 and size lt 30", ["c'd.csv"]),
        ("file ne null and (size eq 10 or size eq 30)", ["a.txt", "B.txt"]),
        ("not contains(name,'.txt')", ["c'd.csv", "Zoo"]),
        ("createdBy/user/email eq 'nobody'", []),
        ("lastModifiedDateTime gt 2020-01-01T00:00:00Z and folder eq null", ["a.txt", "B.txt", "c'd.csv"]),
    ],
)
def test_a_filter_lets_through_what_it_says(client, clause: str, expected: list[str]) -> None:
    assert names(client, f"{CHILDREN}?$filter={clause}") == expected


@pytest.mark.parametrize(
    "clause", ["name", "name is 'a'", "name eq 'a", "(name eq 'a'", "name eq a b", "nope(name,'a')", "size eq ''')"]
)
def test_a_filter_that_nobody_understands_is_refused_and_not_ignored(client, clause: str) -> None:
    answer = client.get(f"{CHILDREN}?$filter={clause}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalidRequest")
    assert "filter" in answer.json()["error"]["message"]


def test_a_filter_of_any_length_ends(client) -> None:
    assert client.get(f"{CHILDREN}?$filter={'(' * 5000}").status_code == 400


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name desc", ["Zoo", "c'd.csv", "B.txt", "a.txt"]),
        ("size", ["Zoo", "B.txt", "c'd.csv", "a.txt"]),
        ("size desc", ["a.txt", "c'd.csv", "B.txt", "Zoo"]),
        ("folder desc, name desc", ["Zoo", "c'd.csv", "B.txt", "a.txt"]),
    ],
)
def test_an_order_holds_across_pages(client, order: str, expected: list[str]) -> None:
    assert names(client, f"{CHILDREN}?$orderby={order}&$select=name") == expected


def test_an_order_that_is_none_is_refused(client) -> None:
    assert client.get(f"{CHILDREN}?$orderby=name sideways").status_code == 400


def test_a_count_is_of_all_pages(client) -> None:
    page = client.get(f"{CHILDREN}?$count=true").json()
    assert (page["@odata.count"], len(page["value"])) == (4, 2)
    assert client.get("/v1.0/users?$count=true&$top=1").json()["@odata.count"] == 2


def test_a_search_finds_names_below_the_place(client, drive) -> None:
    assert names(client, "/v1.0/me/drive/root/search(q='B.T')") == ["b.txt", "B.txt"]
    assert names(client, f"/v1.0/drives/{drive.id}/search(q='c''d')") == ["c'd.csv"]
    assert names(client, "/v1.0/me/drive/root:/Zoo:/search(q='txt')?$top=1") == ["b.txt"]
    assert len(names(client, "/v1.0/me/drive/search(q='.')?$top=1")) == 4


def test_what_is_in_a_folder_comes_with_it_if_asked_for(client) -> None:
    told = client.get("/v1.0/me/drive/root:/Zoo?$expand=children").json()
    assert [child["name"] for child in told["children"]] == ["b.txt"]


def test_what_belongs_to_an_item_is_told_of_it(client) -> None:
    file = "/v1.0/me/drive/root:/a.txt"
    assert [each["roles"] for each in client.get(f"{file}:/permissions").json()["value"]] == [["owner"]]
    assert [(each["id"], each["size"]) for each in client.get(f"{file}:/versions").json()["value"]] == [("1.0", 30)]
    assert client.get("/v1.0/me/drive/root:/Zoo:/versions").status_code == 400
    assert client.get("/_api/v2.0/drive/root:/a.txt:/versions").status_code == 400  # not there: said, not failed


def test_items_of_a_list_are_filtered_and_ordered_by_what_has_an_index(client) -> None:
    page = client.get(f"{tasks(client)}?$expand=fields&$orderby=fields/Rank").json()
    assert [body["fields"]["Rank"] for body in page["value"]] == [1, 2]
    assert [body["fields"]["Rank"] for body in client.get(page["@odata.nextLink"]).json()["value"]] == [3]
    found = client.get(f"{tasks(client)}?$filter=fields/Rank gt 1&$expand=fields($select=Title)").json()["value"]
    assert [body["fields"]["Title"] for body in found] == ["task 3", "task 2"]


def test_a_filter_by_what_has_no_index_is_refused_unless_the_client_says_it_knows(client) -> None:
    wanted = f"{tasks(client)}?$filter=fields/Title eq 'task 3'"
    assert "it is not indexed" in client.get(wanted).json()["error"]["message"]
    known = client.get(wanted, headers={"Prefer": "HonorNonIndexedQueriesWarningMayFailRandomly"}).json()
    assert [body["id"] for body in known["value"]] == ["1"]


def test_people_are_found_by_id_and_by_name(client) -> None:
    ada = client.get("/v1.0/users/ADA@contoso.com").json()
    assert (ada["userPrincipalName"], ada["displayName"]) == ("ada@contoso.com", "Ada")
    assert client.get(f"/v1.0/users/{ada['id']}?$select=id").json().keys() == {"@odata.context", "id"}
    assert client.get("/v1.0/me").json()["id"] == ada["id"]
    staff = client.get("/v1.0/groups?$filter=displayName eq 'staff'").json()["value"]
    assert client.get(f"/v1.0/groups/{staff[0]['id']}").json()["displayName"] == "Staff"
    unknown = client.get("/v1.0/users/nobody@contoso.com")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_a_filter_finds_a_value_among_several(client) -> None:
    for wanted, found in (("unified", True), ("DynamicMembership", False)):
        groups = client.get(f"/v1.0/groups?$filter=groupTypes/any(c:c eq '{wanted}')").json()["value"]
        assert bool(groups) == found
    assert client.get("/v1.0/groups?$filter=groupTypes/any(c:d eq 'Unified')").status_code == 400


def test_every_tenant_has_a_root_site(client) -> None:
    assert client.get("/v1.0/sites/root").json()["displayName"] == "Communication site"
    assert client.get("/v1.0/sites/contoso.sharepoint.com/lists").json()["value"] == []


def tasks(client) -> str:
    site = client.emulator.site
    return f"/v1.0/sites/{site.graph_id}/lists/{site.list('Tasks').id}/items"
