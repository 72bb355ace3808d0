"""A run killed at its every step, and its recovery killed too, leaves a lake in which nothing is lost or twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kill.play import Report

SECONDS = 900  # for one case, on a machine that has much else to do
AGAIN = os.environ.get("DRIVEDELTA_KILLS_AGAIN", "1")
"""Second kills tried after each first one. With some dozens a night is well spent."""


@dataclass(frozen=True)
class Case:
    """`least`: fewer kill points than that, and the watching does not find them any more."""

    scenario: str
    options: tuple[str, ...] = ()
    least: int = 12

    def __str__(self) -> str:
        return " ".join((self.scenario, *self.options))


CASES = [
    Case("first read", ("--variables",)),
    Case("increment"),
    Case("increment", ("--variables",)),
    Case("quiet run", ("--variables",), least=3),
    Case("resync"),
    Case("resync, unsure", ("--variables",)),
    Case("compaction"),
    Case("long first read", ("--variables",), least=40),
    Case("long resync", ("--variables",), least=40),
    Case("first read", ("--s3",)),
    Case("increment", ("--s3", "--variables")),
    Case("resync", ("--s3",)),
    Case("long increment", ("--s3", "--variables")),
]


@pytest.fixture(scope="module")
def reports(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Case, Future[Report]]]:
    """The selected cases, played side by side in processes of their own."""
    chosen = [item.callspec.params.get("case") for item in request.session.items if hasattr(item, "callspec")]
    cases = [case for case in chosen if isinstance(case, Case)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {case: pool.submit(played, case, tmp_path_factory.mktemp("kill") / "place") for case in cases}


def played(case: Case, folder: Path) -> Report:
    command = [sys.executable, "-m", "tests.kill", case.scenario, str(folder), *case.options, "--again", AGAIN]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=alone, check=False)
    assert done.returncode == 0, done.stderr
    return Report(**json.loads(done.stdout))


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_run_killed_at_any_step_loses_nothing_and_doubles_nothing(
    case: Case, reports: Mapping[Case, Future[Report]], record_property: Callable[[str, object], None]
) -> None:
    """E1, E2. After one more run the folded records are the drive, and a plain glob is what the log says."""
    report = reports[case].result()
    record_property("counted", f"{report.killed} kill points, {report.killed_again} killed again while recovering")
    assert report.failures == {}
    assert (report.missed, report.killed) == ([], report.spots * int(AGAIN))
    assert report.spots >= case.least
