"""An increment of 100 changes on a drive of many known items: what the drive's size costs a small run."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence

from benchmarks.first_read import pull_command
from benchmarks.measure import Cost, generated_feed, run

TOKEN = {"DRIVEDELTA_ACCESS_TOKEN": "benchmark"}


def increment(items: int) -> tuple[Cost, Cost]:
    """The cost of the first read, and of the increment after it."""
    output = tempfile.mkdtemp()
    try:
        with generated_feed(items) as base_url:
            first = run(pull_command(base_url, output), TOKEN)
            return first, run(pull_command(base_url, output), TOKEN)
    finally:
        shutil.rmtree(output, ignore_errors=True)


def table(sizes: Sequence[int]) -> str:
    lines = [
        "| known items | first read: CPU s | peak RSS MiB | 100 changes: CPU s | wall s | peak RSS MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for items in sizes:
        first, later = increment(items)
        lines.append(
            f"| {items:,} | {first.cpu:.1f} | {first.peak_mib:.0f} | "
            f"{later.cpu:.1f} | {later.wall:.1f} | {later.peak_mib:.0f} |"
        )
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)
