"""A look at a drive's feed: whether there is anything new, at the price of one request and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.peek import MOST_PAGES, Seen, peek
from airflow_provider_drivedelta.core.peek_drive import DriveWords, watched_drive
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore, TokenStore
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive, Emulator, Flavour
from tests.core.played import START, Follower, connect, tree
from tests.graph_service import GraphService, Reply, file_item, root_item, tombstone

SOURCE = "drives/b!drive"


def look(follower: Follower, **words: object) -> Seen:
    given = DriveWords(**{"source": SOURCE, **words})  # type: ignore[arg-type]
    with connect(follower.service, follower.time) as transport:
        watched = watched_drive(
            given,
            str(follower.output),
            base_url=follower.service.url,
            transport=transport,
            tokens=follower.tokens,
        )
        return peek(watched, transport)


def reason(follower: Follower, *items: Mapping[str, object], **links: str) -> str | None:
    """What a look says of a page of these items, once the feed was read."""
    follower.read_fully(root_item(), file_item("a"))
    follower.service.on("/d1", follower.service.page(items, **(links or {"delta": "/d2"})))
    return look(follower).reason


class TestWhatIsNews:
    def test_a_feed_that_was_never_read_is_and_costs_no_request(self, follower: Follower) -> None:
        seen = look(follower)
        assert (seen.reason, seen.mark, follower.service.targets) == ("never_read", "", [])
        assert not follower.output.exists()

    @pytest.mark.parametrize("items", [[], [root_item()]], ids=["an empty page", "the root alone"])
    def test_nothing_but_the_root_is_none(self, follower: Follower, items: Sequence[Mapping[str, object]]) -> None:
        """A10."""
        assert reason(follower, *items) is None

    @pytest.mark.parametrize("item", [file_item("b"), tombstone("a"), {"no": "id"}], ids=["file", "delete", "odd"])
    def test_whatever_else_there_is_on_the_page_is(self, follower: Follower, item: Mapping[str, object]) -> None:
        """What a pull would suppress or put aside may wake it: that is for the pull to know."""
        assert reason(follower, root_item(), item) == "changed"

    @pytest.mark.parametrize("code", ["resyncRequired", "resyncChangesUploadDifferences", "whatever"])
    def test_a_dead_token_is(self, follower: Follower, code: str) -> None:
        """B1, B2: the pull has to deal with it."""
        follower.read_fully(root_item(), file_item("a"))
        follower.service.on("/d1", Reply.json({"error": {"code": code, "message": ""}}, 410))
        assert look(follower).reason == "token_refused"

    def test_an_empty_page_that_leads_on_is_not_the_end(self, follower: Follower) -> None:
        """A4."""
        follower.service.on("/n1", follower.service.page([file_item("b")], delta="/d2"))
        assert reason(follower, next="/n1") == "changed"

    def test_who_leads_on_for_ever_is_left_to_a_pull(self, follower: Follower) -> None:
        follower.service.on("/n1", follower.service.page([], next="/n1"))
        assert reason(follower, next="/n1") == "changed"
        assert follower.service.targets.count("/n1") == MOST_PAGES - 1


class TestWhatALookLeaves:
    def test_the_token_and_the_lake_stay_as_they_were_and_the_link_is_sent_verbatim(self, follower: Follower) -> None:
        """A2."""
        follower.read_fully(root_item(), file_item("a"), token="/d1?$top=5&token=a%2Fb")
        service, before = follower.service, tree(follower.output)
        service.on("/d1?$top=5&token=a%2Fb", service.page([file_item("b")], delta="/d2"))
        service.seen.clear()
        first, second = look(follower), look(follower)
        assert service.targets == ["/d1?$top=5&token=a%2Fb"] * 2
        assert tree(follower.output) == before
        assert (first, first.has_news) == (second, True)

    def test_its_mark_changes_with_the_token_and_tells_nothing_of_it(self, follower: Follower) -> None:
        assert reason(follower, file_item("b")) == "changed"
        mark = look(follower).mark
        follower.service.on("/d2", follower.service.page([], delta="/d3"))
        assert follower.pull().kind == "incremental"
        seen = look(follower)
        assert (seen.reason, seen.mark != mark) == (None, True)
        assert "/d" not in f"{seen}".replace(SOURCE, "").replace(seen.feed, "")


class TestWhereTheTokenIsFrom:
    @pytest.fixture
    def tokens(self, follower: Follower) -> TokenStore:
        follower.tokens = MemoryTokenStore()
        return follower.tokens

    def test_from_the_store_without_a_look_at_the_lake(self, follower: Follower, tokens: TokenStore) -> None:
        """So a triggerer need not reach the output."""
        follower.read_fully(root_item(), file_item("a"))
        follower.service.on("/d1", follower.service.page([root_item()], delta="/d2"))
        for file in sorted(follower.output.rglob("*.json")):
            file.unlink()
        assert look(follower).reason is None

    def test_from_the_log_where_the_store_has_lost_it(self, follower: Follower, tokens: TokenStore) -> None:
        """E5."""
        follower.read_fully(root_item(), file_item("a"))
        follower.tokens = MemoryTokenStore()
        follower.service.on("/d1", follower.service.page([root_item()], delta="/d2"))
        assert look(follower).reason is None
        assert follower.service.targets[-1] == "/d1"


class TestWhatCannotBeSeen:
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (Reply.json({"error": {"code": "accessDenied", "message": ""}}, 403), FixSetup),
            (Reply.json({"error": {"code": "itemNotFound", "message": ""}}, 404), FixSetup),
            (Reply(200, {}, b"{"), RetryLater),
            (Reply.json({"value": []}), BrokenFeed),
        ],
        ids=["403", "404", "cut", "no link"],
    )
    def test_a_look_raises_what_a_pull_would(self, follower: Follower, reply: Reply, kind: type[Exception]) -> None:
        follower.read_fully(root_item(), file_item("a"))
        follower.service.replace("/d1", reply)
        with pytest.raises(kind) as looked:
            look(follower)
        with pytest.raises(kind) as pulled:
            follower.pull()
        assert str(looked.value) == str(pulled.value)

    def test_a_link_to_another_host_gets_no_token(self, follower: Follower, elsewhere: GraphService) -> None:
        """F4."""
        follower.read_fully(root_item(), file_item("a"))
        follower.service.on("/d1", follower.service.page([], next=f"{elsewhere.host}/n1"))
        with pytest.raises(BrokenFeed, match="link"):
            look(follower)
        assert elsewhere.seen == []


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    drive = Drive("Documents", flavour=Flavour.PERSONAL, seed="peek")
    drive.create_file("a.txt", b"a", drive.create_folder("Reports").id)
    with Emulator(drives=[drive]) as emulator:
        yield emulator


@pytest.mark.parametrize("part", ["", "/Reports/", "feed of its own"])
def test_every_protocol_is_looked_at_where_its_pull_stopped(
    emulator: Emulator, protocol: str, part: str, tmp_path: Path
) -> None:
    """The same words name the same feed; what is news to the one is to the other."""
    drive, output = emulator.drive, str(tmp_path / "lake")
    folder_id = drive.find("/Reports").id
    source = f"drives/{drive.id}" + (f"/items/{folder_id}" if part.startswith("feed") else "")
    folder = part if part.startswith("/") else ""
    base = f"{emulator.url}/v1.0"

    def pull() -> str:
        capture = DriveCapture(source=Source.parse(source), output=output, protocol=protocol, folder=folder)
        with Transport(auth=BearerToken("r3ady"), base_url=base) as transport:
            return capture_drive(capture, base_url=base, transport=transport).kind

    def look() -> str | None:
        words = DriveWords(source=source, protocol=protocol, folder=folder)
        with Transport(auth=BearerToken("r3ady"), base_url=base) as transport:
            return peek(watched_drive(words, output, base_url=base, transport=transport), transport).reason

    assert (look(), pull()) == ("never_read", "initial")
    emulator.clear_requests()
    assert (look(), len(emulator.requests)) == (None, 1)
    drive.create_file("b.txt", b"b", folder_id)
    assert (look(), look(), pull(), look()) == ("changed", "changed", "incremental", None)
    emulator.expire()
    assert (look(), pull(), look()) == ("token_refused", "resync", None)


def test_changes_of_sharing_are_asked_for_as_the_pull_does(follower: Follower) -> None:
    follower.service.on(START, follower.service.page([root_item()], delta="/d1"))
    follower.pull(sharing_changes=True)
    follower.service.on("/d1", follower.service.page([], delta="/d2"))
    look(follower, sharing_changes=True)
    asked = [seen.headers["prefer"] for seen in follower.service.seen]
    assert asked[0] == asked[-1]
    look(follower)
    assert "prefer" not in follower.service.seen[-1].headers
