"""rclone, a stranger in another language, believes that the emulator is OneDrive."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import requests

from airflow_provider_drivedelta.emulator import Drive, Flavour
from tests.strangers.rclone import Rclone

NAMES = (
    "plain.txt",
    "100% #1.txt",
    "%23 %2F %25.txt",
    "it's “quoted”, (so) & so; a+b=c@d!$.txt",
    "[x] {y} ~z^`.txt",
    "Ünïcode ☃ 文件 🎉.txt",
    "e\u0301 decomposed.txt",
    "no extension",
    "....dots.txt",
)
OTHERS = ("zero.bin", "large.bin", "empty")
LARGE = bytes(range(251)) * 40_000


@pytest.fixture
def drive() -> Drive:
    """A thousand files in nested folders, and one of each oddity."""
    drive = Drive("Documents", seed="rclone")
    tree = drive.create_folder("Années #1 & 100%")
    for year in range(20):
        below = drive.create_folder(f"{2000 + year}", tree.id)
        for number in range(50):
            drive.create_file(f"{number:03}.txt", f"{year}/{number}".encode(), below.id)
    odd = drive.create_folder("odd")
    for name in NAMES:
        drive.create_file(name, name.encode(), odd.id)
    drive.create_file("zero.bin", b"", odd.id)
    drive.create_file("large.bin", LARGE, odd.id)
    drive.create_folder("empty", odd.id)
    return drive


def written(tree: list[dict[str, object]]) -> dict[str, tuple[int, str]]:
    """The emulator's truth as rclone puts it: size and hash in hex; -1 and none of folders."""
    return {
        str(row["path"]).lstrip("/"): (-1, "")
        if row["is_folder"]
        else (int(str(row["size"])), base64.b64decode(str(row["quick_xor_hash"])).hex())
        for row in tree
    }


def seen(listed: list[dict[str, object]]) -> dict[str, tuple[object, str]]:
    return {str(row["Path"]): (row["Size"], dict(row.get("Hashes") or {}).get("quickxor", "")) for row in listed}


def test_it_walks_the_drive_by_delta_and_sees_every_name_size_and_hash(microsoft, drive, tmp_path: Path) -> None:
    served = microsoft(drive)
    listed = Rclone.of(served, tmp_path).told("lsjson", "-R", "--fast-list", "--hash", "drive:")
    assert len(listed) == 1000 + 20 + 2 + len(NAMES) + len(OTHERS)
    assert seen(listed) == written(served.emulator.tree())
    assert sum(path.endswith("/root/delta") for path in served.paths) == 6  # of 200 each
    assert served.hosts == {"login.microsoftonline.com", "graph.microsoft.com"}


def test_it_walks_folder_by_folder_to_the_same(microsoft, drive, tmp_path: Path) -> None:
    served = microsoft(drive)
    listed = Rclone.of(served, tmp_path).told("lsjson", "-R", "--hash", "--disable", "ListR", "drive:odd")
    below = {path.removeprefix("odd/"): row for path, row in written(served.emulator.tree()).items()}
    assert seen(listed) == {path: row for path, row in below.items() if path in (*NAMES, *OTHERS)}
    assert any(path.endswith("/children") for path in served.paths)


def test_a_copy_is_the_same_to_the_last_byte(microsoft, drive, tmp_path: Path) -> None:
    served = microsoft(drive)
    rclone = Rclone.of(served, tmp_path)
    for folder in ("odd", "Années #1 & 100%/2007"):
        rclone.run("copy", "--fast-list", "--create-empty-src-dirs", f"drive:{folder}", f"copied/{folder}")
        rclone.run("check", f"drive:{folder}", f"copied/{folder}")  # by hash
    rclone.run("check", "--download", "drive:odd", "copied/odd")
    assert (tmp_path / "copied/odd/large.bin").read_bytes() == LARGE
    assert (tmp_path / "copied/odd/empty").is_dir()
    assert {name: (tmp_path / "copied/odd" / name).read_bytes() for name in NAMES} == {n: n.encode() for n in NAMES}
    assert "contoso-my.sharepoint.com" in served.hosts  # where the content comes from


def test_it_notices_a_copy_that_differs(microsoft, drive, tmp_path: Path) -> None:
    rclone = Rclone.of(microsoft(drive), tmp_path)
    rclone.run("copy", "drive:odd/plain.txt", "copied")
    (tmp_path / "copied/plain.txt").write_bytes(b"plaIn.txt")
    with pytest.raises(AssertionError, match="1 differences found"):
        rclone.run("check", "--include", "plain.txt", "drive:odd", "copied")


def test_it_reads_parts_of_a_large_file_without_a_token(microsoft, drive, tmp_path: Path) -> None:
    served = microsoft(drive)
    rclone = Rclone.of(served, tmp_path)
    assert rclone.run("cat", "--offset", "5000000", "--count", "1000", "drive:odd/large.bin") == LARGE[5000000:5001000]
    assert rclone.run("cat", "--tail", "10", "drive:odd/large.bin") == LARGE[-10:]
    parts = [asked for asked in served.emulator.requests if asked.path.startswith("/_download/")]
    assert [(asked.status, asked.authorized) for asked in parts] == [(206, False)] * 2
    assert {asked.headers["host"] for asked in parts} == {"contoso-my.sharepoint.com"}


def test_it_polls_for_changes_and_shows_them(microsoft, drive, tmp_path: Path) -> None:
    """It keeps what it listed for an hour: only a delta can tell it of anything newer."""
    served = microsoft(drive)
    rclone = Rclone.of(served, tmp_path)
    with rclone.served("--poll-interval", "1s", "--dir-cache-time", "1h") as address:
        until(lambda: "plain.txt" in page(address, "odd/"))
        until(lambda: any(asked.query == "token=latest" for asked in served.emulator.requests))
        drive.rename(drive.find("/odd/plain.txt").id, "renamed.txt")
        drive.delete(drive.find("/odd/zero.bin").id)
        drive.edit(drive.find("/odd/no extension").id, b"edited")
        until(lambda: "renamed.txt" in page(address, "odd/") and "zero.bin" not in page(address, "odd/"))
        until(lambda: page(address, "odd/no%20extension") == "edited")


def test_a_personal_drive_is_walked_and_checked_too(microsoft, tmp_path: Path) -> None:
    drive = Drive("OneDrive", flavour=Flavour.PERSONAL, seed="rclone")
    folder = drive.create_folder("Pictures")
    for number in islice(range(100), 7):
        drive.create_file(f"{number}.png", bytes([number]) * 5000, folder.id)
    served = microsoft(drive, personal=True, page_size=3)
    rclone = Rclone.of(served, tmp_path)
    assert seen(rclone.told("lsjson", "-R", "--fast-list", "--hash", "drive:")) == written(served.emulator.tree())
    rclone.run("copy", "drive:", "copied")
    rclone.run("check", "--download", "drive:", "copied")


def page(address: str, path: str) -> str:
    try:
        return requests.get(address + path, timeout=10).text
    except requests.ConnectionError:
        return ""  # it is not there yet


def until(there: Callable[[], bool]) -> None:
    """Another program is at work: there is nothing to be woken by."""
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end, "rclone did not see it"
        time.sleep(0.1)
