"""A PostgreSQL server of the tests' own, in a temporary folder, gone with its data when the block ends."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.scheduler.programs import free_port, plain_environment, running, wait_until

_INITDB = ("initdb", "--pgdata", "data", "--auth", "trust", "--username", "airflow", "--no-sync")
# Nothing here has to outlive a power cut.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def postgres() -> Iterator[str]:
    """The address `user@host:port/database` of a fresh server, on loopback and for anybody there."""
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    environment = plain_environment() | {"LC_ALL": "C.UTF-8"}
    port = free_port()
    with _folder_of(user) as folder:
        with running("initdb", _INITDB, environment=environment, folder=folder, user=user) as program:
            program.finish(seconds=60)
        with running(
            "postgres", _server(port), environment=environment, folder=folder, user=user, ends_by=signal.SIGQUIT
        ) as server:
            wait_until(lambda: _is_ready(port), seconds=30, needs=[server])
            yield f"airflow@127.0.0.1:{port}/postgres"


@contextmanager
def _folder_of(user: str | None) -> Iterator[Path]:
    """Not below pytest's folders, which are for whoever runs the tests alone."""
    folder = Path(tempfile.mkdtemp(prefix="drivedelta-postgres-"))
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server(port: int) -> list[str]:
    where = (f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")
    return ["postgres", "-D", "data", *(word for setting in (*where, *_FAST) for word in ("-c", setting))]


def _is_ready(port: int) -> bool:
    asked = ["pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    return subprocess.run(asked, check=False, timeout=10).returncode == 0
