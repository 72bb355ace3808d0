"""Links are data: where they may lead, and how much of them may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.transport.links import (
    check_base_url,
    check_link,
    joined,
    origin,
    redact,
    with_version,
)

OWN = frozenset({("https", "graph.microsoft.com", 443)})


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0",
        "https://GRAPH.Microsoft.com:443/v1.0",
        "HTTPS://graph.microsoft.com",
        "https://graph.microsoft.com:/delta?token=@evil.example",
        "https://graph.microsoft.com#@evil.example",
    ],
)
def test_links_to_our_own_host_pass(url: str) -> None:
    check_link(url, OWN, "A link")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com:8443/",
        "https://graph.microsoft.com./",
        "https://graph.microsoft.com.evil.example/",
        "https://evil.example/graph.microsoft.com",
        "https://graph.microsoft.com@evil.example/",
        "https://user@graph.microsoft.com/",
        "https://graph.microsoft.com\\.evil.example/",
        "https://gra\u0440h.microsoft.com/",
        "https:graph.microsoft.com",
        "https:///graph.microsoft.com",
        "//graph.microsoft.com/",
        "/v1.0/delta",
        "javascript:alert(1)",
        "https://[::1",
        "https://graph.microsoft.com:x/",
        "",
    ],
)
def test_links_to_anywhere_else_do_not(url: str) -> None:
    """F4."""
    with pytest.raises(BrokenFeed, match=r"allowed: graph\.microsoft\.com"):
        check_link(url, OWN, "A link")


def test_of_a_link_to_anywhere_else_only_the_host_is_told() -> None:
    """H5. A download link of a personal drive is `https://…1drv.com/y4m…`: its path is the secret."""
    with pytest.raises(BrokenFeed, match=r"https://evil\.example:8443, allowed") as caught:
        check_link("https://evil.example:8443/y4mSECRET/a?token=SECRET", OWN, "A link")
    assert "SECRET" not in str(caught.value)


@given(st.text())
def test_no_text_breaks_the_checks(text: str) -> None:
    assert origin(text) is None or origin(text)
    assert len(redact(f"https://host/{text}")) < 400
    assert joined("https://host/", text) is not None


SECRETIVE = [
    "https://h/delta?token=SECRET",
    "https://h/delta#SECRET",
    "https://user:SECRET@h/delta",
    "https://h/delta(token='SECRET')",
    "https://h/delta(token='a(b)SECRET')",
    "https://h/delta(token='a/SECRET')/x",
    "https://h/delta(TOKEN='SECRET",
    "https://h/microsoft.graph.delta%28token%3D%27SECRET%27%29",
    "https://h:x/SECRET",
]


@pytest.mark.parametrize("url", SECRETIVE)
def test_what_is_shown_of_a_link_holds_no_secret(url: str) -> None:
    """H5."""
    assert "SECRET" not in redact(url)


def test_what_is_shown_of_a_link_says_where_it_leads() -> None:
    assert (
        redact("https://u:p@h:8443/v1.0/drives/b!x/root/delta?token=T") == "https://h:8443/v1.0/drives/b!x/root/delta?…"
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost/v1.0", "http://[::1]:1/", "https://x.y/"])
def test_plain_http_is_for_loopback(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://127.0.0.1.evil.example/", "http://localhost.evil.example", "http://10.0.0.1"])
def test_plain_http_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(FixSetup, match="Plain http"):
        check_base_url(url)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://graph.microsoft.us", "https://graph.microsoft.us/v1.0"),
        ("https://graph.microsoft.us/", "https://graph.microsoft.us/v1.0"),
        ("https://graph.microsoft.us/beta/", "https://graph.microsoft.us/beta"),
    ],
)
def test_a_bare_host_gets_the_version(given: str, used: str) -> None:
    assert with_version(given) == used
