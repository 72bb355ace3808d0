"""A real folder with thousands of files, and real changes made to it with ordinary file operations."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "site-packages", "*.pyc", "*.so", "*.a")


def copy_of(source: Path | None, target: Path) -> None:
    """A working copy of `source`; without one, of this Python's own standard library."""
    shutil.copytree(source or sysconfig.get_paths()["stdlib"], target, ignore=_LEFT_OUT, symlinks=False)


def count(folder: Path) -> int:
    """Files and folders below `folder`, counted on disk: what a first read must find."""
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


def change(folder: Path) -> list[str]:
    """Rename a folder, move a file, edit one, add two and delete one and a whole folder, on disk. Says what it did."""
    folders = sorted((path for path in folder.iterdir() if path.is_dir() and _size(path) > 1), key=_size)
    smallest, renamed = folders[0], folders[len(folders) // 2]
    files = sorted(path for path in folder.iterdir() if path.is_file())
    moved, edited, deleted = files[:3]

    renamed_to = renamed.with_name(f"{renamed.name} (renamed) ü")
    renamed.rename(renamed_to)
    moved.rename(renamed_to / moved.name)
    with edited.open("a") as text:
        text.write("\n# edited by the demo\n")
    deleted.unlink()
    gone = _size(smallest)
    shutil.rmtree(smallest)
    new = folder / "New folder"
    new.mkdir()
    (new / "100 % näw & #1.txt").write_text("hello\n")
    return [
        f"renamed the folder {renamed.name}",
        f"moved {moved.name} into it",
        f"edited {edited.name}",
        f"deleted {deleted.name}",
        f"deleted the folder {smallest.name} with its {gone} entries",
        "added a folder with one file",
    ]


def change_a_little(folder: Path) -> list[str]:
    """Delete one file and add one."""
    deleted = next(path for path in sorted(folder.iterdir(), reverse=True) if path.is_file())
    deleted.unlink()
    (folder / "made while the token was dead.txt").write_text("hello\n")
    return [f"{deleted.name} is deleted", "one file is added"]


def _size(folder: Path) -> int:
    return count(folder)
