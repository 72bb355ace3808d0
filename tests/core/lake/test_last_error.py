"""The note of the last error is whole, short, and either a record of ours or told to be none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.last_error import (
    LAST_ERROR,
    LastError,
    forget_last_error,
    load_last_error,
    save_last_error,
)
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage

ERROR = LastError(
    at="2026-11-21T10:00:00+00:00",
    since="2026-11-20T10:00:00+00:00",
    times=3,
    kind="FixSetup",
    text="The application may not read this: 403",
    feed="drive-d--0",
    source="drives/d",
    run="dag/run/task",
)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


def test_what_is_saved_is_loaded_until_it_is_forgotten(storage: LocalStorage) -> None:
    assert load_last_error(storage) is None
    save_last_error(storage, ERROR)
    assert load_last_error(storage) == ERROR
    forget_last_error(storage)
    assert load_last_error(storage) is None
    forget_last_error(storage)


def test_a_text_without_end_is_cut(storage: LocalStorage) -> None:
    save_last_error(storage, replace(ERROR, text="x" * 1_000_000))
    assert storage.size(LAST_ERROR) < 5_000


def test_a_later_version_may_tell_more(storage: LocalStorage) -> None:
    save_last_error(storage, ERROR)
    told = json.loads((storage.root / LAST_ERROR).read_text())
    (storage.root / LAST_ERROR).write_text(json.dumps({**told, "mood": 7}))
    assert load_last_error(storage) == ERROR


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({**json.loads("{}"), "at": 1}),
        *(
            json.dumps({**{name: getattr(ERROR, name) for name in LastError.__dataclass_fields__}, **change})
            for change in ({"times": "3"}, {"text": None}, {"at": "soon"}, {"since": "2026-11-20T10:00:00"})
        ),
    ],
)
def test_a_spoiled_note_is_told_and_may_be_deleted(storage: LocalStorage, spoiled: str) -> None:
    save_last_error(storage, ERROR)
    (storage.root / LAST_ERROR).write_text(spoiled)
    with pytest.raises(BrokenFeed, match="Delete the file"):
        load_last_error(storage)
