"""`drivedelta sign-in`: the code is shown, the sign-in is kept, and no secret is printed unless asked for."""

from __future__ import annotations

import json
import re
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, SignInRules

TENANT = ["--tenant-id", "contoso.com", "--client-id", "app"]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A tenant that asks for no patience, and lets each refresh token be used once."""
    rules = SignInRules(
        tenants=frozenset({"contoso.com"}),
        clients={"app": ClientRules()},
        refresh_tokens=frozenset(),
        one_use=True,
        device_interval=1,
    )
    drive = Drive("Documents", seed="contoso")
    drive.create_file("a.txt", b"a")
    with Emulator(drives=[drive], sign_in=rules) as emulator:
        yield emulator


class Person(threading.Thread):
    """Reads the code off the terminal and types it in."""

    def __init__(self, emulator: Emulator, *, accepted: bool = True) -> None:
        super().__init__(daemon=True)
        self.emulator, self.accepted = emulator, accepted
        self.text = ""
        self.there = threading.Event()

    def write(self, text: str) -> int:
        self.text += text
        if re.search(r"type in \w+", self.text):
            self.there.set()
        return len(text)

    def flush(self) -> None:
        pass

    def run(self) -> None:
        if self.there.wait(30):
            found = re.search(r"type in (\w+)", self.text)
            assert found
            self.emulator.approve(found[1], accepted=self.accepted)


SignIn = Callable[..., tuple[int, str]]


@pytest.fixture
def sign_in(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> SignIn:
    """Runs the command beside a person who answers; gives the status and what was printed, errors before."""

    def run(*options: str, accepted: bool = True) -> tuple[int, str]:
        person = Person(emulator, accepted=accepted)
        monkeypatch.setattr(sys, "stderr", person)
        person.start()
        there = ["--authority", emulator.https_url, "--ca-file", emulator.ca_file]
        status = main(["sign-in", *TENANT, *there, *options])
        person.join(30)
        return status, person.text + capsys.readouterr().out

    return run


def pull(emulator: Emulator, file: Path, output: Path) -> int:
    source = ["--drive-id", emulator.drive.id, "--output", str(output)]
    there = ["--base-url", emulator.https_url, "--ca-file", emulator.ca_file]
    return main(["pull", "drive", *source, *there, "--sign-in-file", str(file)])


def test_the_sign_in_is_kept_for_its_owner_and_pulls_again_and_again(
    emulator: Emulator, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "me.json"
    status, printed = sign_in("--to", str(file))
    assert status == 0
    assert f"Open {emulator.https_url}/devicelogin and type in " in printed
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = json.loads(file.read_text())["refresh_token"]
    assert first not in printed
    assert [pull(emulator, file, tmp_path / "lake") for _ in range(2)] == [0, 0]
    assert json.loads(file.read_text())["refresh_token"] != first


def test_asked_for_it_is_printed_as_a_connection(sign_in: SignIn, tmp_path: Path) -> None:
    status, printed = sign_in("--print-connection")
    assert status == 0
    connection = json.loads(printed.splitlines()[-1])
    assert (connection["conn_type"], connection["login"]) == ("drivedelta", "app")
    assert connection["extra"].pop("refresh_token")
    assert connection["extra"] == {"tenant_id": "contoso.com", "cloud": "global"}


def test_declined_it_keeps_nothing(sign_in: SignIn, tmp_path: Path) -> None:
    status, printed = sign_in("--to", str(tmp_path / "me.json"), accepted=False)
    assert status == 3
    assert "declined" in printed
    assert list(tmp_path.iterdir()) == []


def test_it_must_be_said_where_to_keep_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["sign-in", *TENANT])
    assert "--to --print-connection" in capsys.readouterr().err
