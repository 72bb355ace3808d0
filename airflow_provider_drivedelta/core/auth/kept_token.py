"""The record a refresh token is kept as, wherever it is kept; it remembers which first token it descends from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from airflow_provider_drivedelta.core.errors import FixSetup

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptToken:
    """`seed` is a hash of the token a person put in: when another is put in, the record of the old one is over.

    `rev` counts the replacements.
    """

    refresh_token: str = field(repr=False)
    seed: str
    rev: int = 1
    saved_at: str = ""
    version: int = VERSION

    @classmethod
    def first(cls, token: str) -> KeptToken:
        return cls(refresh_token=token, seed=fingerprint(token), saved_at=_now())

    def followed_by(self, fresh: str) -> KeptToken:
        return replace(self, refresh_token=fresh, rev=self.rev + 1, saved_at=_now())

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def parse_kept(text: str, where: str, *, then: str) -> KeptToken:
    """:raises FixSetup: it is no record of ours, such as a masked one that was saved."""
    try:
        found = json.loads(text)
        if found.pop("version") != VERSION or not isinstance(found["rev"], int):
            raise ValueError
        record = KeptToken(**found)
        if not all(isinstance(each, str) and each for each in (record.refresh_token, record.seed)):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise FixSetup("The kept sign-in cannot be read", where=where, then=then) from None
    return record


def fingerprint(token: str) -> str:
    """Enough of a hash to tell tokens apart by; nothing can be made of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
