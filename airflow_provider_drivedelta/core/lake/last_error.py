"""How the last run of a feed failed: one small file beside the data, there until a run succeeds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.layout import LAST_ERROR
from airflow_provider_drivedelta.core.lake.storage import Storage

_LONGEST = 4_000  # characters of a text that a person is to read


@dataclass(frozen=True, slots=True, kw_only=True)
class LastError:
    """An error as it was told, and for how long runs have failed by now. Times are ISO 8601 in UTC.

    `kind` is the name of its class, which says who can help: see `core.errors`. `feed` and `source` are told of feeds
    that have no log yet; `run` is the run that failed. `since` and `times` count failures in a row, of whatever kind;
    of several runs that fail at the same moment one may go uncounted.
    """

    at: str
    since: str
    times: int
    kind: str
    text: str
    feed: str
    source: str
    run: str


def load_last_error(storage: Storage) -> LastError | None:
    """:raises BrokenFeed: there is something, but no record of ours."""
    content = storage.read(LAST_ERROR)
    if content is None:
        return None
    try:
        told: dict[str, Any] = json.loads(content)
        error = LastError(**{name: told[name] for name in LastError.__dataclass_fields__})
        texts = (value for name, value in asdict(error).items() if name != "times")
        if type(error.times) is not int or not all(isinstance(value, str) for value in texts):
            raise ValueError("no texts")
        if any(datetime.fromisoformat(moment).tzinfo is None for moment in (error.at, error.since)):
            raise ValueError("a time without a zone")
    except (ValueError, TypeError, KeyError, RecursionError):
        then = "Delete the file: it is a note for people, and nothing depends on it."
        where = storage.full_path(LAST_ERROR)
        raise BrokenFeed("The note of the last error cannot be read", where=where, then=then) from None
    return error


def save_last_error(storage: Storage, error: LastError) -> None:
    short = {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in asdict(error).items()}
    storage.replace(LAST_ERROR, (json.dumps(short, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def forget_last_error(storage: Storage) -> None:
    """A run has succeeded; asks first, since there hardly ever is one, and to delete costs more."""
    if storage.exists(LAST_ERROR):
        storage.delete(LAST_ERROR)
