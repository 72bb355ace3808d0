"""Addresses that look like ours: what the check lets pass is what the HTTP library connects to, and nothing else is."""

from __future__ import annotations

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from airflow_provider_drivedelta.clouds import check_site
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.transport.links import check_link, joined, origin

BASE = "https://graph.microsoft.com/v1.0"
OWN = frozenset({("https", "graph.microsoft.com", 443)})

ELSEWHERE = [
    "https://graph.microsoft.com.evil.test/",
    "https://graph.microsoft.com@evil.test/",
    "https://graph.microsoft.com:443@evil.test/",
    "https://evil.test\\@graph.microsoft.com/",
    "https://graph.microsoft.com\\.evil.test/",
    "https:\\\\evil.test/",
    "//evil.test/v1.0",
    "///evil.test/v1.0",
    "https:///evil.test/",
    "https://graph.microsoft.com./",
    "https://graph.microsoft.com:8443/",
    "http://graph.microsoft.com/",
    "ftp://graph.microsoft.com/",
    "file:///etc/passwd",
    "https://graph.microsoft.com%2eevil.test/",
    "https://graph.microsoft.com%00.evil.test/",
    "https://graph\u3002microsoft\u3002com.evil.test/",
    "https://graph.micros\u043eft.com/",
    "https://gr\u00adaph.microsoft.com.evil.test/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://graph.microsoft.com\uff0fevil.test/",
    "https://evil.test#@graph.microsoft.com/",
    "https://evil.test?@graph.microsoft.com/",
    "javascript:alert(1)",
    "",
]
SITES = [
    "https://contoso.sharepoint.com.evil.test/sites/a",
    "https://contoso.sharepoint.com@evil.test/sites/a",
    "https://evil.test/contoso.sharepoint.com",
    "https://a.b.sharepoint.com/sites/a",
    "https://sharepoint.com/sites/a",
    "https://.sharepoint.com/sites/a",
    "https://evil.test%2f.sharepoint.com/sites/a",
    "https://evil.test\\.sharepoint.com/sites/a",
    "https://contoso.sharepoint.com:8443/sites/a",
    "https://contoso.sharepoint.com./sites/a",
    "https://contos\u043e.sharepoint.com/sites/a",
    "https://contoso.sharepoint.us/sites/a",
    "http://contoso.sharepoint.com/sites/a",
    "//contoso.sharepoint.com/sites/a",
    "https://127.0.0.1/sites/a",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_link_of_a_look_alike_is_not_followed(url: str) -> None:
    """F4."""
    with pytest.raises(BrokenFeed):
        check_link(url, OWN, "A link")


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nor_is_a_redirect_to_it(url: str) -> None:
    """F5. Seen from where it came: some of them are paths on our own host then."""
    try:
        check_link(joined(f"{BASE}/me", url), OWN, "A redirect")
    except BrokenFeed:
        return
    assert connected_to(joined(f"{BASE}/me", url)) in {*OWN, None}


@pytest.mark.parametrize("site", SITES)
def test_a_site_on_a_look_alike_gets_no_token(site: str) -> None:
    with pytest.raises(FixSetup):
        check_site(site, BASE)


def test_an_address_in_capitals_is_the_same_host() -> None:
    check_link("HTTPS://GRAPH.MICROSOFT.COM/v1.0/me", OWN, "A link")
    assert connected_to("HTTPS://GRAPH.MICROSOFT.COM/v1.0/me") in OWN
    assert check_site("https://CONTOSO.SharePoint.com/sites/a", BASE)


def connected_to(url: str) -> tuple[str, str, int] | None:
    """Whom requests would connect to; None where it refuses to."""
    try:
        prepared = requests.Session().prepare_request(requests.Request("GET", url))
        parts = parse_url(prepared.url or "")
    except (requests.exceptions.RequestException, LocationParseError, ValueError):
        return None
    scheme = (parts.scheme or "").lower()
    return scheme, (parts.host or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme, 0)


PIECES = [
    *("https:", "http:", "//", "/", "\\", "@", ".", ":", "443", "8443", "#", "?", "%2f", "%2e", "%00", "%40", "%5c"),
    *(
        "\t",
        "\n",
        "\r",
        " ",
        "\x00",
        "\u3002",
        "\uff0f",
        "\uff20",
        "\uff1a",
        "\u00ad",
        "\u200b",
        "[",
        "]",
        "::1",
        ";",
        "&",
    ),
    *("graph.microsoft.com", "GRAPH.microsoft.COM", "evil.test", "xn--", "127.0.0.1", "user:pw", "localhost", "v1.0"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@settings(max_examples=1500, deadline=None)
@given(texts)
@example("https://graph.micro\nsoft.com/")
@example("https://graph.microsoft.com\t@evil.test/")
def test_who_is_let_pass_is_who_is_called(tail: str) -> None:
    """Two readers of one address may differ: the one that checks must not be more trusting than the one that calls."""
    for url in (f"https://{tail}", f"https://graph.microsoft.com{tail}", joined(f"{BASE}/me", tail)):
        if origin(url) in OWN:
            assert connected_to(url) in {*OWN, None}, ascii(url)


@settings(max_examples=500, deadline=None)
@given(texts)
def test_who_is_taken_for_sharepoint_is_sharepoint(tail: str) -> None:
    for url in (f"https://{tail}.sharepoint.com/sites/a", f"https://contoso.sharepoint.com{tail}"):
        try:
            site = check_site(url, BASE)
        except FixSetup:
            continue
        called = connected_to(site)
        theirs = called is not None and called[0] == "https" and called[1].endswith(".sharepoint.com")
        assert theirs or called in {*OWN, None}, ascii(url)
