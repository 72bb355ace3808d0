"""SharePoint REST around the changes: addresses however spelled, sites, lists, fields and items as JSON."""

import pytest

from airflow_provider_drivedelta.emulator import Drive, Emulator, Field, Person, Site
from tests.emulator.sharepoint_caller import NOMETADATA, VERBOSE, Caller

HARD = "It's 100 % / ünïcode"


@pytest.fixture
def caller():
    site, root = Site(zone="America/Los_Angeles"), Site("/", title="Root")
    closed = Site("/sites/closed", denied=True)
    own = site.add_list(HARD, [Field("Lead", "User"), Field("Due date", "Text")])
    root.add_list("Top")
    own.add({"Title": "a", "Due date": "soon", "Lead": Person("Bob", "bob@contoso.com")})
    own.add_folder("F")
    with Emulator(sites=[site, root, closed], drives=[Drive()]) as emulator:
        yield Caller(emulator, own)


def get(caller, path: str, accept: str = NOMETADATA, site: str = "/sites/team"):
    headers = {"Authorization": "Bearer x", "Accept": accept}
    return caller.session.get(f"{caller.emulator.url}{site}/_api/{path}", headers=headers)


@pytest.mark.parametrize(
    "path",
    [
        "web/lists(guid'{id}')",
        "Web/Lists(guid'{ID}')",
        "lists(guid'{id}')",
        "web/lists/getbyid('{id}')",
        "web/lists/getById(guid'{id}')",
        "web/lists/getbytitle('It''s 100 %25 %2F %C3%BCn%C3%AFcode')",
        "WEB/LISTS/GETBYTITLE('it%27%27s 100 %25 / %C3%9CN%C3%8FCODE')",
        "web/lists/getbytitle(@t)?@t='It''s%20100%20%25%20%2F%20%C3%BCn%C3%AFcode'",
        "web/GetList('/sites/team/Lists/It''s 100 %25  %C3%BCn%C3%AFcode')",
        "web/GetList(@a)?@a='/sites/team/lists/it''s%20100%20%25%20%20%C3%BCn%C3%AFcode'",
        "//web//lists(guid'{id}')/",
    ],
)
def test_a_list_is_found_however_it_is_addressed(caller, path) -> None:
    own = caller.list
    found = get(caller, path.replace("{id}", own.id).replace("{ID}", own.id.upper()))
    assert found.status_code == 200, found.text
    assert (found.json()["Id"], found.json()["Title"]) == (own.id, HARD)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("web/lists/getbytitle('Nope')", 404, "-1, System.ArgumentException"),
        ("web/lists(guid'0f8fad5b-d9cb-469f-a165-70867728950e')", 404, "-2130575322, Microsoft.SharePoint.SPException"),
        ("web/GetList('/sites/team/Lists/Nope')", 404, "-2147024894, System.IO.FileNotFoundException"),
        ("web/nope", 404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"),
        ("nope", 404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"),
        ("web/lists(guid'{id}')/nope", 404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"),
        ("web/lists(guid'{id}')/items(99)", 404, "-2130575338, System.ArgumentException"),
        ("web/lists(nope)", 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"),
        (
            "web/lists(guid'{id}')/items?$filter=ID eq 1",
            400,
            "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
        ),
    ],
)
def test_what_is_not_there_is_refused_in_the_services_words(caller, path, status, code) -> None:
    answer = get(caller, path.replace("{id}", caller.list.id))
    assert (answer.status_code, answer.json()["odata.error"]["code"]) == (status, code)


def test_a_site_that_is_not_there_or_not_ours_says_so(caller) -> None:
    assert get(caller, "web", site="/sites/nope").status_code == 404
    assert get(caller, "web", site="/sites/closed").status_code == 403
    assert caller.session.get(f"{caller.emulator.url}/sites/team/Lists").status_code == 404


def test_the_root_site_has_no_path(caller) -> None:
    assert get(caller, "web", site="").json()["ServerRelativeUrl"] == "/"
    (top,) = get(caller, "web/lists", site="").json()["value"]
    assert top["Title"] == "Top"


def test_lists_are_found_below_their_site(caller) -> None:
    (found,) = get(caller, "web/lists").json()["value"]
    assert (found["Title"], found["ItemCount"]) == (HARD, 2)
    assert found["CurrentChangeToken"]["StringValue"].startswith(f"1;3;{caller.list.id};")


def test_a_site_says_who_it_is_and_what_time_it_keeps(caller) -> None:
    site = caller.list.site
    assert get(caller, "web").json()["Id"] == site.web_id
    assert get(caller, "site").json()["Id"] == site.id
    zone = get(caller, "web/RegionalSettings/TimeZone").json()
    assert zone["Information"] == {"Bias": 480, "DaylightBias": -60, "StandardBias": 0}


def test_a_digest_is_handed_out_in_both_shapes(caller) -> None:
    url = f"{caller.emulator.url}/sites/team/_api/contextInfo"
    verbose = caller.post("", url=url, Accept=VERBOSE).json()["d"]["GetContextWebInformation"]
    light = caller.post("", url=url).json()
    assert verbose["WebFullUrl"] == light["WebFullUrl"] == f"{caller.emulator.url}/sites/team"
    assert light["FormDigestTimeoutSeconds"] == 1800
    assert verbose["SupportedSchemaVersions"]["results"] == light["SupportedSchemaVersions"]
    assert get(caller, "contextinfo").status_code == 405


def test_fields_are_told_with_their_schema(caller) -> None:
    path = f"web/lists(guid'{caller.list.id}')/fields"
    fields = {field["InternalName"]: field for field in get(caller, path).json()["value"]}
    assert fields["Due_x0020_date"]["Title"] == "Due date"
    assert fields["Lead"]["TypeAsString"] == "User"
    assert fields["Lead"]["SchemaXml"].startswith("<Field ")
    assert get(caller, f"{path}/getbyinternalnameortitle('Due date')").json()["InternalName"] == "Due_x0020_date"


def test_items_are_told_one_by_one_and_in_pages(caller) -> None:
    path = f"web/lists(guid'{caller.list.id}')/items"
    item = get(caller, f"{path}(1)").json()
    assert (item["Id"], item["Title"], item["LeadId"], item["Due_x0020_date"]) == (1, "a", 12, "soon")
    assert get(caller, f"{path}(2)?$select=Id,FileSystemObjectType").json() == {
        "FileSystemObjectType": 1,
        "Id": 2,
        "ID": 2,  # the service has both, and selecting one brings the other
    }
    first = get(caller, f"{path}?$top=1&$select=Id").json()
    headers = {"Authorization": "Bearer x", "Accept": NOMETADATA}
    second = caller.session.get(first["odata.nextLink"], headers=headers).json()
    assert [*first["value"], *second["value"]] == [{"Id": 1, "ID": 1}, {"Id": 2, "ID": 2}]
    assert "odata.nextLink" not in second


def test_verbose_json_wraps_and_types_everything(caller) -> None:
    path = f"web/lists(guid'{caller.list.id}')"
    itself = get(caller, path, VERBOSE).json()["d"]
    assert itself["__metadata"]["type"] == "SP.List"
    items = get(caller, f"{path}/items?$top=1", VERBOSE).json()["d"]
    assert len(items["results"]) == 1
    assert "__next" in items


def test_a_resource_that_is_not_asked_for_as_json_is_refused(caller) -> None:
    assert get(caller, "web", "*/*").status_code == 406


def test_nothing_is_written_over_the_wire(caller) -> None:
    url = f"{caller.emulator.url}/sites/team/_api/web/lists(guid'{caller.list.id}')/items"
    assert caller.post({"Title": "b"}, url=url).status_code == 405
    assert len(caller.list.walk()) == 2
