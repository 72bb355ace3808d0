"""Long reads that are cut short are gone on with, and end as if nothing had happened."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.capture import DriveCapture, reconcile_drive
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, LostRace, RetryLater
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Drive
from tests.core.long_reads import NEVER, OFTEN, DiesAt, Killed, LongFeed, same, told
from tests.core.played import START, Follower, age, connect, refused, resync, tree
from tests.graph_service import GraphService, Reply, file_item, folder_item, root_item, tombstone

PAGES = [
    [root_item(), folder_item("f", "Old"), file_item("a", parent="f")],
    [file_item("b", parent="f"), {"id": "bad", "size": "large"}],
    [],
    [file_item("a", "renamed.txt", parent="f"), {"name": "nameless"}],
    [folder_item("f", "New"), file_item("c", parent="f")],
    [file_item("d"), tombstone("e")],
    [file_item("b", "last.txt", parent="f")],
]


@pytest.fixture
def feed(follower: Follower, service: GraphService) -> LongFeed:
    return LongFeed(service, follower)


@pytest.fixture
def other(service: GraphService, tmp_path: Path) -> LongFeed:
    """The same drive, followed elsewhere by runs that nothing happens to."""
    return LongFeed(service, Follower(service, tmp_path / "other"), options={"checkpoints": NEVER})


def fails_for_long(feed: LongFeed, reply: Reply, kind: type[DriveDeltaError], says: str) -> None:
    """A read is cut short, and then a dozen tries are all refused, before the service is well again."""
    feed.plays(PAGES)
    feed.dies_at(6)
    start = feed.service.page(PAGES[0], next="/p2")
    for target in (START, "/p5"):
        feed.refuses(target, reply)
    for _ in range(12):
        with pytest.raises(kind, match=says):
            feed.pull()
    feed.refuses(START, start)
    feed.refuses("/p5", feed.service.page(PAGES[4], next="/p6"))
    feed.asked()


@pytest.mark.parametrize("page", range(1, 8))
def test_a_first_read_that_was_killed_goes_on_where_it_was_kept(feed: LongFeed, other: LongFeed, page: int) -> None:
    """E2: only what was not kept is asked for again, and the lake is what one undisturbed run makes."""
    feed.plays(PAGES)
    other.pull()
    feed.dies_at(page)
    feed.asked()
    summary = feed.pull()
    kept = (page - 1) // 2 * 2
    assert feed.asked() == ([START, *(f"/p{number}" for number in range(2, 8))])[kept:]
    assert (summary.kind, summary.pages, summary.quarantined) == ("initial", 7, 2)
    assert same(feed, other)


def test_rows_keep_the_moment_they_were_read_at(feed: LongFeed) -> None:
    feed.plays(PAGES)
    feed.dies_at(5)
    died = datetime.now(UTC)
    feed.pull()
    before = {row["name"] for row in feed.follower.rows() if row["_captured_at"] < died}  # type: ignore[operator]
    assert before == {"renamed.txt"}  # what was told again later was captured later


def test_nothing_is_left_of_a_read_that_was_concluded(feed: LongFeed) -> None:
    feed.plays(PAGES)
    feed.dies_at(6)
    assert len([name for name in feed.kept() if name.endswith(".json")]) == 1
    feed.pull()
    assert feed.kept() == []
    assert not list(feed.follower.folder.glob("_drivedelta/staging/*"))


def test_an_increment_goes_on_with_its_quarantine_and_what_came_back(feed: LongFeed, other: LongFeed) -> None:
    """What is asked for after the last page is asked for once more: it belongs to the run that publishes."""
    feed.service.on("/v1.0/drives/b!drive/items/bad", refused(404, "itemNotFound"))
    for lake in (feed, other):
        feed.plays(PAGES)
        lake.pull()
        feed.plays([[tombstone("f")]], at="/d1", delta="/d2")
        assert lake.pull().deleted == 4
    inside = [file_item("b", "last.txt", parent="f"), file_item("c", parent="f")]
    feed.service.on("/v1.0/drives/b!drive/items/f/children", Reply.json({"value": inside}))
    pages = [[folder_item("f", "New")], [file_item("x"), {"id": "worse", "size": "x"}], [file_item("y")], [], []]
    feed.plays(pages, at="/d2", name="q", delta="/d3")
    other.pull()
    feed.dies_at(4)
    feed.asked()
    summary = feed.pull()
    assert [target for target in feed.asked() if target.startswith(("/d", "/q"))] == ["/q3", "/q4", "/q5"]
    assert (summary.kind, summary.inserted, summary.quarantined) == ("incremental", 5, 1)
    assert {row["_cause"] for row in feed.follower.rows(3)} == {"reported", "restored"}
    assert same(feed, other)


def test_an_increment_with_nothing_but_the_root_is_quiet_after_all(feed: LongFeed) -> None:
    feed.plays(PAGES[:1])
    feed.pull()
    feed.plays([[root_item()]] * 5, at="/d1", name="q", delta="/d2")
    feed.dies_at(4)
    assert feed.pull().kind == "quiet"
    assert (feed.kept(), feed.follower.token) == ([], "/d2")


@pytest.mark.parametrize("flavour", ["Apply", "Upload"])
def test_a_resync_goes_on_after_the_token_was_refused_again(feed: LongFeed, other: LongFeed, flavour: str) -> None:
    """B4, B5, B6, E2: what absence means is what the service said."""
    for lake in (feed, other):
        feed.plays(PAGES)
        lake.pull()
    feed.refuses("/d1", resync(flavour))
    feed.plays([[root_item()], [file_item("b")], [], [file_item("d", "new.txt")], []], name="r", delta="/d9")
    other.pull()
    feed.dies_at(4)
    feed.asked()
    summary = feed.pull()
    assert feed.asked() == ["/d1", "/r3", "/r4", "/r5"]
    assert (summary.kind, summary.missing > 0) == ("resync", flavour == "Upload")
    assert same(feed, other)


def test_a_resync_that_began_unsure_stays_unsure(feed: LongFeed) -> None:
    feed.plays([[root_item(), file_item("a"), file_item("lost")]])
    feed.pull()
    feed.refuses("/d1", resync("Upload"))
    feed.plays([[root_item()], [file_item("a")], []], name="r", delta="/d9")
    feed.dies_at(3)
    feed.refuses("/d1", resync("Apply"))
    summary = feed.pull()
    assert (summary.missing, summary.deleted) == (1, 0)


def test_a_resync_goes_on_instead_of_at_the_link_that_is_offered(feed: LongFeed) -> None:
    feed.plays([[root_item(), file_item("a")]])
    feed.pull()
    feed.refuses("/d1", resync(location=f"{feed.service.host}/offered"))
    feed.plays([[root_item()], [file_item("a")], [file_item("b")], []], at="/offered", name="r", delta="/d9")
    feed.dies_at(3)
    feed.asked()
    assert feed.pull().inserted == 1
    assert feed.asked() == ["/d1", "/r3", "/r4"]


class TestViewChanges:
    """The feed that never says goodbye: see `test_view_changes_pull`."""

    BEGIN = "/v1.0/drives/b!drive/root/view.changes"

    def at(self, token: str) -> str:
        return f"{self.BEGIN}?token={token}" if token else self.BEGIN

    def plays(self, feed: LongFeed, *pages: list[dict[str, object]], start: str = "", resync: str = "") -> None:
        """Pages at the tokens T2, T3 … after `start`; an empty one ends nothing for good but the last one."""
        for number, items in enumerate(pages, 2):
            then, more = f"T{number}", number <= len(pages)
            links = {"@odata.nextLink": feed.service.host + self.at(then), "@changes.token": then}
            said = {"@changes.resync": resync} if resync and number == 2 else {}
            body = {"value": items, "@changes.hasMoreChanges": more} | links | said
            feed.refuses(self.at(start if number == 2 else f"T{number - 1}"), Reply.json(body))

    def test_an_end_that_has_to_be_confirmed_is_confirmed_after_a_kill(self, feed: LongFeed) -> None:
        """A12: what comes after the first empty page would be taken for deleted otherwise."""
        feed.options = {"protocol": "view.changes", "checkpoints": Checkpoints(every_pages=1)}
        self.plays(feed, [root_item(), file_item("a")], [], [file_item("b")], [], [])
        feed.dies_at(3)
        feed.asked()
        summary = feed.pull()
        assert (summary.inserted, feed.asked()) == (2, [self.at(token) for token in ("T3", "T4", "T5")])

    def test_a_resync_goes_on_instead_of_from_the_page_that_comes_with_the_refusal(self, feed: LongFeed) -> None:
        """B7: and with the flavour that it came with."""
        feed.options = {"protocol": "view.changes", "checkpoints": Checkpoints(every_pages=1)}
        self.plays(feed, [root_item(), file_item("a"), file_item("lost")])
        feed.pull()
        pages = [[root_item(), file_item("a")], [file_item("b")], [file_item("c")]]
        feed.follower.write_record(delta_token=feed.service.host + self.at("T0"))
        self.plays(feed, *pages, start="T0", resync="uploadDifferences")
        feed.dies_at(3)
        feed.asked()
        summary = feed.pull()
        assert (summary.kind, summary.inserted, summary.missing, summary.deleted) == ("resync", 2, 1, 0)
        assert feed.asked() == [self.at("T0"), self.at("T3")]

    def test_a_first_read_that_is_called_a_resync_goes_on_as_the_first_read(self, feed: LongFeed) -> None:
        feed.options = {"protocol": "view.changes", "checkpoints": Checkpoints(every_pages=1)}
        self.plays(feed, [root_item(), file_item("a")], [file_item("b")], [file_item("c")], resync="applyDifferences")
        feed.dies_at(3)
        feed.asked()
        summary = feed.pull()
        assert (summary.kind, summary.inserted, feed.asked()) == ("initial", 3, [self.at("T3")])


class TestThrottled:
    def test_what_was_read_is_kept_and_the_error_says_so(self, feed: LongFeed, other: LongFeed) -> None:
        """E4: the token is where it was, nothing is published, and nothing is asked for twice."""
        feed.plays(PAGES)
        other.pull()
        feed.asked()
        error = feed.is_sent_away_at("/p4")
        assert (error.after, error.pages_kept) == (9999, 3)
        assert "the 3 pages read so far are kept, and the next try goes on from there" in str(error)
        assert {name.split("/")[2] for name in tree(feed.follower.output)} == {"reads"}
        feed.asked()
        feed.pull()
        assert feed.asked() == ["/p4", "/p5", "/p6", "/p7"]
        assert same(feed, other)

    def test_an_increment_that_is_sent_away_leaves_token_and_rows(self, feed: LongFeed) -> None:
        """E4."""
        feed.plays(PAGES[:1])
        feed.pull()
        before = feed.follower.rows()
        feed.plays(PAGES[1:], at="/d1", name="q", delta="/d2")
        assert feed.is_sent_away_at("/q2").pages_kept == 1
        assert (feed.follower.token, feed.follower.rows()) == ("/d1", before)
        feed.asked()
        feed.pull()
        assert (feed.asked()[0], feed.follower.token) == ("/q2", "/d2")

    def test_it_may_happen_again_and_again(self, feed: LongFeed, other: LongFeed) -> None:
        """Of no read more than one checkpoint is kept, with one small file of rows a time."""
        feed.plays(PAGES)
        other.pull()
        for _ in range(12):  # more often than a read may be cut short by itself
            assert feed.is_sent_away_at("/p4").pages_kept == 3
        for target in ("/p5", "/p6", "/p7"):
            feed.is_sent_away_at(target)
        assert len([name for name in feed.kept() if name.endswith(".json")]) == 1
        assert len([name for name in feed.kept() if name.endswith(".arrow")]) == 1
        assert feed.pull().pages == 7
        assert same(feed, other)

    def test_another_run_may_go_on_at_once(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        feed.is_sent_away_at("/p4")
        feed.asked()
        feed.pull("scheduled 2")
        assert feed.asked()[0] == "/p4"

    def test_before_the_first_page_there_is_nothing_to_keep(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        error = feed.is_sent_away_at(START)
        assert (error.pages_kept, tree(feed.follower.output)) == (0, {})

    def test_a_dry_run_keeps_nothing_and_uses_nothing(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        assert feed.is_sent_away_at("/p4", dry_run=True).pages_kept == 0
        assert tree(feed.follower.output) == {}
        feed.dies_at(4)
        kept = tree(feed.follower.output)
        feed.asked()
        assert feed.pull(dry_run=True).rows == 5
        assert (feed.asked()[0], tree(feed.follower.output)) == (START, kept)


class TestAnotherStart:
    def test_the_read_of_another_token_is_another(self, feed: LongFeed) -> None:
        feed.plays(PAGES[:1])
        feed.pull()
        feed.plays(PAGES, at="/d1", name="q", delta="/d2")
        feed.dies_at(6)
        feed.follower.write_record(delta_token=f"{feed.service.host}/moved")
        feed.plays([[file_item("z")]], at="/moved", delta="/d3")
        assert feed.pull().inserted == 1
        assert len([name for name in feed.kept() if name.endswith(".json")]) == 1  # litter in some days

    def test_other_settings_are_another_read(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        feed.dies_at(6)
        selected = f"{START}?$select=id,name,parentReference,deleted,root,file,folder,createdDateTime,size"
        feed.plays([[root_item()]], at=selected, delta="/d8")
        feed.asked()
        feed.pull(select=["size"])
        assert feed.asked() == [selected.replace("$", "%24").replace("%24", "$")]

    def test_a_reload_goes_on_with_what_its_own_run_kept(self, feed: LongFeed) -> None:
        """Another one was asked for later, by somebody who doubts what was known by then."""
        feed.plays(PAGES)
        feed.pull()
        feed.dies_at(6, "reload 1", full_reload=True)
        feed.asked()
        assert feed.pull("reload 2", full_reload=True).kind == "reload"
        assert feed.asked()[0] == START
        assert feed.pull("reload 1", full_reload=True).kind == "reload"
        assert feed.asked() == ["/p5", "/p6", "/p7"]

    def test_a_reload_goes_on_beside_increments(self, feed: LongFeed) -> None:
        """What an increment told meanwhile is newer than the pages that were kept."""
        feed.plays([[root_item(), file_item("a"), file_item("b")]])
        feed.pull()
        pages = [[root_item(), file_item("a", "old.txt")], [file_item("b")], [file_item("c")], []]
        feed.plays(pages, name="r", delta="/d7")
        feed.dies_at(3, "reload", full_reload=True)
        feed.plays([[file_item("a", "newest.txt")]], at="/d1", delta="/d2")
        assert feed.pull().updated == 1
        summary = feed.pull("reload", full_reload=True)
        assert (summary.kind, summary.inserted, summary.updated) == ("reload", 1, 0)
        assert feed.follower.token == "/d2"


class TestWhoGoesOn:
    def killed(self, feed: LongFeed, page: int) -> None:
        """A run in a process of its own, which ends at this page without a word."""
        script = (
            "import os, signal, sys\n"
            "from airflow_provider_drivedelta.core.auth import BearerToken\n"
            "from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive\n"
            "from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints\n"
            "from airflow_provider_drivedelta.core.sources import Drive\n"
            "from airflow_provider_drivedelta.core.transport import Transport\n"
            "url, output, page = sys.argv[1:]\n"
            "capture = DriveCapture(source=Drive.parse('drives/b!drive'), output=output, run='scheduled 1',\n"
            "                       named_run=True, checkpoints=Checkpoints(every_pages=2))\n"
            "die = lambda told: told.pages == int(page) and os.kill(os.getpid(), signal.SIGKILL)\n"
            "with Transport(auth=BearerToken('x'), base_url=url) as transport:\n"
            "    capture_drive(capture, base_url=url, transport=transport, on_page=die)\n"
        )
        command = [sys.executable, "-c", script, feed.service.url, str(feed.follower.output), str(page)]
        assert subprocess.run(command, check=False).returncode == -9

    def test_a_retry_goes_on_at_once_where_the_worker_was_lost(self, feed: LongFeed, other: LongFeed) -> None:
        """E1, E2."""
        feed.plays(PAGES)
        other.pull()
        self.killed(feed, 6)
        feed.asked()
        feed.pull("scheduled 1")
        assert feed.asked() == ["/p5", "/p6", "/p7"]
        assert same(feed, other)

    def test_another_run_waits_for_who_may_be_alive(self, feed: LongFeed) -> None:
        """E3: it says how long, asks for nothing, and leaves what is kept."""
        feed.plays(PAGES)
        self.killed(feed, 6)
        kept = feed.kept()
        feed.asked()
        with pytest.raises(
            RetryLater, match=r"Another run \(scheduled 1\) is in the middle.*goes on from where it was"
        ):
            feed.pull("scheduled 2")
        assert (feed.asked(), feed.kept()) == ([], kept)
        with pytest.raises(RetryLater) as waits:
            feed.pull("drivedelta pull", named_run=False)
        assert 0 < waits.value.after <= 15 * 60  # type: ignore[operator]

    def test_two_that_go_on_at_once_publish_once(self, feed: LongFeed, other: LongFeed) -> None:
        """E3: the first one was thought dead, and reads on."""
        feed.plays(PAGES)
        other.pull()

        class Overtaken(DiesAt):
            def append(self, progress: object) -> None:
                if progress.pages == 6:  # type: ignore[attr-defined]
                    twin = LongFeed(feed.service, Follower(feed.service, feed.follower.output))
                    assert twin.pull("scheduled 1").increment == 1

        feed.follower.progress = Overtaken(6)
        summary = feed.follower.pull(run="scheduled 1", named_run=True, checkpoints=Checkpoints(every_pages=2))
        assert (summary.increment, summary.rows) == (2, 0)
        assert told(feed.follower.rows()) == told(other.follower.rows())

    def test_a_read_that_nobody_finished_is_litter_after_three_days(self, feed: LongFeed) -> None:
        feed.plays(PAGES[:1])
        feed.pull()
        feed.plays(PAGES, at="/d1", name="q", delta="/d2")
        feed.dies_at(6)
        feed.follower.write_record(delta_token=f"{feed.service.host}/moved")
        feed.plays([[]], at="/moved", delta="/moved")
        for days, left in ((2.9, True), (3.1, False)):
            for folder in feed.follower.folder.glob("_drivedelta/reads/*"):
                age(folder, days * 86_400)
            feed.pull()
            assert bool(feed.kept()) is left


class TestTheEnd:
    def overtaken(self, feed: LongFeed, page: int) -> type[DiesAt]:
        """At this page the run is thought dead and tried again, and that try is quicker."""

        class Overtaken(DiesAt):
            def append(self, progress: object) -> None:
                if progress.pages == self.page:  # type: ignore[attr-defined]
                    twin = LongFeed(feed.service, Follower(feed.service, feed.follower.output))
                    assert twin.pull("slow").increment

        return Overtaken

    def test_an_increment_that_lost_the_race_is_not_gone_on_with(self, feed: LongFeed) -> None:
        """E3."""
        feed.plays(PAGES[:1])
        feed.pull()
        feed.plays(PAGES[1:], at="/d1", name="q", delta="/d2")
        feed.follower.progress = self.overtaken(feed, 5)(5)
        with pytest.raises(LostRace):
            feed.follower.pull(checkpoints=OFTEN, run="slow", named_run=True)
        assert feed.kept() == []

    def test_a_read_that_is_held_back_is_kept_there_and_nowhere_else(self, feed: LongFeed) -> None:
        feed.plays([[root_item(), *(file_item(f"{number}") for number in range(120))]])
        feed.pull()
        feed.refuses("/d1", resync())
        feed.plays([[root_item()], [file_item("1")], [file_item("2")], []], name="r", delta="/d9")
        feed.dies_at(4)
        with pytest.raises(FixSetup, match="would delete 118 of 120") as held:
            feed.pull()
        assert feed.kept() == []
        confirmation = str(held.value).partition("confirm_deletes='")[2][:8]
        assert feed.pull(confirm_deletes=confirmation).deleted == 118

    def test_a_reconcile_goes_on_with_its_own_read(self, feed: LongFeed) -> None:
        feed.plays([[root_item(), file_item("a")]])
        feed.pull()
        feed.plays([[]], at="/d1", delta="/d1")
        feed.plays([[root_item()], [file_item("a")], [file_item("never told")], []], name="r", delta="/d9")

        def reconciled(progress: list[Progress]) -> Reconciled:
            capture = DriveCapture(
                source=Drive.parse("drives/b!drive"),
                output=str(feed.follower.output),
                checkpoints=OFTEN,
                run="weekly",
                named_run=True,
            )
            with connect(feed.service) as transport:
                url = feed.service.url
                return reconcile_drive(capture, base_url=url, transport=transport, on_page=progress.append)

        with pytest.raises(Killed):
            reconciled(DiesAt(3))
        feed.asked()
        done = reconciled([])
        assert (done.verdict, done.summary.inserted) == ("drift", 1)
        assert feed.asked() == ["/d1", "/r3", "/r4", "/d1"]
        assert feed.kept() == []


class TestOfNoUse:
    @pytest.mark.parametrize("reply", [resync(), Reply.json({"value": []}), refused(400, "invalidRequest")])
    def test_a_link_that_is_refused_is_forgotten_and_the_read_starts_again(
        self, feed: LongFeed, other: LongFeed, reply: Reply
    ) -> None:
        feed.plays(PAGES)
        other.pull()
        feed.dies_at(6)
        feed.refuses("/p5", reply)
        feed.plays(PAGES, name="fresh")
        feed.asked()
        assert feed.pull().pages == 7
        assert feed.asked()[:3] == ["/p5", START, "/fresh2"]
        assert same(feed, other)

    def test_it_is_deleted_before_the_read_starts_again(self, feed: LongFeed) -> None:
        """A run that is killed right then does not meet it a second time."""
        feed.plays(PAGES)
        feed.dies_at(6)
        feed.refuses("/p5", resync())
        feed.plays(PAGES, name="fresh")
        feed.dies_at(1)
        assert feed.kept() == []

    def test_a_link_of_an_increment_that_is_refused_does_not_cost_a_full_read(self, feed: LongFeed) -> None:
        """The token itself is still good: only the middle of the chain was forgotten by the service."""
        feed.plays(PAGES[:1])
        feed.pull()
        feed.plays([[file_item("x")], [], [], [file_item("y")]], at="/d1", name="q", delta="/d2")
        feed.dies_at(4)
        feed.refuses("/q3", resync())
        feed.plays([[file_item("x")], [file_item("y")]], at="/d1", name="fresh", delta="/d2")
        summary = feed.pull()
        assert (summary.kind, summary.inserted) == ("incremental", 2)

    def test_a_circle_is_forgotten(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        feed.refuses("/p6", feed.service.page([], next="/p5"))
        with pytest.raises(BrokenFeed, match="circle"):
            feed.pull()
        assert feed.kept() == []

    def test_who_may_not_read_at_all_any_more_keeps_what_was_read(self, feed: LongFeed) -> None:
        """A secret that expires in the middle of the night costs no second read."""
        fails_for_long(feed, refused(403, "accessDenied"), FixSetup, "may not read this")
        assert feed.pull().pages == 7
        assert feed.asked() == ["/p5", "/p6", "/p7"]

    def test_a_service_that_is_down_costs_nothing(self, feed: LongFeed) -> None:
        fails_for_long(feed, Reply(500), RetryLater, "answered 500")
        assert feed.pull().pages == 7
        assert feed.asked() == ["/p5", "/p6", "/p7"]

    def test_a_link_that_alone_is_down_is_given_up_after_some_tries(self, feed: LongFeed) -> None:
        feed.plays(PAGES)
        feed.dies_at(6)
        feed.refuses("/p5", Reply(500))
        feed.plays(PAGES, name="fresh")
        for _ in range(2):
            with pytest.raises(RetryLater):
                feed.pull()
        assert feed.pull().pages == 7

    @pytest.mark.parametrize("spoil", ["cut", "changed", "gone", "format", "no JSON"])
    def test_what_is_damaged_is_not_used(self, feed: LongFeed, other: LongFeed, spoil: str) -> None:
        feed.plays(PAGES)
        other.pull()
        feed.dies_at(6)
        (checkpoint,) = feed.follower.folder.glob("_drivedelta/reads/*/*.json")
        (part,) = feed.follower.folder.glob("_drivedelta/reads/*/*.arrow")
        content = part.read_bytes()
        if spoil == "cut":
            part.write_bytes(content[:-1])
        elif spoil == "changed":
            part.write_bytes(content[:-60] + bytes([content[-60] ^ 1]) + content[-59:])
        elif spoil == "gone":
            part.unlink()
        elif spoil == "format":
            checkpoint.write_text(checkpoint.read_text().replace('"format": 1', '"format": 2'))
        else:
            checkpoint.write_text("{")
        feed.asked()
        feed.pull()
        assert feed.asked()[0] == START
        assert same(feed, other)
        assert feed.kept() == []


def test_the_log_says_once_that_a_read_goes_on_and_shows_no_link(
    feed: LongFeed, caplog: pytest.LogCaptureFixture
) -> None:
    """F10."""
    feed.plays(PAGES)
    feed.dies_at(6)
    caplog.set_level(logging.INFO)
    feed.pull()
    (line,) = [record.getMessage() for record in caplog.records if "Going on" in record.getMessage()]
    assert "after 4 pages, 5 items" in line
    assert "/p5" not in caplog.text


@settings(max_examples=15)
@given(st.data())
def test_however_often_it_is_killed_the_lake_is_the_same(data: st.DataObject) -> None:
    """E1, E2: kills anywhere, of runs that keep what they read as often as they like."""
    names = st.sampled_from(["a", "b", "c", "f", "g"])
    item = st.one_of(
        st.builds(file_item, names, names, st.sampled_from(["root", "f", "g"])),
        st.builds(folder_item, st.sampled_from(["f", "g"]), names),
        st.builds(tombstone, names),
        st.just({"id": "bad", "size": "large"}),
        st.just(root_item()),
    )
    first, second = (data.draw(st.lists(st.lists(item, max_size=4), min_size=1, max_size=9)) for _ in range(2))
    with GraphService() as service, tempfile.TemporaryDirectory() as folder:
        service.always(refused(404, "itemNotFound"))
        often = Checkpoints(every_pages=data.draw(st.integers(1, 4)))
        feed = LongFeed(service, Follower(service, Path(folder, "a")), {"checkpoints": often})
        other = LongFeed(service, Follower(service, Path(folder, "b")), {"checkpoints": NEVER})
        feed.plays(first)
        other.pull()
        feed.plays(second, at="/d1", name="q", delta="/d2")
        other.pull()
        for pages in (first, second):
            for page in data.draw(st.lists(st.integers(1, len(pages)), max_size=4)):
                if not feed.may_die_at(page):
                    break
            else:
                feed.pull()
        assert same(feed, other)
