"""A feed that was captured on certain days of the past: pulled by the console today, its commits dated back."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from airflow_provider_drivedelta.cli import main as drivedelta
from airflow_provider_drivedelta.core.lake.layout import commit_path
from tests.scheduler.tenant import APP, SECRET, TENANT, Followed


def capture(followed: Followed, moments: list[datetime]) -> None:
    """One increment for each moment, of one new file each; the token is kept beside the data."""
    for number, moment in enumerate(moments, start=1):
        followed.add(f"{number}.txt")
        _pull(followed)
        _date(followed, number, moment)


def _pull(followed: Followed) -> None:
    service = followed.emulator.https_url
    signs_in = [
        "--tenant-id",
        TENANT,
        "--client-id",
        APP,
        "--authority",
        service,
        "--ca-file",
        followed.emulator.ca_file,
    ]
    what = ["--drive-id", followed.drive.id, "--output", str(followed.output), "--base-url", f"{service}/v1.0"]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DRIVEDELTA_CLIENT_SECRET", SECRET)
        assert drivedelta(["pull", "drive", *what, *signs_in]) == 0


def _date(followed: Followed, increment: int, moment: datetime) -> None:
    file = followed.feed / commit_path(increment)
    commit = json.loads(file.read_text())
    file.write_text(json.dumps(commit | {"committed_at": moment.isoformat()}, indent=1) + "\n")
