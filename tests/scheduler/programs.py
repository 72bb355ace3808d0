"""Programs that run beside the tests: each in a session of its own, so that nothing of it outlives them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_TAIL = 6000  # bytes of a log that a failure shows
_GRACE = 8.0  # seconds to end by itself
_LED_ASTRAY = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that was started, and the file its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def tail(self) -> str:
        """The end of what it said."""
        said = self.log.read_bytes()[-_TAIL:].decode(errors="replace")
        state = f"ended with {self.process.returncode}" if self.has_ended else "running"
        return f"--- {self.name}, {state} ---\n{said}"

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def finish(self, *, seconds: float) -> None:
        """Wait for its end.

        :raises AssertionError: it failed, or did not end in time.
        """
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        assert self.process.poll() == 0, self.tail

    def stop(self, how: signal.Signals) -> None:
        """Ask it to end; whatever of its session has not ended in time is killed."""
        self.process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_GRACE)
        for pid in list(self._session()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(_GRACE)

    def _session(self) -> Iterator[int]:
        """All that it started, also what has a process group of its own, as tasks have."""
        for pid in psutil.pids():
            with suppress(ProcessLookupError):
                if os.getsid(pid) == self.process.pid:
                    yield pid


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    user: str | None = None,
    ends_by: signal.Signals = signal.SIGTERM,
) -> Iterator[Program]:
    """The program, in `folder`, where its log goes too, for as long as the block lasts."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            start_new_session=True,
        )
    program = Program(name, process, log)
    try:
        yield program
    finally:
        program.stop(ends_by)


def wait_until(true: Callable[[], bool], *, seconds: float, needs: Sequence[Program]) -> None:
    """Look until it is so.

    :raises AssertionError: it was not in time, or a program that it needs has ended; with the ends of their logs.
    """
    end = time.monotonic() + seconds
    while not true():
        hopeless = time.monotonic() > end or any(program.has_ended for program in needs)
        assert not hopeless, "\n".join(program.tail for program in needs)
        time.sleep(0.5)  # what is looked at is another program: there is nothing to be woken by


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environment() -> dict[str, str]:
    """The environment without what would lead a program astray: Airflow's settings, proxies, CA files."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AIRFLOW_") and not name.lower().endswith("_proxy") and name not in _LED_ASTRAY
    }
    return kept | {"NO_PROXY": "*"}
