"""The few verbs the lake needs of the place it lies in, and what each promises. Paths are relative, joined by `/`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage


class Storage(Protocol):
    """A feed's folder, wherever it is.

    Any verb raises `FixSetup` when the place cannot be used as it is (permissions, something in the
    way, no room) and `RetryLater` when it does not answer as it should.
    """

    def below(self, folder: str) -> Storage:
        """A folder in this one, as a storage of its own."""

    def create(self, path: str, content: bytes) -> bool:
        """Make the file, whole and durable, only if there is none: True for exactly one of all who try."""

    def replace(self, path: str, content: bytes) -> None:
        """Write the file, over an older one if need be; readers see the old or the new, never a part."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, None when there is none."""

    def names(self, folder: str) -> list[str]:
        """Names directly below `folder`, unsorted, without drafts; empty when there is no such folder."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""

    def size(self, path: str) -> int:
        """Of a file, in bytes."""

    def seconds_untouched(self, path: str) -> float:
        """How long ago a file, or anything directly in a folder, was last written."""

    def put(self, file: Path, path: str) -> None:
        """Bring a finished file of this machine here, whole; it is no longer where it was. Safe to repeat."""

    def move(self, source: str, target: str) -> None:
        """Give a file its final name. Safe to repeat: a source that is gone was moved by somebody before."""

    def delete(self, path: str) -> None:
        """Remove a file or a folder; what is not there is no error."""

    def delete_folder(self, folder: str) -> None:
        """Remove a folder and what is in it; what somebody else removes meanwhile is no error."""

    def open(self, path: str) -> pa.NativeFile:
        """A file to read from at any position."""

    def fetch(self, path: str) -> Path:
        """A file of this machine with the same bytes, for who has to read all of it; it may be the file itself."""

    def workplace(self) -> AbstractContextManager[LocalStorage]:
        """Where files are made that are to be put here; what is left there at the end of the block is gone."""

    def full_path(self, path: str = "") -> str:
        """The path as a person would write it."""
