"""Tells which item of the last scan each entry of this scan is.

The rules, in this order; every item is used once:

1. The same inode at the same path is the same item.
2. The same inode at another path is a rename or a move, if nobody wrote meanwhile: a file still has its size and time
   of modification; a folder its time of modification, or at least one child of the same name and inode. Otherwise the
   inode was reused, or a file renamed and edited between two scans, and the entry is new.
3. Another inode of the same kind at the same path is the same item, edited: that is how editors write, to a temporary
   file that is renamed over the old one.
4. Whatever is left is new, and what was not found again is deleted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from airflow_provider_drivedelta.emulator.folder_scan import Fingerprint, Found

Known = Mapping[PurePosixPath, Found]


def match(before: Known, now: Sequence[Found]) -> dict[PurePosixPath, PurePosixPath]:
    """From the path of each entry that was there before to the path it had then."""
    waiting = dict(before)
    matched: dict[PurePosixPath, PurePosixPath] = {}

    def settle(found: Found, old: Found) -> None:
        matched[found.path] = old.path
        del waiting[old.path]

    for found in now:
        old = waiting.get(found.path)
        if old is not None and old.fingerprint == found.fingerprint:
            settle(found, old)
    moved = _by_fingerprint(waiting.values())
    children, known_children = _children(now), _children(before.values())
    for found in now:
        for old in moved.get(found.fingerprint, ()):
            same = _untouched(old, found) or bool(known_children[old.path] & children[found.path])
            if same and found.path not in matched and old.path in waiting:
                settle(found, old)
    for found in now:
        old = waiting.get(found.path)
        if old is not None and found.path not in matched and old.is_folder == found.is_folder:
            settle(found, old)
    return matched


def _untouched(old: Found, found: Found) -> bool:
    return old.content_mark == found.content_mark


def _by_fingerprint(entries: Iterable[Found]) -> dict[Fingerprint, list[Found]]:
    """Several where a file has hard links."""
    grouped: defaultdict[Fingerprint, list[Found]] = defaultdict(list)
    for entry in entries:
        grouped[entry.fingerprint].append(entry)
    return grouped


def _children(entries: Iterable[Found]) -> defaultdict[PurePosixPath, set[tuple[str, Fingerprint]]]:
    grouped: defaultdict[PurePosixPath, set[tuple[str, Fingerprint]]] = defaultdict(set)
    for entry in entries:
        grouped[entry.path.parent].add((entry.path.name, entry.fingerprint))
    return grouped
