"""The commit: one small JSON file whose creation publishes an increment, with all that the next run needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from airflow_provider_drivedelta.core.changes import Json, Kind, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake.layout import FORMAT_VERSION, LOWEST_READER


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file of an increment: where it was staged, where it belongs, and what it holds."""

    staged: str
    final: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of the state, named by the commit that wrote it; see `state`. Sizes in bytes."""

    increment: int
    keys: str
    rows: str
    count: int
    keys_size: int
    rows_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything needed to go on without the stored token. Times are ISO 8601 in UTC.

    `started_from` is a hash of the token the run began with, empty for a full read; `counts` are
    the summary's; `scope_key` is the folder that is followed, where it is not the whole drive;
    `state` names the layers that hold the state after this commit, and `state_files` the files it
    brought beside the changes; `partial_since` is set while the state knows only what changed since then;
    `list_fields` is the field map of a SharePoint list, which the service sends once; `named_run` says
    that `run` is the name of one run, see `runs`.
    """

    increment: int
    attempt: str
    feed: str
    source: str
    protocol: str
    fingerprint: str
    kind: Kind
    token: Token
    started_from: str
    started_at: str
    committed_at: str
    captured_date: str
    counts: Mapping[str, int]
    files: tuple[DataFile, ...]
    run: str
    provider_version: str
    named_run: bool = False
    state: tuple[Layer, ...] = ()
    state_files: tuple[DataFile, ...] = ()
    partial_since: str | None = None
    root_key: str | None = None
    scope_key: str | None = None
    list_fields: Json = None
    quarantined: tuple[str, ...] = ()
    format_version: int = FORMAT_VERSION
    lowest_reader: int = LOWEST_READER
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")

    @property
    def date(self) -> date:
        return date.fromisoformat(self.captured_date)

    @property
    def time(self) -> datetime:
        """When it was committed; never earlier than the commit before it."""
        return datetime.fromisoformat(self.committed_at)


def parse_commit(content: bytes, where: str) -> Commit:
    """The commit in a log file.

    :raises FixSetup: a newer provider wrote it; nothing may be touched.
    :raises BrokenFeed: it is no commit.
    """
    try:
        fields = json.loads(content)
        if not isinstance(fields, dict):
            raise ValueError("no object")
        _check_version(fields.get("lowest_reader"), where)
        known = {name: fields[name] for name in Commit.__dataclass_fields__ if name in fields}
        known["files"] = tuple(DataFile(**file) for file in known["files"])
        known["state_files"] = tuple(DataFile(**file) for file in known.get("state_files", ()))
        known["state"] = tuple(Layer(**layer) for layer in known.get("state", ()))
        known["quarantined"], known["notes"] = tuple(known.get("quarantined", ())), tuple(known.get("notes", ()))
        commit = Commit(**known)
        date.fromisoformat(commit.captured_date)
        if datetime.fromisoformat(commit.committed_at).tzinfo is None:
            raise ValueError("a time without a zone")
        if type(commit.increment) is not int or not all(
            isinstance(t, str) and t for t in (commit.token, commit.attempt)
        ):
            raise ValueError("nothing to go on from")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        then = "Restore the file from a copy, or start the feed anew in an empty output."
        raise BrokenFeed(
            f"A commit in the log cannot be read ({type(error).__name__})", where=where, then=then
        ) from None
    return commit


def _check_version(lowest: object, where: str) -> None:
    if isinstance(lowest, int) and lowest > FORMAT_VERSION:
        raise FixSetup(
            f"This output was written by a newer provider (format {lowest}, this one knows {FORMAT_VERSION})",
            where=where,
            then="Upgrade the provider; nothing was touched.",
        )


def token_hash(token: Token | None) -> str:
    """Tells whether two runs began at the same token without keeping the token twice."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:16] if token else ""
