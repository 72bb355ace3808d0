"""A project that installed the package tests its DAGs with the fixtures, as docs/testing-your-dags.md shows them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from airflow_provider_drivedelta.testing import EmulatedDrive, EmulatedList
from tests.docs.pages import DOCS, blocks, tables

pytest_plugins = ["pytester"]

PAGE = "testing-your-dags.md"


@pytest.mark.timeout(300)
def test_the_page_works_in_a_project_of_its_own(
    pytester: pytest.Pytester, airflow_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is loaded for it but what an installed package brings."""
    shutil.copytree(DOCS.parent / "dags", pytester.path / "dags")
    pytester.makepyfile("\n\n".join(blocks(PAGE, "python", Path("unused"))))
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(pytester.path / "dags"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider", timeout=280)
    run.assert_outcomes(passed=3)


def test_the_levers_are_those_of_the_page() -> None:
    (table,) = [rows for head, rows in tables(PAGE).items() if not head]
    for kind, column in ((EmulatedDrive, 1), (EmulatedList, 2)):
        named = " ".join(row[column] if row[column] != "the same" else row[1] for row in table)
        assert all(f"`{name}" in named for name in dir(kind) if not name.startswith("_")), named


def test_airflow_takes_its_command() -> None:
    from airflow.cli.cli_parser import get_parser

    (line,) = [line for block in blocks(PAGE, "bash", Path()) for line in block.splitlines() if "airflow db" in line]
    get_parser().parse_args(line.split()[1:])


class TestADrive:
    def test_shows_its_folder(self, emulated_drive: EmulatedDrive) -> None:
        (emulated_drive.folder / "a.txt").write_text("a")
        assert [item["path"] for item in emulated_drive.emulator.tree()] == ["/a.txt"]

    def test_is_busy_or_broken_for_as_many_requests_as_it_is_told(self, emulated_drive: EmulatedDrive) -> None:
        drive = f"{emulated_drive.emulator.url}/v1.0/{emulated_drive.source}"

        def ask(times: int) -> list[tuple[int, str | None]]:
            told = [requests.get(drive, headers={"Authorization": "Bearer any"}, timeout=10) for _ in range(times)]
            return [(answer.status_code, answer.headers.get("Retry-After")) for answer in told]

        emulated_drive.throttle(requests=2, seconds=7)
        assert ask(3) == [(429, "7"), (429, "7"), (200, None)]
        emulated_drive.fail(503)
        assert [status for status, _ in ask(2)] == [503, 200]

    def test_shares_its_tenant_with_the_list(self, emulated_drive: EmulatedDrive, emulated_list: EmulatedList) -> None:
        assert emulated_drive.emulator is emulated_list.emulator


def test_pytest_starts_without_anything_heavy() -> None:
    code = "import sys, airflow_provider_drivedelta.testing; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"airflow", "requests", "msal", "pyarrow", "duckdb", "pandas", "starlette"} & set(run.stdout.split())
