"""Drives, items, children and content over the wire; who may ask, and what an error looks like."""

import gzip
from urllib.parse import quote

import pytest
import requests

from airflow_provider_drivedelta.emulator import Drive, Flavour
from airflow_provider_drivedelta.emulator.quick_xor import quick_xor_hash


def test_a_file_is_described_as_the_service_does(serve, drive) -> None:
    folder = drive.create_folder("Années & co")
    file = drive.create_file("photo 1.png", b"pixels", folder.id)
    item = serve(drive).get(f"/v1.0/drives/{drive.id}/items/{file.id}").json()
    assert item["file"] == {"mimeType": "image/png", "hashes": {"quickXorHash": quick_xor_hash(b"pixels")}}
    assert item["size"] == 6
    assert item["image"] == {}
    assert item["parentReference"] == {
        "driveType": "business",
        "driveId": drive.id,
        "id": folder.id,
        "name": "Années & co",
        "path": f"/drives/{drive.id}/root:/Ann%C3%A9es%20%26%20co",
        "siteId": drive.site_id,
    }
    assert item["webUrl"].endswith("/Ann%C3%A9es%20%26%20co/photo%201.png")
    assert set(item["fileSystemInfo"]) == {"createdDateTime", "lastModifiedDateTime"}
    assert item["createdBy"]["user"]["displayName"]
    assert item["eTag"]
    assert item["cTag"]


def test_a_business_folder_has_no_ctag_and_a_personal_one_has(serve) -> None:
    for flavour, expected in ((Flavour.BUSINESS, False), (Flavour.PERSONAL, True)):
        drive = Drive(flavour=flavour)
        drive.create_folder("folder")
        folder = serve(drive).get("/v1.0/me/drive/root:/folder").json()
        assert ("cTag" in folder, folder["folder"]["childCount"]) == (expected, 0)


def test_the_root_says_little_about_its_place(serve, drive) -> None:
    root = serve(drive).get("/v1.0/me/drive/root").json()
    assert root["parentReference"] == {"driveId": drive.id, "driveType": "business"}
    assert root["root"] == {}
    assert root["name"] == "root"


def test_a_personal_file_has_all_three_hashes(serve) -> None:
    drive = Drive(flavour=Flavour.PERSONAL)
    file = drive.create_file("a", b"abc")
    hashes = serve(drive).get(f"/v1.0/me/drive/items/{file.id}").json()["file"]["hashes"]
    assert hashes["sha1Hash"] == "A9993E364706816ABA3E25717850C26C9CD0D89D"
    assert set(hashes) == {"quickXorHash", "sha1Hash", "sha256Hash"}


def test_items_are_found_by_path_without_regard_to_case(serve, drive) -> None:
    folder = drive.create_folder("Reports")
    file = drive.create_file("q1 €.csv", b"x", folder.id)
    client = serve(drive)
    for path in (
        "/v1.0/me/drive/root:/reports/Q1%20%E2%82%AC.csv",
        f"/v1.0/drives/{drive.id}/root:/Reports/q1%20%E2%82%AC.csv:/",
        f"/v1.0/drives/{drive.id}/items/{folder.id}:/q1%20%E2%82%AC.csv:",
        f"/v1.0/drives/{drive.id}/items/root:/Reports/q1%20%E2%82%AC.csv",
    ):
        assert client.get(path).json()["id"] == file.id, path


def test_children_come_by_name_in_pages(serve, drive) -> None:
    folder = drive.create_folder("folder")
    for name in "dbeca":
        drive.create_file(name, b"", folder.id)
    client = serve(drive, page_size=2)
    names, link = [], "/v1.0/me/drive/root:/folder:/children?$top=1000&$select=name"
    while link:
        page = client.get(link).json()
        names.append([child["name"] for child in page["value"]])
        link = page.get("@odata.nextLink")
    assert names == [["a", "b"], ["c", "d"], ["e"]]


def test_drives_are_found_by_those_who_own_them(serve) -> None:
    ada, team, archive = Drive(seed="ada"), Drive(seed="team"), Drive(seed="archive")
    owners = {"users/Ada@contoso.com": [ada], "sites/contoso.sharepoint.com:/sites/team": [team, archive]}
    client = serve(ada, team, archive, owners=owners)
    assert client.get("/v1.0/users/ada@contoso.com/drive").json()["id"] == ada.id
    assert client.get("/v1.0/sites/contoso.sharepoint.com:/sites/team:/drive").json()["id"] == team.id
    drives = client.get("/v1.0/sites/contoso.sharepoint.com:/sites/team:/drives").json()["value"]
    assert [drive["id"] for drive in drives] == [team.id, archive.id]
    assert len(client.get("/v1.0/drives").json()["value"]) == 3
    assert client.get("/v1.0/users/bob@contoso.com/drive").status_code == 404


def test_content_redirects_to_a_url_that_needs_no_bearer_and_honours_range(serve, drive) -> None:
    file = drive.create_file("a.bin", bytes(range(256)) * 4096)
    client = serve(drive)
    answer = client.get(f"/v1.0/drives/{drive.id}/items/{file.id}/content", allow_redirects=False)
    assert answer.status_code == 302
    url = answer.headers["Location"]
    assert requests.get(url).content == bytes(range(256)) * 4096
    part = requests.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == f"bytes 10-19/{256 * 4096}"
    assert requests.get(url, headers={"Range": "bytes=-4"}).content == b"\xfc\xfd\xfe\xff"
    assert requests.get(url, headers={"Range": "bytes=9999999-"}).status_code == 416
    assert requests.get(url.replace("tempauth=", "tempauth=1")).status_code == 401
    item = client.get(f"/v1.0/drives/{drive.id}/items/{file.id}").json()
    assert requests.get(item["@microsoft.graph.downloadUrl"]).status_code == 200


def test_a_download_url_lasts_for_hours_not_days(serve, drive) -> None:
    file = drive.create_file("a.bin", b"a")
    client = serve(drive)
    url = client.get(f"/v1.0/me/drive/items/{file.id}").json()["@microsoft.graph.downloadUrl"]
    client.post("clock", {"advance_seconds": 3 * 3600})
    assert requests.get(url).status_code == 401


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Basic YTpi", "token"])
def test_without_a_bearer_token_nothing_is_told(serve, drive, authorization) -> None:
    answer = requests.get(serve(drive).emulator.url + "/v1.0/me/drive", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_bearer_may_be_spelled_small(serve, drive) -> None:
    url = serve(drive).emulator.url + "/v1.0/me/drive"
    assert requests.get(url, headers={"Authorization": "bearer x"}).status_code == 200


def test_a_token_can_be_taken_back(serve, drive) -> None:
    client = serve(drive)
    assert client.get().status_code == 200
    client.emulator.revoke()
    assert client.get().status_code == 401
    client.session.headers["Authorization"] = "Bearer another"
    assert client.get().status_code == 200


def test_a_closed_emulator_accepts_only_what_it_issued(serve, drive) -> None:
    assert serve(drive, open_http=False).get().status_code == 401


def test_a_denied_drive_is_a_403_and_an_unknown_thing_a_404(serve, drive) -> None:
    secret = Drive(seed="secret")
    client = serve(drive, secret, denied=[secret.id])
    assert client.get(f"/v1.0/drives/{secret.id}/root/delta").json()["error"]["code"] == "accessDenied"
    assert client.get("/v1.0/drives/b!nobody/root").status_code == 404
    assert client.get("/v1.0/me/drive/items/nothing").json()["error"]["code"] == "itemNotFound"
    assert client.get("/v1.0/me/drive/root:/nothing").status_code == 404
    assert client.get("/v1.0/me/mail").status_code == 400
    assert client.get("/v1.0/me/drive/root/thumbnails").status_code == 400


def test_an_error_names_the_request(serve, drive) -> None:
    answer = serve(drive).get("/v1.0/me/drive/items/nothing", headers={"client-request-id": "mine"})
    inner = answer.json()["error"]["innerError"]
    assert inner["client-request-id"] == "mine" == answer.headers["client-request-id"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["date"]


def test_an_answer_has_the_headers_of_the_service(serve, drive) -> None:
    for number in range(20):
        drive.create_file(f"{number}")
    client = serve(drive)
    answer = client.get(headers={"Accept-Encoding": "gzip"}, stream=True)
    assert gzip.decompress(answer.raw.read(decode_content=False)).startswith(b'{"@odata.context"')
    assert answer.headers["Content-Type"] == (
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    )
    assert answer.headers["OData-Version"] == "4.0"
    client.post("clock", {"now": "2030-01-02T03:04:05+00:00"})
    plain = client.get(headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Date"].startswith("Wed, 02 Jan 2030 03:04:0")


def test_links_lead_back_the_way_the_request_came(serve, drive) -> None:
    page = serve(drive).get(headers={"Host": "graph.microsoft.com"}).json()
    assert page["@odata.deltaLink"].startswith("http://graph.microsoft.com/v1.0/me/drive/root/delta?token=")


def test_the_request_log_keeps_no_secret(serve, drive) -> None:
    client = serve(drive)
    client.get("/v1.0/me/drive?x=1", headers={"Prefer": "hierarchicalsharing"})
    entry = client.session.get(client.emulator.url + "/_emulator/requests").json()["value"][-1]
    assert (entry["method"], entry["path"], entry["query"]) == ("GET", "/v1.0/me/drive", "x=1")
    assert (entry["status"], entry["authorized"]) == (200, True)
    assert entry["headers"]["prefer"] == "hierarchicalsharing"
    assert "a-token" not in str(entry)


def test_the_tree_tells_the_truth(serve, drive) -> None:
    folder = drive.create_folder("Reports")
    file = drive.create_file("a b.txt", b"abc", folder.id)
    client = serve(drive)
    rows = client.get(f"/_emulator/tree?drive={quote(drive.id)}").json()["value"]
    assert rows == client.emulator.tree()
    assert [row["path"] for row in rows] == ["/Reports", "/Reports/a b.txt"]
    item = client.get(f"/v1.0/me/drive/items/{file.id}").json()
    assert (rows[1]["etag"], rows[1]["ctag"], rows[1]["size"]) == (item["eTag"], item["cTag"], 3)
    assert rows[1]["quick_xor_hash"] == item["file"]["hashes"]["quickXorHash"]
    assert rows[1]["parent_id"] == folder.id
