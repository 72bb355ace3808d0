"""The first read of a drive: how memory and CPU grow with the number of items (memory should not)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence

from benchmarks.feed import DRIVE_ID
from benchmarks.measure import Cost, generated_feed, run


def pull_command(base_url: str, output: str) -> list[str]:
    options = ["--drive-id", DRIVE_ID, "--output", output, "--base-url", base_url]
    return [sys.executable, "-m", "airflow_provider_drivedelta.cli", "pull", "drive", *options]


def first_read(items: int) -> Cost:
    with generated_feed(items) as base_url, tempfile.TemporaryDirectory() as output:
        return run(pull_command(base_url, output), {"DRIVEDELTA_ACCESS_TOKEN": "benchmark"})


def table(sizes: Sequence[int]) -> str:
    lines = ["| items | pages | CPU s | wall s | peak RSS MiB |", "| ---: | ---: | ---: | ---: | ---: |"]
    for items in sizes:
        cost = first_read(items)
        lines.append(f"| {items:,} | {-(-items // 200):,} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.peak_mib:.0f} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)
