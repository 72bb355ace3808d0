"""Canaries in all that the service says: none is in a log, an error, an answer, or a file it does not belong in."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import Transport
from tests.graph_service import GraphService, Reply
from tests.security import canaries
from tests.security.feeds import FAULTS, LINKS, Feed, whole_text
from tests.security.hiding import HIDDEN
from tests.security.searching import leaks_below

PASSWORD = "c4nary-pr0xy.word_2"
KINDS = {
    "forbidden": FixSetup,
    "not there": FixSetup,
    "throttled": RetryLater,
    "down": RetryLater,
    "moved": BrokenFeed,
    "cut off": RetryLater,
    "hung up": RetryLater,
}


def known_secrets(feed: Feed) -> dict[str, str]:
    """The canaries, and the tokens and links that the service has given so far."""
    tokens = sorted(token for token in feed.tokens if len(token) > 20)
    return dict(canaries.PLANTED) | {f"token {number}": token for number, token in enumerate(tokens)}


def leaks_in_files(feed: Feed) -> list[str]:
    """Tokens and links have four places; what else was said in confidence has none."""
    secrets = known_secrets(feed)
    tokens = frozenset(name for name in secrets if name.startswith("token "))
    homes = ("log/*.json", "token.json", "reads/*.json", "held/*.json")
    return leaks_below(feed.output, secrets, allowed={f"*/_drivedelta/{home}": tokens for home in homes})


def tell_links(feed: Feed) -> None:
    """Items with every link that lets anybody in; one of them cannot be read."""
    if feed.is_drive:
        for number in range(3):
            made = feed.items.create_file(f"shown {number}.txt", b"x")  # type: ignore[union-attr]
            feed.items.set_facets(made.id, LINKS | ({"size": "much"} if number == 1 else {}))  # type: ignore[union-attr, arg-type]
    else:
        feed.items.add({"Title": "one more", "State": "open"})  # type: ignore[union-attr]


def throw_most_away(feed: Feed) -> None:
    if feed.is_drive:
        for number in range(130):
            feed.items.delete(feed.items.find(f"/{number}.txt").id)  # type: ignore[union-attr]
    else:
        for number in range(1, 131):
            feed.items.delete(number)  # type: ignore[union-attr]


def test_good_runs_leave_nothing_secret(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    """H5. First read, increment with quarantine, resync, reconcile, dry run; at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    kinds = [feed.pull().kind]  # type: ignore[attr-defined]
    tell_links(feed)
    kinds.append(feed.pull().kind)  # type: ignore[attr-defined]
    feed.emulator.expire()
    kinds += [feed.pull().kind, feed.pull(dry_run=True, full_reload=True).kind]  # type: ignore[attr-defined]
    feed.reconcile()
    assert kinds == ["initial", "incremental", "resync", "reload"], feed.failures
    assert list(feed.output.glob("*/_drivedelta/quarantine/*")) or not feed.is_drive
    assert "-> 200" in caplog.text
    assert "token 2" in known_secrets(feed)
    assert canaries.leaks(known_secrets(feed), "\n".join([caplog.text, *feed.said])) == []
    assert leaks_in_files(feed) == []


def test_bad_runs_leave_nothing_secret(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    """H5. Each kind of error, at the first call and after some pages; what is kept of a long read, too."""
    caplog.set_level(logging.DEBUG)
    feed.fail(FAULTS["throttled"], nth=2, checkpoints=Checkpoints(every_pages=1))
    assert list(feed.output.glob("*/_drivedelta/reads/*/*.json"))
    assert leaks_in_files(feed) == []
    assert isinstance(feed.pull(), Summary)
    for name, fault in FAULTS.items():
        error = feed.fail(fault)
        assert isinstance(error, KINDS.get(name, (FixSetup, BrokenFeed, RetryLater))), name
        assert list(feed.output.glob("*/_drivedelta/last_error.json"))
        assert leaks_in_files(feed) == []
    assert {RetryLater, FixSetup, BrokenFeed} <= {type(error) for error in feed.failures}
    assert "token 0" in known_secrets(feed)
    texts = [caplog.text, *feed.said, *map(whole_text, feed.failures)]
    assert canaries.leaks(known_secrets(feed), "\n".join(texts)) == []


def test_a_read_that_is_held_back_holds_its_token_and_no_more(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    feed.pull()
    tell_links(feed)
    throw_most_away(feed)
    feed.emulator.expire()
    assert isinstance(feed.pull(), FixSetup)
    assert "would delete 130" in str(feed.failures[-1])
    assert list(feed.output.glob("*/_drivedelta/held/*.arrow"))
    texts = [caplog.text, *feed.said, whole_text(feed.failures[-1])]
    assert canaries.leaks(known_secrets(feed), "\n".join(texts)) == []
    assert leaks_in_files(feed) == []


def test_a_commit_holds_the_token_in_one_place(feed: Feed) -> None:
    feed.pull()
    tell_links(feed)
    feed.pull()
    commits = [json.loads(file.read_text("utf-8")) for file in feed.output.glob("*/_drivedelta/log/*.json")]
    assert [bool(commit.pop("token")) for commit in commits] == [True, True]
    assert canaries.leaks(known_secrets(feed), json.dumps(commits)) == []


@pytest.mark.parametrize("base", ["http://127.0.0.2:1", "https://graph.microsoft.com"])
@pytest.mark.parametrize("status", [407, 502, 0])
def test_a_proxy_that_refuses_leaves_its_password_unsaid(
    base: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """H5. Its address holds user and password, and libraries like to quote it."""
    caplog.set_level(logging.DEBUG)
    with GraphService() as proxy:
        proxy.always(Reply(status, canaries.MESSAGE.encode()) if status else Reply(200, b"", cut=0))
        address = f"http://user:{PASSWORD}@{proxy.host.removeprefix('http://')}"
        proxies = {"http": address, "https": address}
        bearer = BearerToken(canaries.BEARER)
        with Transport(auth=bearer, base_url=base, proxies=proxies, sleep=lambda seconds: None) as transport:
            with pytest.raises(DriveDeltaError) as caught:
                transport.fetch(Request(f"{base}/delta?token={canaries.LINK}"), refuse)
            texts = [caplog.text, whole_text(caught.value), repr(transport), repr(vars(transport)["_session"])]
        if base.startswith("http:"):
            assert proxy.seen[0].target == f"{base}/delta?token={canaries.LINK}"
    assert canaries.leaks(dict(canaries.PLANTED) | {"proxy": PASSWORD}, "\n".join(texts)) == []


def refuse(answer: Answer) -> None:
    raise FixSetup(f"The proxy answered {answer.status}", where=answer.where)


class TestTheSearchItself:
    @pytest.mark.parametrize("kind", ["parquet", "column name", "footer", "arrow", "gzip", "json", "base64", "url"])
    def test_finds_a_canary_wherever_it_hides(self, tmp_path: Path, kind: str) -> None:
        HIDDEN[kind](tmp_path / "file")
        assert leaks_below(tmp_path, canaries.PLANTED, allowed={}) == ["file: download URL"]
        assert leaks_below(tmp_path, canaries.PLANTED, allowed={"fi*": frozenset({"download URL"})}) == []

    def test_refuses_a_file_that_it_cannot_look_into(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"\x80\x81\x82")
        with pytest.raises(UnicodeDecodeError):
            leaks_below(tmp_path, canaries.PLANTED, allowed={})
