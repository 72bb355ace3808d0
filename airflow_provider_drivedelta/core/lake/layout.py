"""Where everything lies below a feed's folder. This is the format at rest: it never changes, it only grows."""

from __future__ import annotations

import re
from datetime import date

FORMAT_VERSION = 1
"""Raised when a commit or state file says something new."""

LOWEST_READER = 1
"""The oldest format a reader must know to understand what we write now."""

CHANGES = "changes"
INTERNALS = "_drivedelta"  # engines skip names that begin with "_"
LOG = f"{INTERNALS}/log"
STATE = f"{INTERNALS}/state"
QUARANTINE = f"{INTERNALS}/quarantine"
STAGING = f"{INTERNALS}/staging"
HELD = f"{INTERNALS}/held"
READS = f"{INTERNALS}/reads"
TOKEN_FILE = f"{INTERNALS}/token.json"
RUNS = f"{INTERNALS}/runs"
VACUUMED = f"{INTERNALS}/vacuumed.json"
LAST_ERROR = f"{INTERNALS}/last_error.json"

_COMMIT_NAME = re.compile(r"^(\d{8,})\.json$")


def commit_path(increment: int) -> str:
    return f"{LOG}/{increment:08d}.json"


def increment_of(name: str) -> int | None:
    """The number of the commit that a file in the log is, None if it is no commit."""
    found = _COMMIT_NAME.match(name)
    return int(found[1]) if found else None


def staging_folder(attempt: str) -> str:
    return f"{STAGING}/{attempt}"


def state_file(increment: int, what: str, attempt: str) -> str:
    """`what` is the kind with its ending: `keys.parquet`, `rows.arrow`."""
    return f"{STATE}/{increment:08d}-{attempt}-{what}"


def change_file(captured: date, increment: int, part: int, attempt: str) -> str:
    return f"{CHANGES}/captured_date={captured.isoformat()}/{increment:08d}-{part:05d}-{attempt}.parquet"
