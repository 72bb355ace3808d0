"""Microsoft's own client of those days, onedrivesdk, reads `view.delta` from the emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from airflow_provider_drivedelta.emulator import Drive, Emulator, Flavour

# Runs in a process of its own: the client was written for Python 3.4, and must be told what asyncio no longer has.
CLIENT = """
import asyncio, json, sys, types
asyncio.coroutine = types.coroutine
from onedrivesdk import HttpProvider, OneDriveClient
from onedrivesdk.options import HeaderOption
from onedrivesdk.request.item_delta import ItemDeltaRequest

class Bearer:
    def authenticate_request(self, request):
        request.append_option(HeaderOption("Authorization", "bearer a-token"))

base, place, token = sys.argv[1:]
loop = asyncio.new_event_loop()
client = OneDriveClient(base, Bearer(), HttpProvider(), loop)
item = client.item(drive="me", path=place) if place else client.item(drive="me", id="root")
request = item.delta(token or None).request(top=2)
pages = []
while request:
    page = request.get()
    pages.append([[item.name, item.id, item.deleted is not None, item.folder is not None] for item in page])
    request = ItemDeltaRequest.get_next_page_request(page, client, None)
print(json.dumps({"pages": pages, "token": page.token, "delta_link": page.delta_link}))
loop.close()
"""


@dataclass(frozen=True)
class Told:
    """What the client understood: pages of (name, id, deleted, folder), and where to go on."""

    pages: list[list[tuple[str | None, str, bool, bool]]]
    token: str
    delta_link: str

    @property
    def names(self) -> list[str | None]:
        return [name for page in self.pages for name, *_ in page]

    @property
    def deleted(self) -> list[str]:
        return [item_id for page in self.pages for _, item_id, deleted, _ in page if deleted]


def read(emulator: Emulator, base: str = "/v1.0", *, place: str = "", token: str = "") -> Told:
    """Read a place of the drive with the real client, from a token on."""
    arguments = [f"{emulator.url}{base}/", place, token]
    done = subprocess.run([sys.executable, "-c", CLIENT, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return Told(**json.loads(done.stdout))


@pytest.fixture(params=[(Flavour.PERSONAL, "/v1.0"), (Flavour.BUSINESS, "/_api/v2.0")])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Emulator, str]]:
    flavour, base = request.param
    drive = Drive("Documents", flavour=flavour, seed="sdk")
    folder = drive.create_folder("Réports #1")
    for name in ("a.txt", "b.txt", "c.txt"):
        drive.create_file(name, name.encode(), folder.id)
    with Emulator(drives=[drive]) as emulator:
        yield emulator, base


def test_it_reads_the_whole_drive_page_by_page(served: tuple[Emulator, str]) -> None:
    told = read(*served)
    assert told.names == ["root", "Réports #1", "a.txt", "b.txt", "c.txt"]
    assert [len(page) for page in told.pages] == [2, 2, 1]
    assert [folder for page in told.pages for *_, folder in page] == [True, True, False, False, False]
    assert told.delta_link.startswith(served[0].url)


def test_it_goes_on_from_its_token(served: tuple[Emulator, str]) -> None:
    """A2: the token alone, which it escapes by itself."""
    emulator, base = served
    before = read(emulator, base)
    gone = emulator.drive.find("/Réports #1/a.txt")
    emulator.drive.delete(gone.id)
    after = read(emulator, base, token=before.token)
    assert after.deleted == [gone.id]
    assert read(emulator, base, token=after.token).names == ["root"]


def test_it_reads_latest(served: tuple[Emulator, str]) -> None:
    assert read(*served, token="latest").names == []


def test_it_reads_one_folder_of_a_personal_drive_by_its_path() -> None:
    drive = Drive("Documents", flavour=Flavour.PERSONAL, seed="sdk")
    drive.create_file("a.txt", b"", drive.create_folder("Reports").id)
    with Emulator(drives=[drive]) as emulator:
        assert read(emulator, place="/Reports").names == ["Reports", "a.txt"]
