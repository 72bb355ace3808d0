"""The health of feeds is what lies in their folders and their tokens, and one bad feed hides no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.health.feed_health import FeedHealth
from airflow_provider_drivedelta.core.health.read import feeds_health
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoint, Owner
from airflow_provider_drivedelta.core.lake.last_error import LastError, save_last_error
from airflow_provider_drivedelta.core.lake.layout import HELD, LAST_ERROR, LOG, READS, TOKEN_FILE, commit_path
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore
from tests.core.played import START, Follower, a_commit, a_record, age, resync, tree
from tests.graph_service import GraphService, file_item, root_item

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # two days after `a_commit`
SECRET = "T0ps3cret"


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def an_error(**more: object) -> LastError:
    known = {"at": ago(hours=1), "since": ago(hours=3), "times": 3, "kind": "FixSetup", "text": "403", "run": "r"}
    return LastError(**({"feed": "drive-x--00000000", "source": "drives/x"} | known | more))  # type: ignore[arg-type]


@pytest.fixture
def lake(tmp_path: Path) -> LocalStorage:
    """An output with one feed in it, of two commits; only the first has rows."""
    lake = LocalStorage(tmp_path / "lake")
    feed = lake.below("drive-x")
    log.add(feed, a_commit(1, counts={"rows": 7}, committed_at=ago(days=3)))
    log.add(feed, a_commit(2, "b" * 16, counts={"rows": 0}, started_at=ago(hours=49), committed_at=ago(hours=48)))
    return lake


def the_only(lake: LocalStorage, tokens: MemoryTokenStore | None = None) -> FeedHealth:
    (feed,) = feeds_health(lake, tokens=tokens, now=NOW)
    return feed


def test_without_a_stored_token_the_log_says_what_it_knows(lake: LocalStorage) -> None:
    feed = the_only(lake)
    assert (feed.source, feed.increment, feed.told_by, feed.state) == ("drives/x", 2, "log", "ok")
    assert feed.last_success == feed.last_increment == NOW - timedelta(hours=48)
    assert feed.last_change == NOW - timedelta(days=3)
    assert (feed.token_at, feed.days_left) == (NOW - timedelta(hours=49), 58.0)


def test_a_token_beside_the_data_knows_of_quiet_runs(lake: LocalStorage) -> None:
    record = a_record(increment=2, saved_at=ago(hours=2), last_success=ago(hours=2))
    TokenFile(lake.below("drive-x")).save(record)
    feed = the_only(lake)
    assert (feed.told_by, feed.last_success, feed.days_left) == ("token", NOW - timedelta(hours=2), 59.9)
    assert feed.last_increment == NOW - timedelta(hours=48)


def test_a_token_kept_elsewhere_is_asked_for_by_the_feeds_key(lake: LocalStorage) -> None:
    tokens = MemoryTokenStore()
    tokens.save(a_record(increment=2, saved_at=ago(hours=3), last_success=ago(hours=3)))
    assert the_only(lake, tokens).last_success == NOW - timedelta(hours=3)


def test_of_two_tokens_the_newer_one_counts(lake: LocalStorage) -> None:
    tokens = MemoryTokenStore()
    tokens.save(a_record(increment=2, saved_at=ago(hours=1), last_success=ago(hours=1)))
    TokenFile(lake.below("drive-x")).save(a_record(increment=2, saved_at=ago(days=2), last_success=ago(days=2)))
    assert the_only(lake, tokens).last_success == NOW - timedelta(hours=1)


def test_thousands_of_variables_are_not_asked_where_the_token_beside_the_data_is_fresh(lake: LocalStorage) -> None:
    class Asked(MemoryTokenStore):
        def load(self, feed: str) -> None:
            raise AssertionError(feed)

    TokenFile(lake.below("drive-x")).save(a_record(increment=2, saved_at=ago(hours=1), last_success=ago(hours=1)))
    assert the_only(lake, Asked()).told_by == "token"


@pytest.mark.parametrize("increment", [1, 3])
def test_a_token_that_is_not_the_next_runs_is_not_judged_by_its_age(lake: LocalStorage, increment: int) -> None:
    """Behind the log after a crash, ahead of it after a restore: either way the next run starts from the log's."""
    TokenFile(lake.below("drive-x")).save(
        a_record(increment=increment, saved_at=ago(hours=1), last_success=ago(hours=1))
    )
    feed = the_only(lake)
    assert (feed.last_success, feed.token_at) == (NOW - timedelta(hours=1), NOW - timedelta(hours=49))


def test_a_personal_drives_token_is_taken_to_live_half_as_long(tmp_path: Path) -> None:
    log.add(LocalStorage(tmp_path / "drive-1"), a_commit(source="drives/0123456789ABCDEF", started_at=ago(days=29)))
    feed = the_only(LocalStorage(tmp_path))
    assert (feed.token_life, feed.days_left, feed.state) == (30, 1.0, "ok")


def test_an_old_token_may_be_dead(tmp_path: Path) -> None:
    log.add(LocalStorage(tmp_path / "drive-1"), a_commit(started_at=ago(days=61), committed_at=ago(days=61)))
    feed = the_only(LocalStorage(tmp_path))
    assert (feed.days_left, feed.state) == (-1.0, "expired")


def test_an_error_since_the_last_success_is_a_failing_feed(lake: LocalStorage) -> None:
    save_last_error(lake.below("drive-x"), an_error())
    feed = the_only(lake)
    assert (feed.state, feed.last_error and feed.last_error.text) == ("failing", "403")


def test_an_error_before_the_last_success_is_over(lake: LocalStorage) -> None:
    save_last_error(lake.below("drive-x"), an_error(at=ago(hours=50)))
    assert the_only(lake).state == "ok"


def test_a_feed_that_never_succeeded_is_found_by_its_error(tmp_path: Path) -> None:
    save_last_error(LocalStorage(tmp_path / "drive-new"), an_error())
    feed = the_only(LocalStorage(tmp_path))
    assert (feed.source, feed.increment, feed.last_success, feed.state) == ("drives/x", 0, None, "failing")


def test_a_feeds_own_folder_will_do(lake: LocalStorage) -> None:
    assert the_only(lake.below("drive-x")) == the_only(lake)


def test_what_is_no_feed_is_passed_over(lake: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "lake/exports").mkdir()
    (tmp_path / "lake/README").write_text("ours")
    the_only(lake)


@pytest.mark.parametrize("place", ["", "nowhere"])
def test_where_there_is_no_feed_that_is_an_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(FixSetup, match="Give an output folder"):
        feeds_health(LocalStorage(tmp_path).below(place))


@pytest.mark.parametrize(
    ("path", "spoiled", "told"),
    [
        (commit_path(2), "{\n}\n", "cannot be read"),
        (LAST_ERROR, "{}", "note of the last error"),
        (TOKEN_FILE, "{}", "stored token"),
        (f"{HELD}/x.json", '{"id": 1}', "held back cannot be read"),
    ],
)
def test_a_spoiled_feed_says_so_and_hides_no_other(lake: LocalStorage, path: str, spoiled: str, told: str) -> None:
    log.add(lake.below("list-y"), a_commit())
    file = lake.root / "drive-x" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(spoiled)
    bad, good = feeds_health(lake, now=NOW)
    assert told in bad.unreadable
    assert (bad.state, good.state) == ("unreadable", "ok")


def test_a_spoiled_variable_says_how_to_recover(lake: LocalStorage) -> None:
    class Spoiled(MemoryTokenStore):
        def load(self, feed: str) -> None:
            raise FixSetup("The stored token is spoiled", where=f"Variable drivedelta__{feed}")

    assert "Variable drivedelta__drive-x--00000000" in the_only(lake, Spoiled()).unreadable


def test_times_that_are_none_are_not_known(lake: LocalStorage) -> None:
    TokenFile(lake.below("drive-x")).save(a_record(increment=2, saved_at="", last_success="2026-11-23T01:00:00"))
    feed = the_only(lake)
    assert (feed.last_success, feed.token_at) == (NOW - timedelta(hours=48), None)


def test_a_read_that_was_held_back_tells_its_confirmation(service: GraphService, follower: Follower) -> None:
    follower.read_fully(root_item(), *(file_item(f"i{number}") for number in range(300)))
    service.on("/d1", resync())
    service.replace(START, service.page([root_item()], delta="/d9"))
    with pytest.raises(FixSetup, match="would delete 300") as caught:
        follower.pull()
    feed = the_only(LocalStorage(follower.output))
    assert feed.held
    assert (feed.state, feed.held.then in str(caught.value)) == ("held", True)
    assert f"confirm_deletes='{feed.held.id}'" in feed.held.then


def test_a_long_read_that_was_cut_short_is_told_of(lake: LocalStorage) -> None:
    until = NOW + timedelta(minutes=5)
    for pages in (100, 200):
        owner = Owner(attempt=f"{pages:016}", run="dag/run/pull", until=until)
        position = {"next": {"url": f"https://graph/delta?token={SECRET}"}}
        kept = Checkpoint(owner=owner, sequence=1, at=NOW, pages=pages, position=position, stage={}, parts=())
        lake.below("drive-x").create(f"{READS}/key/{kept.id}.json", kept.to_json())
    lake.below("drive-x").create(f"{READS}/key/00000009-spoiled.json", b"{")
    feed = the_only(lake)
    assert feed.long_read
    assert (feed.long_read.pages, feed.long_read.run, feed.long_read.until) == (200, "dag/run/pull", until)


def test_attempts_that_died_long_ago_are_litter(lake: LocalStorage) -> None:
    for name, seconds in (("dead", 90_000), ("alive", 60)):
        lake.below("drive-x").create(f"_drivedelta/staging/{name}/read-1.arrow", b"")
        age(lake.root / "drive-x/_drivedelta/staging" / name, seconds)
    assert the_only(lake).litter == 1


def test_items_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    log.add(LocalStorage(tmp_path / "drive-1"), a_commit(quarantined=("a", "b")))
    assert the_only(LocalStorage(tmp_path)).quarantined == 2


def test_it_is_json_without_a_token_and_changes_nothing(lake: LocalStorage) -> None:
    save_last_error(lake.below("drive-x"), an_error())
    TokenFile(lake.below("drive-x")).save(a_record(increment=2, delta_token=f"https://graph/{SECRET}"))
    before = tree(lake.root)
    told = json.dumps(the_only(lake).to_dict())
    assert json.loads(told)["last_error"]["times"] == 3
    assert SECRET not in told
    assert "token=T" not in told
    assert tree(lake.root) == before


def test_a_stump_of_a_commit_is_none(lake: LocalStorage) -> None:
    (lake.root / "drive-x" / LOG / "00000003.json").write_text('{\n "incr')
    assert the_only(lake).increment == 2
