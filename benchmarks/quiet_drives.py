"""Many drives in one task: what each costs when nothing changed in it, and what asking them side by side gains."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.many import Company, do_each
from airflow_provider_drivedelta.core.many_summary import ManySummary
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.transport import ThrottleGate, Transport
from benchmarks.measure import Cost, run

LATENCY = 0.1  # seconds, about what Graph takes for an empty delta


def pull(base_url: str, output: str, drives: Sequence[str], *, threads: int) -> ManySummary:
    """What a task does: one session, one gate, so many threads, and each token beside its data."""
    gate = ThrottleGate(max_wait=600)
    company = Company(gate)
    with Transport(auth=BearerToken("benchmark"), base_url=base_url) as transport:

        def ask(drive: str) -> object:
            capture = DriveCapture(source=Drive("drives", drive), output=output)
            return capture_drive(capture, base_url=base_url, transport=transport.for_feed(gate), company=company)

        endings = do_each(drives, ask, gate=gate, threads=threads)
    failed = [ending.failure for ending in endings if ending.failure]
    if failed:
        raise failed[0]
    return ManySummary(summaries=[ending.answer for ending in endings])  # type: ignore[misc]


def serve(drives: int, files: int, latency: float) -> None:
    """The emulator with so many drives of so many files, until somebody ends this process."""
    from airflow_provider_drivedelta import emulator

    served = []
    for number in range(drives):
        drive = emulator.Drive(f"Drive {number}", seed=f"drive {number}")
        for file in range(files):
            drive.create_file(f"{file}.txt", b"x")
        served.append(drive)
    with emulator.Emulator(drives=served, page_size=1000) as running:
        if latency:
            running.faults([{"match": {"times": 0}, "transfer": {"delay": latency}}])
        print(json.dumps({"url": f"{running.url}/v1.0", "drives": [drive.id for drive in served]}), flush=True)
        sys.stdin.read()


@contextmanager
def served(drives: int, *, files: int = 1, latency: float = 0.0) -> Iterator[tuple[str, list[str]]]:
    """The base address and the ids of drives that another process serves."""
    command = [sys.executable, "-m", "benchmarks.quiet_drives", "serve", str(drives), str(files), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            yield told["url"], told["drives"]
        finally:
            server.kill()


def one_task(base_url: str, output: str, drives: Sequence[str], threads: int) -> Cost:
    """A whole process that pulls these drives."""
    command = [sys.executable, "-m", "benchmarks.quiet_drives", "pull", base_url, output, str(threads), *drives]
    return run(command, {})


def quiet_table(sizes: Sequence[int], threads: int = 16) -> str:
    lines = [
        "| quiet drives | requests a drive | CPU ms a drive | wall ms a drive | start-up: CPU s | peak RSS MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in sizes:
        with served(size) as (base_url, drives), tempfile.TemporaryDirectory() as output:
            one_task(base_url, output, drives, threads)
            start = one_task(base_url, output, [], threads)
            cost = one_task(base_url, output, drives, threads)
            asked = pull(base_url, output, drives, threads=threads).to_dict()
        cpu, wall = (1000 * (now - before) / size for now, before in ((cost.cpu, start.cpu), (cost.wall, start.wall)))
        requests = int(str(asked["requests"])) / size
        lines.append(f"| {size:,} | {requests:g} | {cpu:.1f} | {wall:.1f} | {start.cpu:.1f} | {cost.peak_mib:.0f} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def latency_table(drives: int = 16, rounds: int = 3) -> str:
    """The best of some rounds of quiet pulls, against a service that takes its time."""
    lines = ["| threads | drives | wall s | drives a second |", "| ---: | ---: | ---: | ---: |"]
    with served(drives, latency=LATENCY) as (base_url, ids), tempfile.TemporaryDirectory() as output:
        pull(base_url, output, ids, threads=drives)
        for threads in (1, 4, drives):
            took = []
            for _ in range(rounds):
                begun = time.monotonic()
                pull(base_url, output, ids, threads=threads)
                took.append(time.monotonic() - begun)
            lines.append(f"| {threads} | {drives} | {min(took):.2f} | {drives / min(took):.0f} |")
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def first_reads_table(drives: int = 16, files: int = 4_000) -> str:
    """What many first reads at a time take of memory."""
    lines = [
        "| threads | drives | items each | CPU s | wall s | peak RSS MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    with served(drives, files=files) as (base_url, ids):
        for threads in (1, drives):
            with tempfile.TemporaryDirectory() as output:
                cost = one_task(base_url, output, ids, threads)
            lines.append(
                f"| {threads} | {drives} | {files:,} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.peak_mib:.0f} |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "serve":
        serve(int(given[0]), int(given[1]), float(given[2]))
    else:
        logging.basicConfig(level=logging.INFO, filename="/dev/null")  # a task writes its log, too
        pull(given[0], given[1], given[3:], threads=int(given[2]))
