"""The console: what it prints, how it ends, and what it never shows."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.summary import Summary
from tests.conftest import EXPIRED, SECRET, Contoso
from tests.graph_service import GraphService, Reply, file_item, root_item, tombstone

BEARER = "eyJ-s3cret-bearer"
START = "/v1.0/drives/b!drive/root/delta"


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.out)


@dataclass(frozen=True)
class Console:
    """A user at a terminal, with a service to pull from and a folder to pull into."""

    service: GraphService
    output: Path
    read: Callable[[], tuple[str, str]]

    def run(self, *argv: str) -> Ended:
        try:
            status = main(argv)
        except SystemExit as left:
            status = int(left.code or 0)
        return Ended(status, *self.read())

    def pull(self, *options: str, drive: str = "b!drive") -> Ended:
        where = ["--base-url", self.service.host, "--output", str(self.output)]
        return self.run("pull", "drive", "--drive-id", drive, *where, *options)

    @property
    def feed(self) -> Path:
        (feed,) = self.output.iterdir()
        return feed


@pytest.fixture
def console(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    for name in [name for name in os.environ if name.startswith("DRIVEDELTA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", BEARER)
    ours = logging.getLogger("airflow_provider_drivedelta")
    level = ours.level
    with GraphService() as service:
        service.on(START, service.page([root_item(), file_item("a"), file_item("b")], delta="/d1?token=T0k"))
        yield Console(service, tmp_path / "lake", lambda: tuple(capsys.readouterr()))  # type: ignore[arg-type]
    ours.setLevel(level)


def test_a_pull_tells_what_was_captured_and_where(console: Console) -> None:
    ended = console.pull()
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "initial: increment 1, 2 rows (2 inserted, 0 updated, 0 deleted)",
        "1 pages, 1 requests, 0 s throttled",
        f"data: {console.feed}/changes",
    ]
    assert list((console.feed / "changes").glob("*/*.parquet"))
    assert console.service.seen[0].headers["authorization"] == f"Bearer {BEARER}"


def test_a_pull_as_json_is_the_summary(console: Console) -> None:
    ended = console.pull("--json")
    assert ended.json.keys() == Summary.__dataclass_fields__.keys()
    assert (ended.json["kind"], ended.json["increment"], ended.json["rows"]) == ("initial", 1, 2)


def test_the_next_pull_goes_on_and_a_quiet_one_says_so(console: Console) -> None:
    console.pull()
    console.service.on("/d1?token=T0k", console.service.page([tombstone("b")], delta="/d2"))
    console.service.on("/d2", console.service.page([root_item()], delta="/d3"))
    assert console.pull("--json").json["deleted"] == 1
    console.service.on("/d3", console.service.page([], delta="/d4"))
    ended = console.pull("--json")
    assert (ended.status, ended.json["kind"], ended.json["increment"]) == (0, "quiet", None)
    assert console.pull().out.startswith("quiet: nothing published")


def test_options_reach_the_service(console: Console) -> None:
    console.service.always(console.service.page([], delta="/d1"))
    options = ["--select", "size, webUrl,", "--expand", "listItem", "--page-size", "5", "--sharing-changes"]
    assert console.pull(*options).status == 0
    (seen,) = console.service.seen
    assert ",size,webUrl&$expand=listItem&$top=5" in seen.target
    assert "deltashowsharingchanges" in seen.headers["prefer"]


@pytest.mark.parametrize(
    ("option", "route"),
    [
        ("--user-id=a@b.c", "/v1.0/users/a@b.c/drive"),
        ("--group-id=7", "/v1.0/groups/7/drive"),
        ("--site-id=contoso.example,1,2", "/v1.0/sites/contoso.example,1,2/drive"),
        ("--me", "/v1.0/me/drive"),
    ],
)
def test_a_drive_is_found_through_its_owner(console: Console, option: str, route: str) -> None:
    console.service.on(f"{route}?$select=id,name,driveType,webUrl", Reply.json({"id": "b!drive"}))
    where = ["--base-url", console.service.url, "--output", str(console.output)]
    assert console.run("pull", "drive", option, *where).status == 0
    assert console.service.targets[1] == START


USAGE = {
    "no command": [],
    "an unknown command": ["push"],
    "no source": ["pull"],
    "no drive": ["pull", "drive", "--output", "o"],
    "two drives": ["pull", "drive", "--drive-id", "a", "--me", "--output", "o"],
    "no output": ["pull", "drive", "--me"],
    "an unknown option": ["pull", "drive", "--me", "--output", "o", "--fast"],
    "a page size that is no number": ["pull", "drive", "--me", "--output", "o", "--page-size", "many"],
    "an unknown start": ["pull", "drive", "--me", "--output", "o", "--start", "soon"],
    "a wait that is no number": ["pull", "drive", "--me", "--output", "o", "--max-wait", "nan"],
    "a wait without end": ["pull", "drive", "--me", "--output", "o", "--max-wait", "inf"],
    "a negative wait": ["pull", "drive", "--me", "--output", "o", "--max-wait=-1"],
    "a log of nothing": ["log"],
}


@pytest.mark.parametrize("argv", USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(console: Console, argv: list[str]) -> None:
    ended = console.run(*argv)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("usage: drivedelta")


@pytest.mark.parametrize(
    ("argv", "says"),
    [(["--help"], "capture what changed"), (["--version"], "drivedelta "), (["pull", "drive", "--help"], "--drive-id")],
)
def test_asking_for_help_is_no_mistake(console: Console, argv: list[str], says: str) -> None:
    ended = console.run(*argv)
    assert (ended.status, ended.err) == (0, "")
    assert says in ended.out


FIX = {
    "wrong id": (Reply.json({"error": {"code": "itemNotFound"}}, 404), [], "no such drive"),
    "no permission": (Reply.json({"error": {"code": "accessDenied"}}, 403), [], "may not read this"),
    "refused token": (Reply(401), [], "refused the sign-in token"),
    "plain http": (Reply(200), ["--base-url", "http://graph.example"], "Plain http"),
    "no address": (Reply(200), ["--base-url", "graph"], "no address of a service"),
    "no page": (Reply(200), ["--page-size", "0"], "cannot have 0 items"),
    "a store we do not know": (Reply(200), ["--output", "sftp://host"], "no place that can be written to"),
    "no CA file": (Reply(200), ["--ca-file", "/nowhere.pem"], "CA file cannot be read"),
    "unwritable output": (Reply(200), ["--output", "/proc/lake"], "output cannot be used"),
}


@pytest.mark.parametrize(("reply", "options", "says"), FIX.values(), ids=FIX)
def test_what_a_person_must_mend_ends_with_3(console: Console, reply: Reply, options: list[str], says: str) -> None:
    """Bad input."""
    console.service.replace(START, reply)
    ended = console.pull(*options)
    assert (ended.status, ended.out) == (3, "")
    assert says in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("drive", ["", " "])
def test_an_empty_drive_id_ends_with_3(console: Console, drive: str) -> None:
    """As from an unset variable in a shell script."""
    ended = console.pull(drive=drive)
    assert (ended.status, console.service.seen) == (3, [])
    assert "names no drive" in ended.err


@pytest.mark.parametrize("token", ["", "  ", None])
def test_without_credentials_it_ends_with_3(
    console: Console, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    if token is None:
        monkeypatch.delenv("DRIVEDELTA_ACCESS_TOKEN")
    else:
        monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", token)
    ended = console.pull()
    assert (ended.status, console.service.seen) == (3, [])
    assert "Set DRIVEDELTA_ACCESS_TOKEN, or give --tenant-id and --client-id" in ended.err


@pytest.mark.parametrize("token", ["Bearer s3cret", "s3cret\nmore", "s3crét"])
def test_a_token_that_is_none_is_refused_without_showing_it(
    console: Console, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", token)
    ended = console.pull()
    assert (ended.status, console.service.seen) == (3, [])
    assert "s3cr" not in ended.err


def test_blanks_around_a_token_are_left_off(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", f" {BEARER}\n")
    assert console.pull().status == 0
    assert console.service.seen[0].headers["authorization"] == f"Bearer {BEARER}"


APP = ["--tenant-id", "contoso.example", "--client-id", "app"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (APP, "Set DRIVEDELTA_CLIENT_SECRET, or give --certificate"),
        (["--client-id", "app"], "--tenant-id"),
        ([*APP, "--certificate", "/nowhere.pem"], "certificate cannot be read (No such file or directory)"),
        ([*APP, "--certificate", sys.executable], "certificate cannot be read (no PEM text)"),
        ([*APP, "--certificate", os.devnull], "holds no certificate"),
    ],
)
def test_half_a_credential_says_what_is_missing(console: Console, options: list[str], says: str) -> None:
    ended = console.pull(*options)
    assert (ended.status, console.service.seen) == (3, [])
    assert says in ended.err


def test_a_broken_feed_ends_with_4(console: Console) -> None:
    console.service.replace(START, console.service.page([], next="https://evil.example/p?token=T0k"))
    ended = console.pull()
    assert (ended.status, ended.out) == (4, "")
    assert "leads to another host" in ended.err


def test_what_passes_by_itself_ends_with_75(console: Console) -> None:
    console.service.replace(START, Reply(429, headers={"Retry-After": "30"}))
    ended = console.pull("--max-wait", "5")
    assert (ended.status, ended.out) == (75, "")
    assert "Nothing is lost" in ended.err


def test_nothing_secret_is_shown_however_much_is_told(console: Console) -> None:
    """H5."""
    download = {"@microsoft.graph.downloadUrl": "https://x/?tempauth=T0k"}
    console.service.replace(START, console.service.page([file_item("a", **download)], next="/p2(token='T0k')?t=T0k"))
    console.service.on("/p2(token='T0k')?t=T0k", console.service.page([], delta="/d1?token=T0k"))
    console.service.on("/d1?token=T0k", Reply.json({"error": {"code": "x", "message": "T0k"}}, 403))
    for argv in (["pull"], ["pull", "again"], ["log"], ["log", "--json"]):
        if argv[0] == "log":
            ended = console.run("--verbose", "log", str(console.output), *argv[1:])
        else:
            where = ["--base-url", console.service.url, "--output", str(console.output)]
            ended = console.run("--verbose", "pull", "drive", "--drive-id", "b!drive", *where)
        assert "T0k" not in ended.out + ended.err
        assert BEARER not in ended.out + ended.err
    assert len(console.service.seen) == 3


def test_a_log_lists_each_feed_and_its_increments(console: Console) -> None:
    console.pull()
    console.service.on("/d1?token=T0k", console.service.page([tombstone("b")], delta="/d2"))
    console.pull()
    for place in (console.output, console.feed):
        folder, first, second = console.run("log", str(place)).out.splitlines()
        assert folder == str(console.feed)
        assert first.split()[0] == "1"
        assert " initial " in first
        assert "+2 ~0 -0" in first
        assert "+0 ~0 -1  drivedelta pull" in second


def test_a_log_as_json_is_one_object_a_line(console: Console) -> None:
    console.pull()
    (line,) = console.run("log", str(console.output), "--json").out.splitlines()
    told = json.loads(line)
    assert (told["increment"], told["kind"], told["counts"]["inserted"]) == (1, "initial", 2)
    assert [console.feed / file for file in told["files"]] == list((console.feed / "changes").glob("*/*"))


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_log_where_there_is_no_feed_ends_with_3(console: Console, tmp_path: Path, place: str) -> None:
    assert console.run("log", str(tmp_path / place)).status == 3


@pytest.mark.parametrize(("content", "status"), [("{\n}\n", 4), ('{"lowest_reader": 99}', 3)])
def test_a_log_that_cannot_be_read_says_why(console: Console, content: str, status: int) -> None:
    console.pull()
    (console.feed / "_drivedelta/log/00000001.json").write_text(content)
    assert console.run("log", str(console.output)).status == status
    assert console.pull().status == status


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C does what it does on a terminal; whoever runs the tests may have turned it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_pull_ends_with_130(console: Console) -> None:
    def interrupt(_: object) -> Reply:
        os.kill(os.getpid(), 2)
        return Reply(200)

    console.service.replace(START, interrupt)
    ended = console.pull()
    assert (ended.status, list(console.output.rglob("*.parquet"))) == (130, [])
    assert "nothing was half-published" in ended.err


def test_a_reader_that_goes_away_is_no_fault(console: Console) -> None:
    """`drivedelta log DIR | head -0`."""
    console.pull()
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "airflow_provider_drivedelta.cli", "log", str(console.output)]
    with open(writing, "wb") as nobody:
        ended = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_application_signs_in_with_its_secret(
    console: Console, contoso: Contoso, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way through MSAL, over TLS with a CA of its own; an expired secret ends with 3 and is not shown."""
    monkeypatch.delenv("DRIVEDELTA_ACCESS_TOKEN")
    monkeypatch.setenv("DRIVEDELTA_CLIENT_SECRET", SECRET)
    emulator = contoso.emulator
    sign_in = ["--tenant-id", "contoso.com", "--client-id", "app", "--authority", emulator.https_url]
    options = ["--base-url", emulator.https_url, "--ca-file", str(emulator.ca_file), *sign_in]
    assert console.pull(*options, "--json", drive=emulator.drive.id).json["inserted"] == 4
    monkeypatch.setenv("DRIVEDELTA_CLIENT_SECRET", EXPIRED)
    ended = console.pull(*options, drive=emulator.drive.id)
    assert (ended.status, "secret has expired" in ended.err) == (3, True)
    assert EXPIRED not in ended.err
