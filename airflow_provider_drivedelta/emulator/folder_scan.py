"""Looks at a folder on disk: everything in it, parents before children, and how to recognise it again."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

Fingerprint = tuple[int, int, bool]
"""Device, inode, and whether it is a folder: stays the same over a rename, and may be reused after a delete."""

ROOT = PurePosixPath()


@dataclass(frozen=True, slots=True)
class Found:
    """One entry; ``path`` is relative to the scanned folder."""

    path: PurePosixPath
    fingerprint: Fingerprint
    size: int
    modified_ns: int
    changed_ns: int

    @property
    def is_folder(self) -> bool:
        return self.fingerprint[2]

    @property
    def content_mark(self) -> tuple[int, int]:
        """Stays the same as long as nobody writes."""
        return self.size, self.modified_ns


def scan(folder: Path) -> Iterator[Found]:
    """Regular files and folders, each folder sorted by name.

    Symbolic links are not followed but left out, and so are sockets and devices, names that are not UTF-8, and what
    vanishes or cannot be read while we look.
    """
    yield from _scan(folder, ROOT)


def _scan(folder: Path, path: PurePosixPath) -> Iterator[Found]:
    for entry in _entries(folder):
        found = _look(entry, path / entry.name)
        if found is None:
            continue
        yield found
        if found.is_folder:
            yield from _scan(Path(entry.path), found.path)


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _look(entry: "os.DirEntry[str]", path: PurePosixPath) -> Found | None:
    try:
        entry.name.encode("utf-8")
        seen = entry.stat(follow_symlinks=False)
    except (OSError, UnicodeEncodeError):
        return None
    folder = stat.S_ISDIR(seen.st_mode)
    if not folder and not stat.S_ISREG(seen.st_mode):
        return None
    size = 0 if folder else seen.st_size
    return Found(path, (seen.st_dev, seen.st_ino, folder), size, seen.st_mtime_ns, seen.st_ctime_ns)
