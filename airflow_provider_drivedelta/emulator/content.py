"""What a file holds: bytes in memory, a size and a hash only, or a file on disk."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from airflow_provider_drivedelta.emulator.quick_xor import QuickXorHash

CHUNK = 160 * 4096


@dataclass(frozen=True, slots=True)
class Hashes:
    quick_xor: str
    sha1: str | None = None
    sha256: str | None = None


class Content(Protocol):
    @property
    def size(self) -> int: ...

    def hashes(self) -> Hashes | None:
        """None where the content can no longer be read as it was."""

    def read(self, start: int, length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class BytesContent:
    payload: bytes
    _cache: list[Hashes] = field(default_factory=list, compare=False, repr=False)

    @property
    def size(self) -> int:
        return len(self.payload)

    def hashes(self) -> Hashes:
        if not self._cache:
            self._cache.append(hash_chunks(iter([self.payload])))
        return self._cache[0]

    def read(self, start: int, length: int) -> bytes:
        return self.payload[start : start + length]


@dataclass(frozen=True, slots=True)
class DeclaredContent:
    """A large file that nobody keeps: what is read from it are zeros, whatever the hash says."""

    size: int
    quick_xor: str

    def hashes(self) -> Hashes:
        return Hashes(self.quick_xor)

    def read(self, start: int, length: int) -> bytes:
        return bytes(max(0, min(length, self.size - start)))


@dataclass(slots=True)
class DiskContent:
    """A file as a scan saw it; its hashes are computed when first asked for, and only if the file is still that one.

    ``path`` alone may change: the file moved.
    """

    path: Path
    size: int
    modified_ns: int
    _cache: list[Hashes] = field(default_factory=list, compare=False, repr=False)

    def hashes(self) -> Hashes | None:
        if not self._cache and self._untouched():
            fresh = hash_chunks(_chunks(self.path))
            if self._untouched():
                self._cache.append(fresh)
        return self._cache[0] if self._cache else None

    def read(self, start: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(length)

    def _untouched(self) -> bool:
        try:
            now = os.stat(self.path)
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


def hash_chunks(chunks: Iterator[bytes]) -> Hashes:
    quick_xor, sha1, sha256 = QuickXorHash(), hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    for chunk in chunks:
        quick_xor.update(chunk)
        sha1.update(chunk)
        sha256.update(chunk)
    return Hashes(quick_xor.base64(), sha1.hexdigest().upper(), sha256.hexdigest().upper())


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
