"""Canaries in all that the service says: none is on the terminal, however much is told there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from tests.security import canaries
from tests.security.feeds import CALLS, FAULTS, Feed
from tests.security.test_leaks import known_secrets, leaks_in_files, tell_links


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With a ready token; what `--verbose` turns on is turned off again."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", canaries.BEARER)
    ours = logging.getLogger("airflow_provider_drivedelta")
    level = ours.level
    yield
    ours.setLevel(level)


def pull(feed: Feed, command: str = "pull") -> list[str]:
    where = ["--output", str(feed.output), "--protocol", feed.protocol.partition(" ")[0], "--max-wait", "1"]
    if feed.is_drive:
        return [command, "drive", "--drive-id", feed.items.id, "--base-url", feed.base_url, *where]
    base = ["--base-url", feed.base_url] if feed.protocol == "graph list" else []
    return [command, "list", "--site-url", f"{feed.emulator.url}/sites/team", "--list", "Tasks", *base, *where]


def doctor(feed: Feed) -> list[str]:
    if feed.is_drive:
        what = ["--drive", f"drives/{feed.items.id}", "--protocol", feed.protocol, "--base-url", feed.base_url]
    else:
        what = ["--site-url", f"{feed.emulator.url}/sites/team", "--list", "Tasks"]
        what += ["--list-protocol", feed.protocol.partition(" ")[0], "--base-url", f"{feed.emulator.url}/v1.0"]
    return ["--verbose", "doctor", *what]


def test_no_command_shows_a_secret(feed: Feed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """H5. Pulls that succeed and that fail, and every command that looks at the lake."""
    where = str(feed.output)
    ends = [main(["--verbose", *pull(feed)])]
    tell_links(feed)
    ends.append(main(["--verbose", *pull(feed), "--json"]))
    feed.emulator.expire()
    ends += [main(["--verbose", *pull(feed)]), main(["--verbose", *pull(feed, "reconcile"), "--json"])]
    ends.append(main(doctor(feed)))
    for fault in ("forbidden", "throttled", "moved"):
        feed.emulator.faults([{"match": {"path": CALLS[feed.protocol], "times": 0}} | FAULTS[fault]])
        ends.append(main(["--verbose", *pull(feed)]))
        assert main(["--verbose", "status", where]) in (0, 3)
        assert main(doctor(feed)) != 0
        feed.emulator.clear_faults()
    ends += [main(["--verbose", *look]) for look in (["log", where], ["log", where, "--json"])]
    ends.append(main(["snapshot", where, "--to", str(tmp_path / "lake/now.parquet")]))
    ends.append(main(["vacuum", where, "--keep", "90d", "--dry-run"]))
    feed.note_tokens()
    said = capsys.readouterr()
    assert ends == [*[0] * 5, 3, 75, 4, *[0] * 4], said.err
    assert "increment 1" in said.out
    assert canaries.leaks(known_secrets(feed), said.out + said.err) == []
    assert leaks_in_files(feed) == []
