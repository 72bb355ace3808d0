"""Office365-REST-Python-Client under Microsoft's own names: it signs in by itself, pages, downloads, follows."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from office365.graph_client import GraphClient
from office365.sharepoint.changes.log_item_query import ChangeLogItemQuery
from office365.sharepoint.client_context import ClientContext
from requests import Response

from airflow_provider_drivedelta.emulator import Account, Directory, Drive
from tests.emulator.sharepoint_caller import COMPLETE, taken_apart
from tests.strangers.conftest import CLIENT, SECRET, TENANT, Microsoft


@pytest.fixture
def drive() -> Drive:
    drive = Drive("Documents", seed="office365")
    folder = drive.create_folder("Réports")
    for number in range(30):
        drive.create_file(f"{number}.txt", f"{number}".encode(), folder.id)
    return drive


class Graph:
    """A client that signed in, and the token of the last delta it read: version 3.3 drops the deltaLink on the way."""

    def __init__(self) -> None:
        self.client = GraphClient(tenant=TENANT).with_client_secret(CLIENT, SECRET)
        self.client.pending_request().afterExecute += self._note
        self.token = ""

    def _note(self, response: Response) -> None:
        told = response.json() if "json" in response.headers.get("content-type", "") else {}
        if link := told.get("@odata.deltaLink"):
            self.token = dict(parse_qsl(urlsplit(link).query))["token"]


def test_it_pages_a_drive_to_its_end_and_goes_on_from_there(microsoft, drive) -> None:
    served, graph = microsoft(drive, page_size=7), Graph()
    delta = graph.client.drives[drive.id].root.delta
    everything = delta.get_all().execute_query()
    assert {item.id for item in everything} == {drive.root_id, *(item.id for item in drive.walk())}
    assert sum(path.endswith("/root/delta") for path in served.paths) == 5
    drive.rename(drive.find("/Réports/7.txt").id, "sevén.txt")
    after = graph.client.drives[drive.id].root.delta.token(graph.token).get().execute_query()
    assert [item.name for item in after if item.is_file] == ["sevén.txt"]
    assert served.hosts == {"login.microsoftonline.com", "graph.microsoft.com"}


def test_it_pages_a_list_to_its_end_and_goes_on_from_there(microsoft, drive) -> None:
    served, graph = microsoft(drive, page_size=10), Graph()
    projects = served.emulator.site.list("Projects")
    items = graph.client.sites[served.emulator.site.graph_id].lists[projects.id].items
    told = items.delta.expand(["fields"]).get_all().execute_query()
    assert {item.properties["id"] for item in told} == {str(item.id) for item in projects.walk()}
    projects.edit(2, {"Title": "edited"})
    projects.delete(3)
    after = items.delta.token(graph.token).get().execute_query()
    assert [(item.properties["id"], "deleted" in item.properties) for item in after] == [("2", False), ("3", True)]


def test_it_downloads_from_where_the_files_are(microsoft, drive) -> None:
    content = bytes(range(256)) * 20_000
    drive.create_file("large.bin", content)
    served, graph = microsoft(drive), Graph()
    whole, in_parts = BytesIO(), BytesIO()
    file = graph.client.drives[drive.id].root.get_by_path("large.bin")
    file.download(whole).execute_query()
    file.download_session(in_parts, chunk_size=1_000_000).execute_query()
    assert whole.getvalue() == in_parts.getvalue() == content
    assert "contoso-my.sharepoint.com" in served.hosts


def test_it_finds_people_items_and_folders_by_asking(microsoft, drive) -> None:
    microsoft(drive, directory=Directory(accounts=[Account("ada@contoso.com", "Ada")]))
    graph = Graph().client
    root = graph.drives[drive.id].root
    assert graph.users["ada@contoso.com"].get().execute_query().user_principal_name == "ada@contoso.com"
    assert graph.me.get().execute_query().properties["displayName"] == "Ada"
    assert [item.name for item in graph.drives[drive.id].search("7.TXT").execute_query()] == [
        "7.txt",
        "17.txt",
        "27.txt",
    ]
    assert [item.name for item in root.get_folders().execute_query()] == ["Réports"]
    assert len(root.get_files(recursive=True).execute_query()) == 30


def test_it_filters_the_items_of_a_list(microsoft, drive) -> None:
    served = microsoft(drive)
    items = Graph().client.sites[served.emulator.site.graph_id].lists["Projects"].items
    found = items.filter("fields/Title eq 'Project 01'").expand(["fields"]).get().execute_query()
    assert [item.fields.properties["Title"] for item in found] == ["Project 01"]
    wishes = served.emulator.requests[-1].headers["prefer"]
    assert "HonorNonIndexedQueriesWarningMayFailRandomly" in wishes  # or Graph refuses, and so does the emulator


@pytest.fixture
def sharepoint() -> str:
    return "https://contoso.sharepoint.com/sites/team"


def certified(served: Microsoft, site: str) -> ClientContext:
    public = x509.load_pem_x509_certificate(served.certificate.public.encode())
    thumbprint = public.fingerprint(hashes.SHA1()).hex()
    key = served.certificate.both
    return ClientContext(site).with_client_certificate(TENANT, CLIENT, thumbprint, private_key=key)


def test_it_follows_a_list_of_sharepoint_with_its_certificate(microsoft, drive, sharepoint) -> None:
    served = microsoft(drive)
    projects = served.emulator.site.list("Projects")
    first = changed(certified(served, sharepoint))
    assert len(first.rows) == len(projects.walk())
    projects.edit(2, {"Title": "edited"})
    projects.delete(3)
    after = changed(certified(served, sharepoint), first.token)
    assert [row["ows_LinkTitle"] for row in after.rows] == ["edited"]
    assert after.ids == [("Delete", "3")]
    assert served.hosts == {"login.microsoftonline.com", "contoso.sharepoint.com"}


def changed(context: ClientContext, token: str | None = None):
    query = ChangeLogItemQuery(QueryOptions=COMPLETE.format(""), RowLimit="100", ChangeToken=token)
    told = context.web.lists.get_by_title("Projects").get_list_item_changes_since_token(query)
    context.execute_query()
    assert isinstance(told.value, bytes)
    return taken_apart(told.value)
