"""The record between two runs: spoiled ones are errors that say how to recover."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore, SavedToken, parse_record
from tests.core.played import a_record

FEED = a_record().feed


def parsed(**changed: object) -> SavedToken:
    return parse_record(json.dumps(asdict(a_record()) | changed), FEED, "here")


def test_a_record_comes_back_as_it_was() -> None:
    record = a_record(delta_token="https://g/d(token='ü\ud800%2c')", previous_token="https://g/0", run="manual", rev=4)
    assert parse_record(record.to_json(), FEED, "here") == record


def test_a_record_is_plain_ascii_so_that_no_store_can_change_it() -> None:
    assert a_record(delta_token="https://g/ü\ud800").to_json().isascii()


def test_a_successor_remembers_the_token_before() -> None:
    """A5."""
    second = a_record(delta_token="T2").after(a_record(delta_token="T1", rev=7))
    assert (second.previous_token, second.rev) == ("T1", 8)


def test_a_token_that_did_not_move_keeps_the_one_before() -> None:
    earlier = a_record(delta_token="T2", previous_token="T1", rev=8)
    assert a_record(delta_token="T2").after(earlier).previous_token == "T1"


def test_the_first_record_has_none_before() -> None:
    assert a_record().after(None) == a_record()


@pytest.mark.parametrize(
    "text",
    ["", "***", "{", "null", "5", "[]", "{}", '"text"', "[" * 100_000, '{"version": 1}', '{"version": 1, "x": 2}'],
)
def test_what_is_no_record_says_how_to_recover(text: str) -> None:
    """E5: spoiled."""
    with pytest.raises(FixSetup, match=r"not a record of ours \(here\).*recovers the token from the log"):
        parse_record(text, FEED, "here")


@pytest.mark.parametrize(
    "changed",
    [
        {"delta_token": "***"},
        {"delta_token": "https://graph/delta?token=***"},
        {"delta_token": ""},
        {"delta_token": None},
        {"delta_token": ["https://g"]},
        {"previous_token": 5},
        {"increment": "3"},
        {"increment": True},
        {"increment": None},
        {"rev": 1.5},
        {"fingerprint": None},
        {"feed": "another"},
        {"feed": 5},
        {"saved_at": 0},
        {"run": None},
    ],
)
def test_a_record_masked_or_edited_by_hand_says_how_to_recover(changed: dict[str, object]) -> None:
    """E5: masked text saved back."""
    with pytest.raises(FixSetup, match=r"spoiled.*full_reload"):
        parsed(**changed)


@pytest.mark.parametrize("more", [{}, {"new_field": 1}])
def test_a_newer_record_asks_for_an_upgrade_not_for_its_deletion(more: dict[str, object]) -> None:
    with pytest.raises(FixSetup, match=r"format 2.*Upgrade") as caught:
        parsed(version=2, **more)
    assert "Delete" not in str(caught.value)


def test_no_error_quotes_the_token() -> None:
    """H5."""
    with pytest.raises(FixSetup) as caught:
        parsed(increment="x", delta_token="T0ken")
    assert "T0ken" not in str(caught.value)


def test_memory_keeps_feeds_apart() -> None:
    store = MemoryTokenStore()
    store.save(a_record(feed="one"))
    store.save(a_record(feed="two", increment=9))
    assert store.load("one") == a_record(feed="one")
    assert store.load("three") is None
