"""The commit's file: read back as written, by us and by those who come later."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.commits import parse_commit, token_hash
from tests.core.played import a_commit, a_file

FULL = a_commit(
    7,
    files=[a_file(), a_file(part=1)],
    token="https://g/delta(token='ü\ud800%2c\"\n')",
    list_fields={"Title": "title"},
    quarantined=("a", "b"),
    notes=("resync: apply differences",),
)


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(FULL.to_json()) | fields).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in json.loads(FULL.to_json()).items() if key != name}).encode()


def test_a_commit_comes_back_as_it_was() -> None:
    assert parse_commit(FULL.to_json(), "here") == FULL


def test_a_commit_is_readable_for_a_person() -> None:
    lines = FULL.to_json().decode("utf-8", "surrogatepass").splitlines()
    assert ' "increment": 7,' in lines
    assert lines[-1] == "}"


def test_what_a_newer_provider_adds_is_no_obstacle() -> None:
    assert parse_commit(changed(format_version=2, new_field={"x": 1}), "here").increment == 7


@pytest.mark.parametrize("lowest", [2, 99])
def test_what_a_newer_provider_forbids_to_read_is_not_read(lowest: int) -> None:
    """Even where nothing else of it is understood."""
    with pytest.raises(FixSetup, match=r"newer provider.*\(here\).*nothing was touched"):
        parse_commit(json.dumps({"lowest_reader": lowest}).encode(), "here")


LATER = {field.name for field in fields(FULL) if field.default is not MISSING or field.default_factory is not MISSING}


@pytest.mark.parametrize("name", sorted({field.name for field in fields(FULL)} - LATER))
def test_a_commit_without_a_needed_field_is_damaged(name: str) -> None:
    with pytest.raises(BrokenFeed, match=r"cannot be read.*\(here\).*Restore"):
        parse_commit(without(name), "here")


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_commit_without_a_later_field_is_read(name: str) -> None:
    assert parse_commit(without(name), "here").increment == 7


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"5", b"\xff", b"[" * 100_000, changed(files=5), changed(files=[5]),
        changed(files=[{"staged": "x"}]), changed(captured_date="soon"), changed(captured_date=5),
    ],
)  # fmt: skip
def test_what_is_no_commit_is_damaged(content: bytes) -> None:
    with pytest.raises(BrokenFeed, match="cannot be read"):
        parse_commit(content, "here")


@pytest.mark.parametrize(
    "field", [{"token": None}, {"token": 5}, {"token": ""}, {"increment": "7"}, {"increment": None}, {"attempt": None}]
)
def test_a_commit_that_one_cannot_go_on_from_is_damaged(field: dict[str, object]) -> None:
    with pytest.raises(BrokenFeed, match="cannot be read"):
        parse_commit(changed(**field), "here")


def test_no_error_quotes_the_token() -> None:
    """H5."""
    with pytest.raises(BrokenFeed) as caught:
        parse_commit(changed(token="T0ken", files=5), "here")
    assert "T0ken" not in str(caught.value)


def test_a_token_is_told_by_its_hash() -> None:
    assert token_hash(Token("a")) != token_hash(Token("b"))
    assert token_hash(None) == ""
    assert len(token_hash(Token("ü\ud800"))) == 16
