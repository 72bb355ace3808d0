"""Writes the golden lake anew: `python -m tests.golden.make`, only when the format at rest has changed on purpose.

A small lake as this version writes it, what the service would tell of all items at its end, and the
rows that readers must get. Ids and the service's clock come from seeds; attempt ids and the times of
the runs do not.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import requests

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Clock, Drive, Emulator
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.golden import EXPECTED, HOST, ITEMS, LAKE, said

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def main() -> None:
    clock = Clock(CLOCK)
    drive = Drive("Documents", seed="golden", clock=clock, withhold_descendant_tombstones=True)
    with Emulator(drives=[drive], clock=clock) as emulator, tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "lake"
        pull = puller(emulator, output)
        for change in (first, changed, lost, gone):
            change(emulator)
            pull()
        ITEMS.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in told(emulator)))
        for file in output.glob("*/_drivedelta/log/*.json"):
            file.write_text(file.read_text().replace(emulator.url, HOST))
        shutil.make_archive(str(LAKE.with_suffix("")), "zip", output)
        EXPECTED.write_text(listed(read_changes(output)) + listed(read_current(output)))


def listed(rows: pa.RecordBatchReader) -> str:
    """One JSON object a line, and an empty line at the end."""
    return "".join(json.dumps(said(row), ensure_ascii=False) + "\n" for row in rows.read_all().to_pylist()) + "\n"


def puller(emulator: Emulator, output: Path) -> Callable[[], None]:
    tokens = MemoryTokenStore()
    capture = DriveCapture(source=Source.parse(f"drives/{emulator.drive.id}"), output=str(output), run="golden")

    def pull() -> None:
        base_url = f"{emulator.url}/v1.0"
        with Transport(auth=BearerToken("r3ady"), base_url=base_url) as transport:
            capture_drive(capture, base_url=base_url, transport=transport, tokens=tokens)

    return pull


def first(emulator: Emulator) -> None:
    drive = emulator.drive
    reports = drive.create_folder("Reports", seed="reports")
    year = drive.create_folder("2026", reports.id, seed="year")
    photos = drive.create_folder("Fotos – Übersicht", seed="photos")
    drive.create_file("q1.csv", b"region,amount\n", reports.id, seed="q1")
    drive.create_file("März.txt", "grün".encode(), year.id, seed="march")
    drive.create_file("notes.txt", b"n", seed="notes")
    drive.create_file("lost.txt", b"l", seed="lost")
    drive.create_file("gone.txt", b"g", seed="gone")
    smile = drive.create_file("😀.jpg", b"jpg", photos.id, seed="smile")
    facets = {"image": {"height": 3, "width": 4}, "photo": {"takenDateTime": "2026-01-02T03:04:05Z", "iso": 100}}
    drive.set_facets(smile.id, facets | {"unheardOf": {"deep": [1, 2.5, None]}})


def changed(emulator: Emulator) -> None:
    drive = emulator.drive
    drive.edit(drive.find("/Reports/q1.csv").id, b"region,amount\nnorth,100\n")
    drive.rename(drive.find("/Reports").id, "Reports (old)")
    drive.move(drive.find("/notes.txt").id, drive.find("/Fotos – Übersicht").id)
    drive.delete(drive.find("/gone.txt").id)


def lost(emulator: Emulator) -> None:
    """The token is refused by a service that may have lost something."""
    emulator.drive.delete(emulator.drive.find("/lost.txt").id)
    emulator.expire(flavour="upload")


def gone(emulator: Emulator) -> None:
    """A folder goes, and the service does not say what went with it."""
    drive = emulator.drive
    drive.delete(drive.find("/Reports (old)/2026").id)
    drive.share(drive.find("/Reports (old)/q1.csv").id)


def told(emulator: Emulator) -> list[dict[str, object]]:
    """What a full enumeration says, download links left out."""
    address = f"{emulator.url}/v1.0/drives/{emulator.drive.id}/root/delta"
    answer = requests.get(address, headers={"Authorization": "Bearer r3ady"}, timeout=10).json()
    assert "@odata.nextLink" not in answer
    return [{name: v for name, v in item.items() if not name.endswith("downloadUrl")} for item in answer["value"]]


if __name__ == "__main__":
    main()
