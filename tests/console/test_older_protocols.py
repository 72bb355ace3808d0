"""`drivedelta pull drive --protocol …`: the older feeds at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import Drive, Emulator, Flavour

Run = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    drive = Drive("Documents", flavour=Flavour.PERSONAL, seed="console")
    folder = drive.create_folder("Reports")
    drive.create_file("a.txt", b"a", folder.id)
    with Emulator(drives=[drive]) as emulator:
        yield emulator


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """One command on the drive: exit status, summary, stderr."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")

    def ask(command: str, *options: str) -> tuple[int, dict[str, object], str]:
        where = ["--output", str(tmp_path / "lake"), "--base-url", emulator.url, "--json"]
        status = main([command, "drive", *where, *options])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else {}, err

    return ask


@pytest.mark.parametrize("protocol", ["view.delta", "view.changes"])
class TestOlderProtocols:
    def test_a_drive_is_pulled_and_compared(self, run: Run, emulator: Emulator, protocol: str) -> None:
        drive = ["--drive-id", emulator.drive.id, "--protocol", protocol]
        status, summary, _ = run("pull", *drive)
        assert (status, summary["protocol"], summary["kind"], summary["inserted"]) == (0, protocol, "initial", 2)
        emulator.drive.create_file("b.txt")
        assert run("pull", *drive)[1]["inserted"] == 1
        assert run("reconcile", *drive)[1]["verdict"] == "in_sync"

    @pytest.mark.parametrize("item", ["/Reports", "{id}"])
    def test_a_folder_is_pulled_by_its_own_feed(self, run: Run, emulator: Emulator, protocol: str, item: str) -> None:
        folder = emulator.drive.find("/Reports")
        chosen = ["--me", "--protocol", protocol, "--item", item.format(id=folder.id)]
        status, summary, _ = run("pull", *chosen)
        assert (status, summary["inserted"]) == (0, 1)
        assert summary["source"] == f"drives/{emulator.drive.id}/items/{folder.id}"

    def test_owners_that_graph_alone_knows_end_with_3(self, run: Run, protocol: str) -> None:
        status, summary, err = run("pull", "--user-id", "ann@contoso.com", "--protocol", protocol)
        assert (status, summary) == (3, {})
        assert "Give drives/{id}, or me" in err


def test_graph_is_not_asked_for_an_older_protocol(run: Run, emulator: Emulator) -> None:
    options = ["--me", "--protocol", "view.delta", "--base-url", "https://graph.microsoft.com/v1.0"]
    status, _, err = run("pull", *options)
    assert (status, "view.delta is not spoken at this base address" in err) == (3, True)
    assert emulator.requests == []


def test_without_an_address_personal_onedrive_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address has passed when the arguments are found not to go together; Graph's would not have."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    options = ["--me", "--protocol", "view.delta", "--folder", "/a", "--start", "latest"]
    assert main(["pull", "drive", "--output", str(tmp_path), *options]) == 3
    assert "from a full read" in capsys.readouterr().err


def test_another_protocol_is_a_usage_error(run: Run) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("pull", "--me", "--protocol", "webdav")
    assert stopped.value.code == 2
