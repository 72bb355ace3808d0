"""A real local folder as a drive: each look at the disk turns into operations on the model."""

import threading
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from airflow_provider_drivedelta.emulator.content import DiskContent
from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.folder_match import match
from airflow_provider_drivedelta.emulator.folder_scan import ROOT, Found, scan
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.items import FileTimes, Tags

_NANOSECONDS = 1_000_000_000


def folder_drive(folder: Path, flavour: Flavour) -> Drive:
    """An empty drive for the folder; its id comes from the folder's place on disk, so it outlives the process."""
    place = folder.resolve()
    return Drive(place.name or "root", flavour=flavour, seed=str(place), case_sensitive=True)


class FolderMirror:
    """Keeps a drive in step with a folder.

    Item ids come from inodes, so a restart on an unchanged folder gives the same ones. Names that differ in case only
    are both served, as the disk has them.
    """

    def __init__(self, drive: Drive, folder: Path) -> None:
        self._drive, self._folder = drive, folder.resolve()
        self._lock = threading.Lock()
        self._known: dict[PurePosixPath, Found] = {}
        self._ids: dict[PurePosixPath, str] = {ROOT: drive.root_id}
        self._looked_at = float("-inf")

    def refresh(self, *, older_than: float = 0.0) -> None:
        with self._lock:
            if time.monotonic() - self._looked_at < older_than:
                return
            now = list(scan(self._folder))
            if now != list(self._known.values()):
                self._apply(now)
            self._looked_at = time.monotonic()

    def _apply(self, now: list[Found]) -> None:
        matched = match(self._known, now)
        ids = {ROOT: self._drive.root_id}
        with self._drive.batch():
            # Parents first: when an entry moves, all above it are where they will stay, so nothing moves below itself.
            for found in now:
                parent, old = ids[found.path.parent], matched.get(found.path)
                if old is None:
                    ids[found.path] = self._create(found, parent)
                else:
                    ids[found.path] = self._ids[old]
                    self._update(self._ids[old], self._known[old], found, parent)
            self._delete_all_but(set(ids.values()))
        self._ids, self._known = ids, {found.path: found for found in now}

    def _create(self, found: Found, parent: str) -> str:
        device, inode, _ = found.fingerprint
        seed, times, name = f"disk {device} {inode}", _times(found), found.path.name
        if found.is_folder:
            return self._drive.create_folder(name, parent, times=times, seed=seed, unchecked=True).id
        content, tags = self._content(found), _first_tags(found)
        return self._drive.create_file(name, content, parent, times=times, seed=seed, tags=tags, unchecked=True).id

    def _update(self, item_id: str, old: Found, found: Found, parent: str) -> None:
        item, content = self._drive.item(item_id), self._content(found)
        if (item.parent_id, item.name) != (parent, found.path.name):
            self._drive.move(item_id, parent, found.path.name, unchecked=True)
        if isinstance(item.content, DiskContent):
            item.content.path = content.path
            if old.content_mark != found.content_mark:
                self._drive.edit(item_id, content, at=_moment(found.modified_ns))

    def _delete_all_but(self, kept: set[str]) -> None:
        for item in self._drive.walk():
            if item.id not in kept and item.parent_id in kept:
                self._drive.delete(item.id)

    def _content(self, found: Found) -> DiskContent:
        return DiskContent(self._folder / found.path, found.size, found.modified_ns)


def _times(found: Found) -> FileTimes:
    """A disk does not say when a file was made; the earlier of its two times is the best there is."""
    modified = _moment(found.modified_ns)
    return FileTimes(min(modified, _moment(found.changed_ns)), modified)


def _first_tags(found: Found) -> Tags:
    """Version numbers that differ with the content, so that an edit made while nobody looked changes the tags too."""
    start = zlib.crc32(repr(found.content_mark).encode()) % 1_000_000 + 1
    return Tags(start, start)


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / _NANOSECONDS, UTC)
