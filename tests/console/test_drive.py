"""`drivedelta pull drive` and `reconcile drive`, when the token dies or the lake has drifted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from tests.conftest import Contoso
from tests.drift import START_OVER_BETWEEN, token_past_everything


@dataclass(frozen=True)
class Console:
    """A user at a terminal who follows one drive of the emulator."""

    contoso: Contoso
    output: Path
    read: Callable[[], tuple[str, str]]

    def run(self, command: str, *options: str) -> tuple[int, str, str]:
        """Exit status, stdout, stderr."""
        emulator = self.contoso.emulator
        what = ["--drive-id", emulator.drive.id, "--output", str(self.output), "--base-url", emulator.url]
        return (main([command, "drive", *what, *options]), *self.read())

    def json(self, command: str, *options: str) -> dict[str, object]:
        status, out, _ = self.run(command, "--json", *options)
        assert status == 0
        told: dict[str, object] = json.loads(out)
        return told

    def drift(self) -> None:
        """Edit a file, and go on from a token behind the edit."""
        drive = self.contoso.emulator.drive
        drive.edit(drive.find("/Reports/a.txt").id, b"never told of")
        (kept,) = self.output.glob("*/_drivedelta/token.json")
        token = token_past_everything(self.contoso, self.contoso.emulator.url)
        kept.write_text(json.dumps(json.loads(kept.read_text()) | {"delta_token": token}))


@pytest.fixture
def console(
    contoso: Contoso, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    """The first pull is done."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    told = Console(contoso, tmp_path / "lake", lambda: tuple(capsys.readouterr()))  # type: ignore[arg-type]
    told.run("pull")
    return told


class TestResync:
    def test_a_dead_token_is_made_up_for_in_the_same_pull(self, console: Console) -> None:
        console.contoso.emulator.expire()
        assert console.json("pull")["kind"] == "resync"

    def test_or_ends_with_3_if_you_say_so(self, console: Console) -> None:
        console.contoso.emulator.expire()
        status, out, err = console.run("pull", "--on-resync", "fail")
        assert (status, out) == (3, "")
        assert "Run once with on_resync='inline'" in err
        assert console.json("pull")["kind"] == "resync"

    @pytest.mark.parametrize(("on_unsure", "counts"), [("keep", (1, 0)), ("delete", (0, 1))])
    def test_what_the_service_may_have_lost(self, console: Console, on_unsure: str, counts: tuple[int, int]) -> None:
        drive = console.contoso.emulator.drive
        drive.delete(drive.find("/Reports/b.txt").id)
        console.contoso.emulator.expire(flavour="upload")
        told = console.json("pull", "--on-unsure", on_unsure)
        assert (told["missing"], told["deleted"]) == counts

    def test_a_big_delete_ends_with_3_and_names_what_confirms_it(self, console: Console) -> None:
        emulator = console.contoso.emulator
        folder = emulator.drive.create_folder("Old")
        with emulator.drive.batch():
            for number in range(120):
                emulator.drive.create_file(f"{number}.txt", b"", folder.id)
        console.run("pull")
        emulator.drive.delete(folder.id)
        emulator.expire()
        status, _, err = console.run("pull")
        held = re.search(r"confirm_deletes='(\w+)'", err)
        assert held
        assert (status, console.run("pull")[0]) == (3, 3)
        emulator.clear_requests()
        assert console.json("pull", "--confirm-deletes", held[1])["deleted"] == 121
        assert emulator.requests == []


class TestReconcile:
    def test_in_sync(self, console: Console) -> None:
        status, out, err = console.run("reconcile")
        assert (status, err) == (0, "")
        assert out.startswith("in sync: ")
        assert console.json("reconcile")["verdict"] == "in_sync"

    def test_drift_is_an_answer_and_no_failure(self, console: Console) -> None:
        console.drift()
        status, out, _ = console.run("reconcile")
        assert (status, out.splitlines()[0][:7]) == (0, "drift: ")
        assert "reconcile: increment 2, 1 rows (0 inserted, 1 updated, 0 deleted)" in out

    def test_as_json_it_is_the_summary_with_the_verdict(self, console: Console) -> None:
        summary = console.json("pull")
        console.drift()
        told = console.json("reconcile")
        assert told.keys() == summary.keys() | {"verdict"}
        assert (told["verdict"], told["kind"], told["updated"]) == ("drift", "reconcile", 1)

    def test_indeterminate(self, console: Console) -> None:
        console.contoso.emulator.faults(START_OVER_BETWEEN)
        assert console.run("reconcile")[1].startswith("indeterminate: ")

    def test_what_must_be_mended_first_ends_with_3(self, console: Console) -> None:
        assert console.run("reconcile", "--select", "size")[0] == 3

    def test_help_says_what_drift_means_for_the_exit_status(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["reconcile", "drive", "--help"])
        assert stopped.value.code == 0
        assert "the exit status is 0 for every verdict" in " ".join(capsys.readouterr().out.split())
