"""The token beside the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from tests.core.played import a_record, tree

RECORD = a_record(delta_token="https://g/d(token='ü\ud800')")
PLACE = "_drivedelta/token.json"


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(LocalStorage(tmp_path))


def test_what_was_saved_is_loaded(file: TokenFile, tmp_path: Path) -> None:
    file.save(a_record(increment=1))
    file.save(RECORD)
    assert file.load(RECORD.feed) == RECORD
    assert set(tree(tmp_path)) == {PLACE}


def test_a_feed_that_was_never_read_has_no_token(file: TokenFile) -> None:
    """E5: missing."""
    assert file.load("any") is None


def test_the_token_of_the_feed_this_one_was_copied_from_is_not_ours(file: TokenFile) -> None:
    file.save(RECORD)
    assert file.load("another") is None


@pytest.mark.parametrize("content", [b"", b"***", b"\xff\xfe", b"{}", b"\0" * 300, RECORD.to_json().encode()[:40]])
def test_a_spoiled_file_says_where_it_is_and_how_to_recover(file: TokenFile, tmp_path: Path, content: bytes) -> None:
    """E5: spoiled."""
    file.save(RECORD)
    (tmp_path / PLACE).write_bytes(content)
    with pytest.raises(FixSetup, match=r"token\.json.*Delete it"):
        file.load(RECORD.feed)


def test_a_token_that_cannot_be_saved_is_an_error(tmp_path: Path) -> None:
    """Bad input: unwritable output."""
    (tmp_path / "_drivedelta").write_text("in the way")
    with pytest.raises(FixSetup, match="output cannot be used"):
        TokenFile(LocalStorage(tmp_path)).save(RECORD)
