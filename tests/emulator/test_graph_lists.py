"""Lists through Graph: sites found, lists and columns told, and the delta of a list's items."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from airflow_provider_drivedelta.emulator import Field, Lookup, Person, Refusal, Site, Term, Url
from tests.emulator.conftest import Client

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def own():
    return Site(zone="America/Los_Angeles").add_list("It's", [Field("State", "Choice", choices=("open", "done"))])


@pytest.fixture
def client(serve, own) -> Client:
    return serve(sites=[own.site])


@pytest.fixture
def delta(own) -> str:
    return f"/v1.0/sites/{own.site.graph_id}/lists/{own.id}/items/delta"


def ids(read) -> list[str]:
    return [item["id"] for item in read.items]


@pytest.mark.parametrize(
    "site",
    [
        "contoso.sharepoint.com,{id},{web}",
        "{id}",
        "contoso.sharepoint.com:/sites/team",
        "contoso.sharepoint.com:/sites/team:",
        "CONTOSO.sharepoint.com:/Sites/Team",
        "127.0.0.1:/sites/team",
    ],
)
def test_a_site_is_found_by_id_and_by_path(client, own, site) -> None:
    path = site.replace("{id}", own.site.id).replace("{web}", own.site.web_id)
    body = client.get(f"/v1.0/sites/{path}").json()
    assert body["id"] == own.site.graph_id
    assert body["webUrl"] == f"{client.emulator.url}/sites/team"


def test_behind_its_own_name_graph_gives_the_sites_own_address(client) -> None:
    body = client.get("/v1.0/sites?search=tea", headers={"Host": "graph.microsoft.com"}).json()
    assert [site["webUrl"] for site in body["value"]] == ["https://contoso.sharepoint.com/sites/team"]
    assert client.get("/v1.0/sites?search=nope").json()["value"] == []


def test_lists_and_columns_are_told(client, own) -> None:
    lists = client.get("/v1.0/sites/contoso.sharepoint.com:/sites/team:/lists").json()["value"]
    assert [(found["id"], found["displayName"]) for found in lists] == [(own.id, "It's")]
    for key in (own.id, "It's", "It%27s"):
        assert client.get(f"/v1.0/sites/{own.site.id}/lists/{key}").json()["id"] == own.id
    columns = client.get(f"/v1.0/sites/{own.site.id}/lists/{own.id}/columns").json()["value"]
    state = next(column for column in columns if column["name"] == "State")
    assert state["choice"]["choices"] == ["open", "done"]


@pytest.mark.parametrize("path", ["sites/nope", "sites/{site}/lists/nope", "sites/{site}/lists/{list}/items/99"])
def test_what_is_not_there_is_not_found(client, own, path) -> None:
    answer = client.get("/v1.0/" + path.replace("{site}", own.site.id).replace("{list}", own.id))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "itemNotFound")


def test_a_denied_site_is_forbidden_and_not_found_by_searching(serve) -> None:
    site = Site(denied=True)
    client = serve(sites=[site])
    assert client.get(f"/v1.0/sites/{site.id}/lists").status_code == 403
    assert client.get("/v1.0/sites?search=*").json()["value"] == []


def test_a_first_read_brings_every_item_in_pages(client, own, delta) -> None:
    folder = own.add_folder("F")
    for number in range(5):
        own.add({"Title": f"{number}"}, folder.id)
    read = client.read(f"{delta}?$top=4&$expand=fields")
    assert [len(page) for page in read.pages] == [4, 2]
    assert ids(read) == ["1", "2", "3", "4", "5", "6"]
    assert read.by_id["2"]["fields"]["Title"] == "0"
    assert read.by_id["1"]["contentType"]["name"] == "Folder"
    assert read.by_id["2"]["parentReference"]["siteId"] == own.site.graph_id


def test_the_links_keep_the_options_and_need_no_more(client, own, delta) -> None:
    own.add({"Title": "a", "State": "open"})
    read = client.read(f"{delta}?$expand=fields($select=State)")
    assert set(read.items[0]["fields"]) - {"@odata.etag"} == {"State"}
    own.edit(1, {"State": "done"})
    assert client.read(read.delta_link).items[0]["fields"]["State"] == "done"


def test_fields_come_only_when_expanded(client, own, delta) -> None:
    own.add({"Title": "a"})
    assert "fields" not in client.read(delta).items[0]
    assert client.get(f"{delta}?$expand=driveItem").status_code == 400


def test_a_delta_brings_each_changed_item_once_and_tombstones(client, own, delta) -> None:
    for title in "abc":
        own.add({"Title": title})
    link = client.read(delta).delta_link
    own.edit(1, {"Title": "x"})
    own.delete(2)
    own.system_update(1, {"Title": "y"})
    own.add({"Title": "new"})
    read = client.read(link + "&$expand=fields")
    assert ids(read) == ["2", "1", "4"]
    assert read.by_id["1"]["fields"]["Title"] == "y"
    assert read.by_id["2"]["deleted"] == {"state": "deleted"}
    assert set(read.by_id["2"]) == {"id", "parentReference", "contentType", "deleted"}
    assert client.read(read.delta_link).items == []


def test_an_increment_comes_in_pages_as_well(client, own, delta) -> None:
    link = client.read(f"{delta}?$top=2").delta_link
    for title in "abcde":
        own.add({"Title": title})
    read = client.read(link, between=lambda: own.add({"Title": "late"}))
    assert ids(read) == ["1", "2", "3", "4", "5"]
    assert ids(client.read(read.delta_link)) == ["6"]


def test_a_change_in_the_middle_of_a_full_read_comes_again(client, own, delta) -> None:
    for title in "abc":
        own.add({"Title": title})
    read = client.read(f"{delta}?$top=2", between=lambda: (own.edit(1, {"Title": "x"}), own.delete(3)))
    assert ids(read) == ["1", "2"]
    after = client.read(read.delta_link)
    assert (ids(after), after.deleted) == (["1", "3"], {"3"})


@pytest.mark.parametrize("spelling", ["?token=latest", "(token='latest')", "()?$expand=fields&token=latest"])
def test_latest_brings_nothing_and_a_token(client, own, delta, spelling) -> None:
    own.add({"Title": "a"})
    read = client.read(delta + spelling)
    assert read.items == []
    own.add({"Title": "b"})
    assert ids(client.read(read.delta_link)) == ["2"]


def test_a_restored_item_is_alive_again(client, own, delta) -> None:
    own.add({"Title": "a"})
    link = client.read(delta).delta_link
    own.delete(1)
    gone = client.read(link)
    own.restore(1)
    assert (gone.deleted, client.read(gone.delta_link).deleted) == ({"1"}, set())


@pytest.mark.parametrize(("flavour", "words"), [("apply", "Replace any local items"), ("upload", "Upload any local")])
def test_an_expired_token_is_refused_and_leads_to_a_new_read(client, own, delta, flavour, words) -> None:
    own.add({"Title": "a"})
    link = client.read(delta).delta_link
    own.expire_tokens(Refusal(flavour=flavour))
    answer = client.get(link)
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "resyncRequired"
    assert words in answer.json()["error"]["message"]
    assert ids(client.read(answer.headers["Location"])) == ["1"]


def test_where_the_refusal_leads_can_be_nowhere_or_broken(client, own, delta) -> None:
    link = client.read(delta).delta_link
    own.expire_tokens(Refusal(location=False))
    assert "Location" not in client.get(link).headers
    own.expire_tokens(Refusal(location="broken"))
    assert client.get(client.get(link).headers["Location"]).status_code == 500
    own.expire_tokens(Refusal(location="https://example.com/"))
    assert client.get(link).headers["Location"] == "https://example.com/"


def test_tokens_of_all_lists_and_drives_expire_together(client, delta) -> None:
    link = client.read(delta).delta_link
    client.emulator.expire(flavour="upload", message_only=False)
    assert client.get(link).json()["error"]["code"] == "resyncChangesUploadDifferences"


def test_a_token_lives_sixty_days_and_no_restore_of_the_whole_list(client, own, delta) -> None:
    link = client.read(delta).delta_link
    own.site.clock.advance(timedelta(days=59))
    assert client.get(link).status_code == 200
    own.site.clock.advance(timedelta(days=2))
    assert client.get(link).status_code == 410
    link = client.read(delta).delta_link
    own.restore_backup(own.backup())
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("token", ["garbage", "NDslMjM0"])
def test_a_malformed_token_is_a_bad_request(client, delta, token) -> None:
    assert client.get(f"{delta}?token={token}").status_code == 400


def test_an_error_can_stand_where_a_deleted_item_belongs(client, own, delta) -> None:
    """The live defect: status 200, and an error object inside ``value``."""
    own.quirks.error_for_deleted = True
    own.add({"Title": "a"})
    link = client.read(delta).delta_link
    own.delete(1)
    answer = client.get(link)
    assert answer.status_code == 200
    (only,) = answer.json()["value"]
    assert set(only) == {"error"}


def test_values_are_written_as_graph_has_them(client, own, delta) -> None:
    bob = Person("Bob", "bob@contoso.com")
    made = {
        ("When", "DateTime", ""): datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC),
        ("Due", "DateTime", "DateOnly"): date(2026, 7, 1),
        ("Budget", "Currency", ""): Decimal("1.5"),
        ("Done", "Boolean", ""): True,
        ("Lead", "User", ""): bob,
        ("Crew", "UserMulti", ""): (bob,),
        ("Parent", "Lookup", ""): Lookup(7, "seven"),
        ("Others", "LookupMulti", ""): (Lookup(7, "seven"),),
        ("Home", "URL", ""): Url("http://x", "X"),
        ("Region", "TaxonomyFieldType", ""): Term(1, "North", GUID),
        ("Tags", "MultiChoice", ""): ("a", "b"),
    }
    for name, kind, format in made:
        own.add_field(Field(name, kind, format=format))
    own.add({name: value for (name, _, _), value in made.items()})
    fields = client.read(f"{delta}?$expand=fields").items[0]["fields"]
    assert fields["When"] == "2026-07-01T12:00:00Z"
    assert fields["Due"] == "2026-07-01T07:00:00Z"
    assert (fields["Budget"], fields["Done"], fields["Tags"]) == (1.5, True, ["a", "b"])
    assert (fields["LeadLookupId"], fields["ParentLookupId"]) == ("12", "7")
    assert fields["Crew"] == [{"LookupId": 12, "LookupValue": "Bob", "Email": "bob@contoso.com"}]
    assert fields["Others"] == [{"LookupId": 7, "LookupValue": "seven"}]
    assert fields["Home"] == {"Description": "X", "Url": "http://x"}
    assert fields["Region"] == {"Label": "North", "TermGuid": GUID, "WssId": 1}


def test_items_are_listed_and_fetched_one_by_one(client, own) -> None:
    for title in "abc":
        own.add({"Title": title})
    items = f"/v1.0/sites/{own.site.id}/lists/{own.id}/items"
    first = client.get(f"{items}?$top=2&$expand=fields").json()
    second = client.get(first["@odata.nextLink"]).json()
    assert [item["fields"]["Title"] for item in [*first["value"], *second["value"]]] == ["a", "b", "c"]
    assert client.get(f"{items}/2").json()["fields"]["Title"] == "b"


def test_drives_of_a_site_are_still_drives(client) -> None:
    assert client.get("/v1.0/sites/contoso.sharepoint.com:/sites/team:/drive").status_code == 200
