"""Where a feed stopped: the record kept between two runs, and stores that load and save it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import FixSetup

RECORD_VERSION = 1
RECOVERY = (
    "Delete it: the next run recovers the token from the log beside the data. "
    "If that is gone too, run once with full_reload=True."
)


@dataclass(frozen=True, slots=True)
class SavedToken:
    """What is known of a feed between two runs. Times are ISO 8601 in UTC."""

    feed: str
    increment: int
    fingerprint: str
    delta_token: Token
    previous_token: Token | None = None
    rev: int = 1
    saved_at: str = ""
    last_success: str = ""
    run: str = ""
    version: int = RECORD_VERSION

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def after(self, earlier: SavedToken | None) -> SavedToken:
        """This record as the successor of `earlier`: next revision, its token remembered."""
        if earlier is None:
            return self
        moved = earlier.delta_token != self.delta_token
        before = earlier.delta_token if moved else earlier.previous_token
        return replace(self, rev=earlier.rev + 1, previous_token=before)


class TokenStore(Protocol):
    """Two verbs. A store of its own for each feed is not needed: the feed key tells them apart."""

    def load(self, feed: str) -> SavedToken | None:
        """The record of `feed`, or None when there is none.

        :raises FixSetup: something is stored, but it is not a record of ours.
        """

    def save(self, record: SavedToken) -> None:
        """Keep `record` under its feed key and make sure that it is what the next load gives.

        :raises FixSetup: it was written, and yet an older record is read back.
        """


def parse_record(text: str, feed: str | None, where: str) -> SavedToken:
    """A stored record, checked: a spoiled one is an error that says how to recover, never a silent new start.

    :param feed: the feed it must belong to; None takes any.
    """
    try:
        fields = json.loads(text)
        _check_version(fields["version"], where)
        record = SavedToken(**fields)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise FixSetup("The stored token is not a record of ours", where=where, then=RECOVERY) from None
    if not _is_sound(record) or record.feed != (feed or record.feed):
        raise FixSetup("The stored token is spoiled (masked or edited by hand?)", where=where, then=RECOVERY)
    return record


def _check_version(version: object, where: str) -> None:
    # Before the rest: a newer record may well have fields that are unknown here.
    if version != RECORD_VERSION:
        raise FixSetup(
            f"The stored token has format {version!r}, this provider knows {RECORD_VERSION}",
            where=where,
            then="Upgrade the provider to the version that wrote it.",
        )


def _is_sound(record: SavedToken) -> bool:
    named = (record.feed, record.fingerprint, record.saved_at, record.last_success, record.run)
    texts = (*named, record.delta_token, record.previous_token or "")
    numbers = (record.increment, record.rev)
    typed = all(isinstance(t, str) for t in texts) and all(type(n) is int for n in numbers)
    return typed and bool(record.delta_token) and "***" not in record.delta_token


class MemoryTokenStore:
    """Keeps records for the life of the process; for tests and one-off reads."""

    def __init__(self) -> None:
        self._records: dict[str, str] = {}

    def load(self, feed: str) -> SavedToken | None:
        text = self._records.get(feed)
        return None if text is None else parse_record(text, feed, "memory")

    def save(self, record: SavedToken) -> None:
        self._records[record.feed] = record.to_json()
