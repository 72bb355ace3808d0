"""Links that lead elsewhere, wherever they come from: the host they name is not even connected to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.summary import Summary
from tests.security.feeds import CALLS, FAULTS, LINKS, PROTOCOLS, Feed, followed
from tests.security.trap import Trap

LINKED = [protocol for protocol in PROTOCOLS if protocol != "sharepoint list"]  # whose answers hold no links


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Whoever was connected to it in a test has failed that test."""
    with Trap() as trap:
        yield trap
        assert (trap.connections, trap.received) == (0, b"")


@pytest.fixture
def feed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Feed]:
    with followed(request.param, tmp_path / "lake", size=9, page_size=4) as feed:
        yield feed


every_feed = pytest.mark.parametrize("feed", PROTOCOLS, indirect=True)
linked_feeds = pytest.mark.parametrize("feed", LINKED, indirect=True)


def led_away(feed: Feed, trap: Trap, file: Path) -> None:
    """Write a file anew with each link in it to the service leading to the trap, path and query as they were."""
    text = file.read_text("utf-8")
    assert feed.emulator.url in text
    file.write_text(text.replace(feed.emulator.url, trap.origin), "utf-8")


def test_the_trap_is_one() -> None:
    with Trap() as trap:
        requests.get(trap.origin, headers={"Authorization": "Bearer x"}, timeout=5)
        assert trap.connections == 1
        assert b"Bearer x" in trap.received


@linked_feeds
@pytest.mark.parametrize("nth", [1, 2])
def test_next_and_final_links(feed: Feed, trap: Trap, nth: int) -> None:
    """F4."""
    assert isinstance(feed.fail({"page": {"links": trap.origin}}, nth=nth), BrokenFeed)
    assert isinstance(feed.pull(), Summary)


@every_feed
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(feed: Feed, trap: Trap, status: int) -> None:
    """F5."""
    assert isinstance(feed.fail({"reply": {"status": status, "redirect": trap.origin}}), BrokenFeed)


@every_feed
@pytest.mark.parametrize("status", [200, 401, 404, 429])
def test_a_location_where_none_is_asked_for(feed: Feed, trap: Trap, status: int) -> None:
    headers = {"Location": trap.origin, "Content-Location": trap.origin, "Link": f"<{trap.origin}>; rel=next"}
    feed.fail({"reply": {"status": status, "headers": headers, "body": {}}})


@linked_feeds
def test_the_location_of_a_refused_token(feed: Feed, trap: Trap) -> None:
    """B3. What it names is not asked; everything is read from the start instead, or the run says why not."""
    feed.pull()
    link = f"{trap.origin}{urlsplit(feed.base_url).path}/root/delta?token=x"
    reply = {"status": 410, "headers": {"Location": link}, "body": {"error": {"code": "resyncRequired"}}}
    feed.emulator.faults([{"match": {"path": CALLS[feed.protocol], "times": 1}, "reply": reply}])
    answer = feed.pull()
    assert isinstance(answer, BrokenFeed) or (isinstance(answer, Summary) and answer.kind == "resync")
    assert isinstance(feed.pull(), Summary)


@linked_feeds
def test_a_stored_token(feed: Feed, trap: Trap) -> None:
    """E5. Whoever can write the Variable or the file would otherwise be sent the bearer token."""
    feed.pull()
    (file,) = feed.output.glob("*/_drivedelta/token.json")
    led_away(feed, trap, file)
    assert isinstance(feed.pull(), BrokenFeed | FixSetup)


@linked_feeds
def test_the_token_of_a_commit(feed: Feed, trap: Trap) -> None:
    feed.pull()
    (file,) = feed.output.glob("*/_drivedelta/token.json")
    file.unlink()
    (commit,) = feed.output.glob("*/_drivedelta/log/*.json")
    led_away(feed, trap, commit)
    assert isinstance(feed.pull(), BrokenFeed | FixSetup)


@linked_feeds
def test_what_was_kept_of_a_long_read(feed: Feed, trap: Trap) -> None:
    feed.fail(FAULTS["throttled"], nth=2, checkpoints=Checkpoints(every_pages=1))
    for file in feed.output.glob("*/_drivedelta/reads/*/*.json"):
        led_away(feed, trap, file)
    feed.pull()


@pytest.mark.parametrize("feed", ["graph", "view.delta", "view.changes"], indirect=True)
def test_links_in_items_are_nobodys_to_follow(feed: Feed, trap: Trap) -> None:
    made = feed.items.create_file("linked.txt", b"x")  # type: ignore[union-attr]
    facets = dict.fromkeys(LINKS, f"{trap.origin}/file") | {"webUrl": trap.origin, "webDavUrl": trap.origin}
    feed.items.set_facets(made.id, facets | {"remoteItem": {"webUrl": trap.origin}})  # type: ignore[union-attr]
    answer = feed.pull()
    assert isinstance(answer, Summary)
    assert answer.inserted == 10


@linked_feeds
def test_what_describes_a_page(feed: Feed, trap: Trap) -> None:
    described = {"@odata.context": f"{trap.origin}/$metadata", "@odata.id": trap.origin, "@odata.metadataEtag": "x"}
    body = described | {"value": [], "@odata.nextLink": f"{trap.origin}/p", "@microsoft.graph.tips": trap.origin}
    assert isinstance(feed.fail({"reply": {"status": 200, "body": body}}), BrokenFeed)


def test_the_site_of_a_run_is_on_a_host_of_the_connection(trap: Trap) -> None:
    """It is templated, so whoever may trigger a run may name one."""
    from airflow_provider_drivedelta.clouds import check_site

    with pytest.raises(FixSetup, match="not on a host of the connection"):
        check_site(f"{trap.origin}/sites/team", "https://graph.microsoft.com/v1.0")
