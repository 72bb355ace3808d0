"""Lakes with all that readers trip over: nested columns, several increments, late columns, columns of nulls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from airflow_provider_drivedelta.emulator import Drive, Field, SharePointList, Url, User
from tests.security.feeds import Feed, followed

SHAPES = ("drive", "list")
_PICTURE: dict[str, object] = {
    "image": {"width": 640, "height": 480},
    "photo": {"fNumber": 2.8, "orientation": 1, "takenDateTime": "2026-01-02T03:04:05.678901Z"},
    "location": {"latitude": -33.5, "altitude": 0.0},
    "shared": {},
    "size": 5_000_000_000,
    "odd": {"deep": [1, None, "日 😀"]},
}


def make_lake(shape: str, output: Path) -> str:
    """A feed of three increments and one resync; the folder of its change files."""
    with followed("graph" if shape == "drive" else "sharepoint list", output, size=3) as feed:
        (_tell_drive if shape == "drive" else _tell_list)(feed)
    assert not feed.failures
    (changes,) = output.glob("*/changes")
    return str(changes)


def _tell_drive(feed: Feed) -> None:
    drive = feed.items
    assert isinstance(drive, Drive)
    feed.pull()
    folder = drive.create_folder("Ünïcode 'x' #%")
    picture = drive.create_file("p.jpg", b"p", folder.id)
    drive.set_facets(picture.id, _PICTURE)  # type: ignore[arg-type]
    feed.pull()
    drive.rename(folder.id, "Moved")
    drive.delete(drive.find("/1.txt").id)
    feed.pull()
    drive.edit(drive.find("/2.txt").id, b"other content")
    feed.emulator.expire()
    feed.pull()


def _tell_list(feed: Feed) -> None:
    tasks = feed.items
    assert isinstance(tasks, SharePointList)
    feed.pull()
    for field in _FIELDS:
        tasks.add_field(field)
    tasks.add({"Title": "full"} | _VALUES)
    tasks.edit(1, {"State": "done", "Flags": ("red", "blue")})
    feed.pull()
    tasks.retype_field("Amount", "Text")
    tasks.edit(2, {"Amount": "many"})
    tasks.delete(3)
    feed.pull()
    tasks.remove_field("Day")
    tasks.edit(1, {"State": "open"})
    feed.emulator.expire()
    feed.pull()


_FIELDS = (
    Field("Amount", "Number"),
    Field("Price", "Currency"),
    Field("Day", "DateTime", format="DateOnly"),
    Field("Moment", "DateTime"),
    Field("Sure", "Boolean"),
    Field("Flags", "MultiChoice", choices=("red", "green", "blue")),
    Field("Who", "User"),
    Field("All", "UserMulti"),
    Field("Page", "URL"),
    Field("Never", "Number"),
)
_ANN, _BOB = User(7, "ann", "ann@contoso.com", "Ann"), User(8, "bob", "bob@contoso.com", "Bob")
_VALUES: dict[str, object] = {
    "Amount": 1.5,
    "Price": Decimal("12.34"),
    "Day": date(2026, 2, 28),
    "Moment": datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
    "Sure": True,
    "Flags": ("green",),
    "Who": _ANN,
    "All": (_ANN, _BOB),
    "Page": Url("https://example.org/a,b", "A, B"),
}
