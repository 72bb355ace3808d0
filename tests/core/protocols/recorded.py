"""Answers that services gave, with their status and headers: a folder's where there is one, see `rowset/samples.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from airflow_provider_drivedelta.core.changes import Answer
from tests.core.rowset.samples import payloads

HEADERS = ".headers.txt"


def recorded(folder: str) -> Mapping[str, bytes]:
    """The bodies and heads of a folder, by the names of their files; empty without the folder."""
    place = payloads()
    files: list[Path] = sorted((place / folder).iterdir()) if place and (place / folder).is_dir() else []
    return {file.name: file.read_bytes() for file in files}


def head(text: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers, names in lower case; lines of the request and of remarks have neither."""
    status, headers = 0, {}
    for line in text.decode().splitlines():
        if line.startswith("HTTP/") or line.strip().isdecimal():
            status, headers = int(line.split()[-1] if line.strip().isdecimal() else line.split()[1]), {}
        elif ": " in line and not line.startswith("#"):
            name, _, value = line.partition(": ")
            headers[name.lower()] = value.strip()
    return status, headers


def answered(head_text: bytes, body: bytes = b"", *, note: str = "", at: datetime | None = None) -> Answer:
    status, headers = head(head_text)
    return Answer(status, headers, body, at or datetime(2026, 11, 21, tzinfo=UTC), "GET recorded", note)
