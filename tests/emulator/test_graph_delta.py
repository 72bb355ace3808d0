"""The state feed over the wire: what a client gets from a token, and what it does not."""

from urllib.parse import quote

import pytest

from airflow_provider_drivedelta.emulator import Drive, Flavour


@pytest.fixture
def tree(drive: Drive) -> dict[str, str]:
    """Ids by name: /a, /a/b, /a/b/deep.txt, /a/x.txt, /top.txt."""
    a = drive.create_folder("a")
    b = drive.create_folder("b", a.id)
    deep = drive.create_file("deep.txt", b"deep", b.id)
    x = drive.create_file("x.txt", b"x", a.id)
    top = drive.create_file("top.txt", b"top")
    return {item.name: item.id for item in (a, b, deep, x, top)}


def test_a_first_read_brings_everything_alive_and_the_root(serve, drive, tree) -> None:
    gone = drive.create_file("gone.txt")
    drive.delete(gone.id)
    read = serve(drive).read()
    assert set(read.by_id) == {drive.root_id, *tree.values()}
    assert "root" in read.by_id[drive.root_id]
    assert not read.deleted


def test_a_quiet_delta_holds_the_root_alone(serve, drive, tree) -> None:
    client = serve(drive)
    assert client.read(client.read().delta_link).names == ["root"]


def test_each_changed_item_comes_once_in_its_latest_form_with_the_folders_above(serve, drive, tree) -> None:
    client = serve(drive)
    link = client.read().delta_link
    drive.edit(tree["deep.txt"], b"longer than before")
    drive.rename(tree["deep.txt"], "deeper.txt")
    drive.edit(tree["deep.txt"], b"again")
    read = client.read(link)
    assert sorted(read.names) == ["a", "b", "deeper.txt", "root"]
    assert read.by_id[tree["deep.txt"]]["size"] == 5


def test_the_same_token_gives_the_same_answer_twice(serve, drive, tree) -> None:
    client = serve(drive, page_size=2)
    link = client.read().delta_link
    drive.delete(tree["a"])
    assert client.read(link).items == client.read(link).items


def test_a_page_stays_as_it_was_whatever_changes_later(serve, drive, tree) -> None:
    client = serve(drive, page_size=2)
    link = client.get().json()["@odata.nextLink"]
    before = client.get(link).json()["value"]
    drive.delete(tree["a"])
    drive.rename(tree["top.txt"], "other.txt")
    assert client.get(link).json()["value"] == before


def test_a_change_in_the_middle_of_paging_turns_up_in_the_next_delta(serve, drive, tree) -> None:
    client = serve(drive, page_size=2)
    read = client.read(between=lambda: (drive.rename(tree["x.txt"], "y.txt"), drive.create_file("late.txt")))
    assert "x.txt" in read.names
    assert "late.txt" not in read.names
    assert {"y.txt", "late.txt"} <= set(client.read(read.delta_link).names)


def test_a_moved_folder_comes_without_its_descendants(serve, drive, tree) -> None:
    client = serve(drive)
    link = client.read().delta_link
    drive.move(tree["b"], None, "moved")
    read = client.read(link)
    assert tree["deep.txt"] not in read.by_id
    assert read.by_id[tree["b"]]["parentReference"]["id"] == drive.root_id


def test_a_business_tombstone_has_no_name_but_a_facet_beside_deleted(serve, drive, tree) -> None:
    client = serve(drive)
    link = client.read().delta_link
    drive.delete(tree["a"])
    read = client.read(link)
    assert read.deleted == {tree["a"], tree["b"], tree["deep.txt"], tree["x.txt"]}
    file, folder = read.by_id[tree["x.txt"]], read.by_id[tree["a"]]
    assert "name" not in file
    assert "createdDateTime" not in file
    assert file["deleted"] == {"state": "deleted"}
    assert file["size"] == 0
    assert file["cTag"].endswith(',-1"')
    assert file["parentReference"]["id"] == tree["a"]
    assert "file" in file
    assert "folder" in folder


def test_tombstones_of_descendants_can_be_withheld(serve, tree, drive) -> None:
    drive.withhold_descendant_tombstones = True
    client = serve(drive)
    link = client.read().delta_link
    drive.delete(tree["a"])
    assert client.read(link).deleted == {tree["a"]}
    assert {row["path"] for row in client.emulator.tree()} == {"/top.txt"}


def test_a_personal_tombstone_has_a_name_but_neither_size_nor_ctag(serve) -> None:
    drive = Drive(flavour=Flavour.PERSONAL)
    file = drive.create_file("a.txt", b"a")
    client = serve(drive)
    link = client.read().delta_link
    drive.delete(file.id)
    tombstone = client.read(link).by_id[file.id]
    assert tombstone["name"] == "a.txt"
    assert not {"size", "cTag"} & set(tombstone)


def test_a_restored_item_is_alive_again_under_its_old_id(serve, drive, tree) -> None:
    client = serve(drive)
    drive.delete(tree["a"])
    link = client.read().delta_link
    drive.restore(tree["a"])
    read = client.read(link)
    assert {tree["a"], tree["b"], tree["deep.txt"], tree["x.txt"]} <= set(read.by_id)
    assert not read.deleted


def test_latest_brings_a_link_and_nothing_else(serve, drive, tree) -> None:
    client = serve(drive)
    page = client.get("/v1.0/me/drive/root/delta?token=latest").json()
    assert page["value"] == []
    assert "@odata.nextLink" not in page
    drive.create_file("new.txt")
    assert client.read(page["@odata.deltaLink"]).names[1:] == ["new.txt"]


def test_a_timestamp_is_a_token_on_business_drives_only(serve, drive, tree) -> None:
    client = serve(drive)
    client.post("clock", {"advance_seconds": 3600})
    moment = client.emulator.clock.now()
    client.post("clock", {"advance_seconds": 3600})
    drive.delete(tree["top.txt"])
    for text in (moment.isoformat(), moment.strftime("%Y-%m-%dT%H:%M:%SZ"), moment.strftime("%Y-%m-%dT%H:%M:%S+0:00")):
        assert client.read(f"/v1.0/me/drive/root/delta?token={quote(text, safe='')}").deleted == {tree["top.txt"]}
    personal = serve(Drive(flavour=Flavour.PERSONAL))
    assert personal.get("/v1.0/me/drive/root/delta?token=2026-01-01T00:00:00Z").status_code == 400


@pytest.mark.parametrize("token", ["garbage", "NDslMjM", "%F0%9F%99%82", "e30"])
def test_a_malformed_token_is_a_400(serve, drive, token: str) -> None:
    answer = serve(drive).get(f"/v1.0/me/drive/root/delta?token={token}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("invalidRequest", "Provided sync token is malformed.")


def test_pages_never_hold_more_than_the_server_allows(serve, drive) -> None:
    for number in range(7):
        drive.create_file(f"{number}")
    client = serve(drive, page_size=3)
    assert [len(page) for page in client.read("/v1.0/me/drive/root/delta?$top=1000").pages] == [3, 3, 2]
    assert [len(page) for page in client.read("/v1.0/me/drive/root/delta?top=2").pages] == [2, 2, 2, 2]
    assert client.get("/v1.0/me/drive/root/delta?$top=many").status_code == 400


def test_options_are_baked_into_the_links(serve, drive, tree) -> None:
    client = serve(drive, page_size=2)
    read = client.read("/v1.0/me/drive/root/delta?$select=name,parentReference/id&$top=1")
    assert all(set(item) <= {"@odata.type", "id", "name", "parentReference"} for item in read.items)
    assert {len(page) for page in read.pages} == {1}
    drive.edit(tree["x.txt"], b"more")
    assert all("size" not in item for item in client.read(read.delta_link).items)


def test_every_spelling_of_the_route_gives_the_same_feed(serve, drive, tree) -> None:
    client = serve(drive)
    token = client.read().delta_link.partition("token=")[2]
    drive.edit(tree["x.txt"], b"more")
    expected = set(client.read(f"/v1.0/me/drive/root/delta?token={token}").names)
    assert "x.txt" in expected
    assert "top.txt" not in expected
    escaped = drive.id.replace("!", "%21")
    for link in (
        f"/v1.0/drives/{drive.id}/root/delta(token='{token}')",
        f"/v1.0/drives/{escaped}/root/delta(token=%27{token}%27)",
        f"/v1.0/drives('{escaped}')/root/microsoft.graph.delta(token='{token}')",
        f"/v1.0//me/drive/root/delta()?token={token}",
        f"/v1.0/users/ada@contoso.com/drive/root/delta/?token={token}",
        f"/v1.0/groups/some/drive/root/delta?token={token}",
        f"/v1.0/sites/contoso.sharepoint.com%2Cguid%2Cguid/drive/root/delta?token={token}",
        f"/v1.0/sites/contoso.sharepoint.com:/sites/team:/drive/root/delta?token={token}",
        f"/v1.0/drives/{drive.id}/items/{drive.root_id}/delta?token={token}",
        f"/v1.0/drives/{drive.id}/root:/:/delta?token={token}",
    ):
        assert set(client.read(link).names) == expected, link


def test_a_business_drive_has_no_delta_of_a_folder(serve, drive, tree) -> None:
    answer = serve(drive).get(f"/v1.0/drives/{drive.id}/items/{tree['a']}/delta")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"


def test_a_personal_delta_of_a_folder_is_scoped_to_it(serve) -> None:
    drive = Drive(flavour=Flavour.PERSONAL)
    inside, outside = drive.create_folder("inside"), drive.create_folder("outside")
    leaving, staying = drive.create_file("leaving", b"", inside.id), drive.create_file("staying", b"", inside.id)
    client = serve(drive)
    read = client.read(f"/v1.0/drives/{drive.id.lower()}/items/{inside.id.lower()}/delta")
    assert set(read.by_id) == {inside.id, leaving.id, staying.id}
    drive.move(leaving.id, outside.id)
    drive.rename(outside.id, "elsewhere")
    drive.edit(staying.id, b"edited")
    read = client.read(read.delta_link)
    assert read.deleted == {leaving.id}
    assert set(read.by_id) == {inside.id, leaving.id, staying.id}


def test_parents_that_did_not_change_themselves_can_be_left_out(serve, drive, tree) -> None:
    client = serve(drive)
    link = client.read().delta_link
    drive.edit(tree["deep.txt"], b"longer than before")
    assert client.read(link, headers={"deltaExcludeParent": "true"}).names == ["deep.txt"]


def test_sharing_is_marked_only_for_those_who_send_all_three_wishes(serve, drive, tree) -> None:
    client = serve(drive)
    link = client.read().delta_link
    drive.share(tree["x.txt"])
    wishes = "deltashowsharingchanges, deltashowremovedasdeleted, deltatraversepermissiongaps, hierarchicalsharing"
    asked = client.read(link, headers={"Prefer": wishes}).by_id[tree["x.txt"]]
    unasked = client.read(link, headers={"Prefer": "deltashowsharingchanges"}).by_id[tree["x.txt"]]
    assert asked["@microsoft.graph.sharedChanged"] == "True"
    assert "@microsoft.graph.sharedChanged" not in unasked
    assert unasked["shared"] == {"scope": "users"}


def test_properties_unknown_to_the_model_are_sent_as_they_are(serve, drive, tree) -> None:
    drive.set_facets(tree["x.txt"], {"malware": {"description": "eicar"}})
    assert serve(drive).read().by_id[tree["x.txt"]]["malware"] == {"description": "eicar"}


def test_a_full_read_comes_in_the_order_of_creation_so_a_child_may_precede_its_parent(serve, drive) -> None:
    early = drive.create_file("early.txt")
    folder = drive.create_folder("folder")
    drive.create_file("late.txt", b"", folder.id)
    drive.move(early.id, folder.id)
    assert serve(drive, page_size=2).read().names == ["root", "early.txt", "folder", "late.txt"]
