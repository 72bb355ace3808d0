"""Office365-REST-Python-Client, which nobody here wrote, follows drives and lists of the emulator."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from office365.delta_collection import DeltaCollection
from office365.graph_client import GraphClient
from office365.onedrive.driveitems.driveItem import DriveItem
from office365.onedrive.listitems.list_item import ListItem
from office365.runtime.auth.token_response import TokenResponse
from office365.runtime.http.request_options import RequestOptions
from office365.sharepoint.changes.log_item_query import ChangeLogItemQuery
from office365.sharepoint.client_context import ClientContext
from requests import Response

from airflow_provider_drivedelta.emulator import Drive, Emulator, sample_site
from tests.emulator.sharepoint_caller import COMPLETE, taken_apart


@pytest.fixture
def emulator():
    drive = Drive("Documents", seed="office365")
    drive.create_file("a.txt", b"a", drive.create_folder("Reports").id)
    with Emulator(drives=[drive], sites=[sample_site()]) as emulator:
        yield emulator


def bearer() -> TokenResponse:
    return TokenResponse(access_token="a-token", token_type="Bearer")


@pytest.fixture
def sharepoint(emulator) -> ClientContext:
    return ClientContext(f"{emulator.url}/sites/team").with_access_token(bearer)


def changes(sharepoint: ClientContext, **query: str):
    projects = sharepoint.web.lists.get_by_title("Projects")
    options = COMPLETE.format(query.pop("more", ""))
    result = projects.get_list_item_changes_since_token(ChangeLogItemQuery(QueryOptions=options, **query))
    sharepoint.execute_query()
    assert isinstance(result.value, bytes)
    return taken_apart(result.value)


def test_it_reads_the_changes_of_a_list(emulator, sharepoint) -> None:
    first = changes(sharepoint, RowLimit="100")
    assert len(first.rows) == len(emulator.site.list("Projects").walk())
    emulator.site.list("Projects").edit(2, {"Title": "edited"})
    emulator.site.list("Projects").delete(3)
    after = changes(sharepoint, ChangeToken=first.token)
    assert [row["ows_LinkTitle"] for row in after.rows] == ["edited"]
    assert after.ids == [("Delete", "3")]


def test_it_reads_the_list_its_fields_and_an_item(emulator, sharepoint) -> None:
    projects = sharepoint.web.lists.get_by_title("Projects")
    sharepoint.load(projects)
    fields = projects.fields.get().execute_query()
    item = projects.get_item_by_id(2).get().execute_query()
    assert projects.properties["ItemCount"] == 39
    assert {"Due_x0020_date", "Budget"} <= {field.internal_name for field in fields}
    assert item.properties["Title"] == "Project 01"
    assert "<Field " in ElementTree.tostring(changes(sharepoint).schema).decode()


def test_it_pages_through_the_items(sharepoint) -> None:
    items = sharepoint.web.lists.get_by_title("Projects").items.get_all(page_size=10).execute_query()
    assert len(items) == 39


@dataclass
class Followed:
    """A Graph client, led to the emulator, and the token of the last delta that it read.

    Its host is Microsoft's, whatever one says, and version 3.3 drops the deltaLink on the way.
    """

    client: GraphClient
    origin: str
    token: str = ""

    def redirect(self, request: RequestOptions) -> None:
        request.url = request.url.replace("https://graph.microsoft.com", self.origin)

    def note(self, response: Response) -> None:
        link = response.json().get("@odata.deltaLink", "")
        self.token = dict(parse_qsl(urlsplit(link).query)).get("token", "")


@pytest.fixture
def graph(emulator) -> Followed:
    client = GraphClient(lambda: {"access_token": "a-token", "token_type": "Bearer"})
    followed = Followed(client, emulator.url)
    client.pending_request().beforeExecute += followed.redirect
    client.pending_request().afterExecute += followed.note
    return followed


def test_it_follows_a_drive(emulator, graph) -> None:
    def read() -> DeltaCollection[DriveItem]:
        delta = graph.client.drives[emulator.drive.id].root.delta
        return (delta.token(graph.token) if graph.token else delta).get().execute_query()

    assert {item.name for item in read()} == {"root", "Reports", "a.txt"}
    reports = emulator.drive.find("Reports")
    emulator.drive.rename(reports.id, "Renamed")
    emulator.drive.delete(emulator.drive.find("Renamed/a.txt").id)
    after = read()
    assert {item.name for item in after if not item.properties.get("deleted")} == {"root", "Renamed"}
    assert len([item for item in after if item.properties.get("deleted")]) == 1


def test_it_follows_a_list_through_graph(emulator, graph) -> None:
    own = emulator.site.list("Projects")

    def read() -> DeltaCollection[ListItem]:
        delta = graph.client.sites[own.site.graph_id].lists[own.id].items.delta.expand(["fields"])
        return (delta.token(graph.token) if graph.token else delta).get().execute_query()

    assert len(read()) == 39
    own.edit(2, {"Title": "edited"})
    own.delete(3)
    after = read()
    assert [item.properties["id"] for item in after] == ["2", "3"]
    assert after[0].properties["fields"].properties["Title"] == "edited"
    assert after[1].properties["deleted"]


def test_it_finds_the_site_and_its_lists(emulator, graph) -> None:
    site = graph.client.sites.get_by_url("https://contoso.sharepoint.com/sites/team").execute_query()
    assert site.properties["id"] == emulator.site.graph_id
    assert {found.display_name for found in site.lists.get().execute_query()} == {"Customers", "Projects"}
