"""A list as users name it, and the name its feed goes by."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.sources import Feed, SharePointList

SITE = "https://contoso.sharepoint.com/sites/team"
GUID = "79cc20e6-adda-438e-8a96-792041b33168"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It's Tëst", "It's Tëst"),
        (GUID.upper(), GUID),
        (f"{{{GUID}}}", GUID),
        (f"{SITE}/Lists/Tasks", "/sites/team/Lists/Tasks"),
        (f"{SITE}/Lists/It%27s%20T%C3%ABst/AllItems.aspx?viewid=1#x", "/sites/team/Lists/It's Tëst"),
        (f"{SITE}/Shared%20Documents/Forms/AllItems.aspx", "/sites/team/Shared Documents"),
        (f"{SITE}/Lists/Tasks?web=1", "/sites/team/Lists/Tasks"),
        (f"{SITE}/Lists/Tasks/AllItems.aspx#InplviewHash0=Paged%3DTRUE", "/sites/team/Lists/Tasks"),
        (f"{SITE}/Lists/Tasks/AllItems.aspx?id=%2Fsites%2Fteam%2FLists%2FTasks%2F2026", "/sites/team/Lists/Tasks"),
        ("/sites/team/Lists/Tasks", "/sites/team/Lists/Tasks"),
        ("/sites/team/Lists/#1/AllItems.aspx?viewid=1#x", "/sites/team/Lists/#1"),
        ("24/7", "24/7"),
    ],
)
def test_a_list_is_a_title_an_id_or_an_address(text: str, wanted: str) -> None:
    found = SharePointList.parse(f"{SITE}/", text)
    assert found == SharePointList(SITE, wanted)
    assert (found.list_id, found.list_path) == (
        wanted if wanted == GUID else "",
        wanted if wanted.startswith("/") else "",
    )


def test_the_address_of_a_page_names_no_site() -> None:
    """Where the site's own part ends, it does not say; and what is in its query is nobody's to read."""
    with pytest.raises(FixSetup, match=r"page on a site \(contoso.sharepoint.com/sites/team/SitePages/Home.aspx\)"):
        SharePointList.parse(f"{SITE}/SitePages/Home.aspx?e=s3cret", "Tasks")


@pytest.mark.parametrize("page", ["", "/SitePages/Home.aspx"])
def test_a_site_with_a_password_in_its_address_is_refused_without_showing_it(page: str) -> None:
    with pytest.raises(FixSetup, match="user or password") as refused:
        SharePointList.parse(f"https://ann:s3cret@contoso.sharepoint.com/sites/team{page}", "Tasks")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("site", "list_name"), [("", "x"), (SITE, " "), (SITE, "https://fabrikam.sharepoint.com/sites/team/Lists/x")]
)
def test_a_list_that_cannot_be_meant_is_refused(site: str, list_name: str) -> None:
    with pytest.raises(FixSetup):
        SharePointList.parse(site, list_name)


@pytest.mark.parametrize(
    ("site", "address", "graph"),
    [
        (SITE, SITE, "contoso.sharepoint.com:/sites/team"),
        ("https://contoso.sharepoint.com/", "https://contoso.sharepoint.com", "contoso.sharepoint.com"),
        ("https://h/sites/a%20b", "https://h/sites/a%20b", "h:/sites/a b"),
        ("https://h/sites/a b", "https://h/sites/a%20b", "h:/sites/a b"),
        (f"{SITE}/?web=1#top", SITE, "contoso.sharepoint.com:/sites/team"),
        ("https://contoso.sharepoint.com?web=1", "https://contoso.sharepoint.com", "contoso.sharepoint.com"),
        ("http://127.0.0.1:5/sites/x", "http://127.0.0.1:5/sites/x", "127.0.0.1:/sites/x"),
        ("contoso.sharepoint.com:/sites/a b", "https://contoso.sharepoint.com/sites/a%20b",
         "contoso.sharepoint.com:/sites/a b"),
    ],
)  # fmt: skip
def test_a_site_has_an_address_and_a_name_that_graph_takes(site: str, address: str, graph: str) -> None:
    found = SharePointList.parse(site, "x")
    assert (found.site_url, found.graph_site) == (address, graph)


def test_an_id_of_a_site_says_nothing_of_its_address() -> None:
    found = SharePointList.parse("contoso.sharepoint.com,a,b", "x")
    assert found.graph_site == "contoso.sharepoint.com,a,b"
    with pytest.raises(FixSetup, match="site's address"):
        _ = found.site_url


def test_a_feed_is_named_by_the_lists_id_and_what_of_it_is_followed() -> None:
    whole, part = Feed.of_list(f"{{{GUID.upper()}}}", output="/a/"), Feed.of_list(GUID, output="/a", scope="view")
    assert whole.folder == f"list-{GUID}"
    assert part.folder.startswith(f"list-{GUID}--")
    assert whole.key.startswith(f"{whole.folder}--")
    assert whole == Feed.of_list(GUID, output="/a")
    assert len({whole.key, part.key, Feed.of_list(GUID, output="/b").key}) == 3
