"""Runs a command as a whole process and says what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU and of the clock, and the peak of resident memory in MiB."""

    cpu: float
    wall: float
    peak_mib: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """:raises RuntimeError: the command failed; a figure of a failed run is no figure."""
    begun = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024)


@contextmanager
def generated_feed(items: int) -> Iterator[str]:
    """The base address of a feed of so many items, served by a process of its own."""
    command = [sys.executable, "-m", "benchmarks.feed", str(items)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().split()[1] + "/v1.0"
        finally:
            server.kill()
