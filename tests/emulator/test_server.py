"""The emulator as a program: it starts, says where, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from airflow_provider_drivedelta.emulator import Clock, Drive, Emulator

AUTHORIZED = {"Authorization": "Bearer x"}


def test_it_starts_at_once_and_leaves_no_thread_and_no_file(drive) -> None:
    threads, started = threading.active_count(), time.monotonic()
    with Emulator(drives=[drive]) as emulator:
        assert time.monotonic() - started < 1
        assert requests.get(emulator.url + "/v1.0/me/drive", headers=AUTHORIZED).json()["id"] == drive.id
        assert requests.get(emulator.https_url, verify=emulator.ca_file).status_code == 200
        assert emulator.drive is drive
    assert threading.active_count() == threads
    assert not Path(emulator.ca_file).exists()


def test_it_stops_although_a_client_is_still_connected_and_waiting(drive) -> None:
    with requests.Session() as session, Emulator(drives=[drive]) as emulator:
        emulator.faults([{"transfer": {"delay": 60}}])
        with pytest.raises(requests.exceptions.ReadTimeout):
            session.get(emulator.url + "/v1.0/me/drive", headers=AUTHORIZED, timeout=0.05)
        session.get(emulator.url + "/v1.0/me/drive", headers=AUTHORIZED)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 5


def test_a_taken_port_is_an_error_at_once() -> None:
    with Emulator() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Emulator(http_port=port).__enter__()


def test_all_drives_follow_one_clock() -> None:
    clock, drive = Clock(), Drive()
    Emulator(drives=[drive], clock=clock)
    assert drive.clock is clock


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, airflow_provider_drivedelta.emulator; print(any(m in sys.modules for m in ('starlette', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_a_missing_extra_is_named_with_the_way_to_get_it() -> None:
    code = "import sys; sys.modules['trustme'] = None\nfrom airflow_provider_drivedelta.emulator import Emulator"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr
    assert "pip install airflow-provider-drivedelta[emulator]" in said


@pytest.mark.parametrize("with_folder", [True, False])
def test_the_console_says_where_it_is_and_stops_on_a_signal(tmp_path, with_folder) -> None:
    (tmp_path / "a.txt").write_text("a")
    folder = f"Path({str(tmp_path)!r})" if with_folder else "None"
    code = (
        f"from pathlib import Path\nfrom airflow_provider_drivedelta.emulator import run\nrun({folder}, personal=True)"
    )
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-W", "error", "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        said = [process.stdout.readline().split() for _ in range(3)]
        try:
            assert [line[0] for line in said] == ["drive", "sign-in", "ready"]
            page = requests.get(f"{said[2][1]}/v1.0/drives/{said[0][1]}/root/delta", headers=AUTHORIZED).json()
            assert ("a.txt" in [item["name"] for item in page["value"]]) == with_folder
            assert requests.get(said[1][1], verify=said[1][3]).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
