"""Answers as a service gives them, for the protocols' own tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from airflow_provider_drivedelta.core.changes import Answer


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers, content, datetime(2026, 11, 21, tzinfo=UTC), "GET onedrive")


def link(token: str, function: str = "view.delta") -> str:
    return f"https://api.onedrive.com/v1.0/drive/root/{function}?token={token}"
