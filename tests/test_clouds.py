"""Which token goes to which host."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.clouds import check_certified, check_site, is_graph, is_sharepoint, scope_at
from airflow_provider_drivedelta.core.auth import Certificate, ClientSecret
from airflow_provider_drivedelta.core.errors import FixSetup

GRAPH = "https://graph.microsoft.com/v1.0"
SITE = "https://contoso.sharepoint.com/sites/team"


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        (GRAPH, "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
        ("https://api.onedrive.com/v1.0", "https://graph.microsoft.com/.default"),
        ("https://gateway.contoso.com/graph/v1.0", "https://graph.microsoft.com/.default"),
        ("https://contoso-my.sharepoint.com/_api/v2.0", "https://contoso-my.sharepoint.com/.default"),
        ("https://Contoso.SharePoint.com/sites/team", "https://contoso.sharepoint.com/.default"),
        ("https://contoso.sharepoint.us/_api/v2.0", "https://contoso.sharepoint.us/.default"),
        ("https://contoso.sharepoint-mil.us/_api/v2.0", "https://contoso.sharepoint-mil.us/.default"),
        ("https://contoso.sharepoint.cn/_api/v2.0", "https://contoso.sharepoint.cn/.default"),
        ("https://localhost:8443/_api/v2.0", "https://localhost:8443/.default"),
        ("https://localhost:8443/v1.0", "https://graph.microsoft.com/.default"),
    ],
)
def test_a_token_is_asked_for_as_the_host_wants_it(url: str, scope: str) -> None:
    assert scope_at(url) == scope


@pytest.mark.parametrize(
    ("url", "graph", "sharepoint"),
    [
        (GRAPH, True, False),
        ("https://localhost/v1.0", True, False),
        ("https://api.onedrive.com/v1.0", False, False),
        ("https://contoso-my.sharepoint.com/_api/v2.0", False, True),
        ("https://contoso.sharepoint.com", False, True),
        ("https://localhost/_api", False, True),
        ("https://sharepoint.com.example", True, False),
        ("https://.sharepoint.com", True, False),
    ],
)
def test_what_is_spoken_where(url: str, graph: bool, sharepoint: bool) -> None:
    assert (is_graph(url), is_sharepoint(url)) == (graph, sharepoint)


@pytest.mark.parametrize(
    ("site", "base_url"),
    [
        (SITE, GRAPH),
        ("https://contoso-my.sharepoint.com/personal/ann_contoso_com", GRAPH),
        ("https://contoso.sharepoint.com", GRAPH),
        ("https://contoso.sharepoint.com:443/sites/team", GRAPH),
        ("https://contoso.sharepoint.cn/sites/team", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
        (SITE, "https://contoso.sharepoint.com/_api/v2.0"),
        ("https://gateway.contoso.com/sites/team", "https://gateway.contoso.com/v1.0"),
        ("http://127.0.0.1:8080/sites/team", "https://localhost:8443/v1.0"),
    ],
)
def test_a_site_may_be_on_the_connections_host_or_at_its_clouds_sharepoint(site: str, base_url: str) -> None:
    assert check_site(f" {site}/ ", base_url) == site


@pytest.mark.parametrize(
    ("site", "base_url"),
    [
        ("https://elsewhere.example/sites/team", GRAPH),
        ("https://contoso.sharepoint.com.elsewhere.example/sites/team", GRAPH),
        ("https://elsewhere.example/contoso.sharepoint.com", GRAPH),
        ("https://a.b.sharepoint.com/sites/team", GRAPH),
        ("https://sharepoint.com/sites/team", GRAPH),
        ("https://contoso.sharepoint.com:8443/sites/team", GRAPH),
        ("https://contoso.sharepoint.us/sites/team", GRAPH),
        (SITE, "https://graph.microsoft.us/v1.0"),
        ("https://fabrikam.sharepoint.com/sites/team", "https://contoso.sharepoint.com/_api/v2.0"),
        (SITE, "https://gateway.contoso.com/v1.0"),
        (SITE, "https://localhost:8443/v1.0"),
        ("http://127.0.0.1:8080/sites/team", GRAPH),
        ("https://graph.microsoft.us/v1.0", GRAPH),
    ],
)
def test_any_other_host_gets_no_token(site: str, base_url: str) -> None:
    with pytest.raises(FixSetup, match="not on a host of the connection"):
        check_site(site, base_url)


@pytest.mark.parametrize(
    ("site", "says"),
    [
        ("http://contoso.sharepoint.com/sites/team", "Plain http"),
        ("https://user:pa55@contoso.sharepoint.com/sites/team", "no address of a service"),
        (f"{SITE}/_api/web", "within a site"),
        (f"{SITE}/_API/web", "within a site"),
        (f"{SITE}?web=1", "within a site"),
        (f"{SITE}%3Fweb=1", "within a site"),
        (f"{SITE}#top", "within a site"),
        ("contoso.sharepoint.com,5a58bb09,712a596e", "no address of a service"),
        ("", "no address of a service"),
    ],
)
def test_what_is_no_sites_address_is_named(site: str, says: str) -> None:
    with pytest.raises(FixSetup, match=says) as caught:
        check_site(site, GRAPH)
    assert "pa55" not in str(caught.value)


def test_sharepoint_takes_a_certificate_but_no_secret() -> None:
    check_certified(Certificate("contoso.com", "app", "pem"), SITE)
    with pytest.raises(FixSetup, match="certificate, or use protocol='graph'") as caught:
        check_certified(ClientSecret("contoso.com", "app", "s3cret"), SITE)
    assert "s3cret" not in str(caught.value)
