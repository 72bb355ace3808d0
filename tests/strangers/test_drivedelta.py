"""DriveDelta itself under Microsoft's own names: nothing but what the public cloud needs is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.reading import read_current
from tests.strangers.conftest import CLIENT, SECRET, TENANT


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("DRIVEDELTA_CLIENT_SECRET", SECRET)
    return ["--tenant-id", TENANT, "--client-id", CLIENT, "--json"]


def test_a_drive_is_pulled_from_the_public_cloud(microsoft, signed_in, tmp_path: Path, capsys) -> None:
    drive = Drive("Documents", seed="public cloud")
    folder = drive.create_folder("Reports")
    for number in range(5):
        drive.create_file(f"{number}.txt", b"", folder.id)
    served = microsoft(drive, page_size=2)
    pull = ["pull", "drive", "--drive-id", drive.id, "--output", str(tmp_path), *signed_in]
    assert main(pull) == 0
    drive.delete(drive.find("/Reports/3.txt").id)
    assert main(pull) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["kind"], each["inserted"], each["deleted"]) for each in told] == [
        ("initial", 6, 0),
        ("incremental", 0, 1),
    ]
    paths = set(read_current(str(tmp_path)).read_pandas()["path"])
    assert paths == {str(row["path"]) for row in served.emulator.tree()}
    assert served.hosts == {"login.microsoftonline.com", "graph.microsoft.com"}


def test_a_list_is_pulled_from_sharepoint_with_a_certificate(
    microsoft, signed_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    served = microsoft()
    (tmp_path / "app.pem").write_text(served.certificate.both)
    monkeypatch.delenv("DRIVEDELTA_CLIENT_SECRET")
    pull = ["pull", "list", "--site-url", "https://contoso.sharepoint.com/sites/team", "--list", "Projects"]
    pull += ["--output", str(tmp_path / "lake"), "--certificate", str(tmp_path / "app.pem"), *signed_in]
    assert main(pull) == 0
    assert json.loads(capsys.readouterr().out)["inserted"] == 39
    assert served.hosts == {"login.microsoftonline.com", "contoso.sharepoint.com"}
