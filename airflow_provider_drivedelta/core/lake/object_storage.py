"""The lake in an object store: S3, Azure Blob and Data Lake, Google Cloud Storage, through fsspec."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from fsspec import AbstractFileSystem

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake.azure_blobs import copy_blob, drop_marker, is_azure
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.store_errors import is_refusal, status_of, store_explained
from airflow_provider_drivedelta.core.lake.store_probe import prove_once

_BLOCK = 4 * 2**20  # bytes to ask for at a time; a round trip costs as much as some of them
_MODIFIED = ("LastModified", "last_modified", "mtime", "updated")  # S3; Azure; GCS


class ObjectStorage:
    """A prefix of a bucket as `Storage`; what each verb promises is said there.

    :param filesystem: speaks to the store. Its cache of listings is turned off: what another run wrote must be seen.
    :param root: bucket and prefix, as the file system has it.
    :param name: the same as a person would write it, without credentials.
    """

    def __init__(self, filesystem: AbstractFileSystem, root: str, name: str) -> None:
        self._fs, self._root, self._name = filesystem, root.strip("/"), name.rstrip("/")
        self._bucket_was_seen = False
        _forget_listings(filesystem)

    def below(self, folder: str) -> ObjectStorage:
        return ObjectStorage(self._fs, self._path(folder), self.full_path(folder))

    def create(self, path: str, content: bytes) -> bool:
        bucket = self._root.partition("/")[0]
        prove_once(self._fs, bucket, self.full_path(), create=self._create, delete=self.delete)
        return self._create(path, content)

    def _create(self, path: str, content: bytes) -> bool:
        with self._asking(path) as target:
            try:
                self._fs.pipe_file(target, content, mode="create")
            except FileExistsError:
                return False
            except OSError as error:
                if status_of(error) == 412:  # some stores leave out which precondition failed; there is but one
                    return False
                raise
            return True

    def replace(self, path: str, content: bytes) -> None:
        with self._asking(path) as target:
            self._fs.pipe_file(target, content)

    def read(self, path: str) -> bytes | None:
        with self._asking(path) as target:
            try:
                return bytes(self._fs.cat_file(target))
            except FileNotFoundError:
                self._check_bucket()
                return None

    def names(self, folder: str) -> list[str]:
        with self._asking(folder) as target:
            try:
                found = self._fs.ls(target, detail=False)
            except FileNotFoundError:
                self._check_bucket()
                return []
            inside = (name.strip("/").removeprefix(f"{target}/") for name in found if name.startswith(f"{target}/"))
            return [name for name in inside if name and not name.startswith(".")]

    def exists(self, path: str) -> bool:
        return self._info(path) is not None

    def size(self, path: str) -> int:
        with self._asking(path) as target:
            return int(self._fs.info(target)["size"])

    def put(self, file: Path, path: str) -> None:
        if not file.exists():
            return
        with self._asking(path) as target:
            self._fs.put_file(str(file), target)
        file.unlink(missing_ok=True)

    def move(self, source: str, target: str) -> None:
        before = self._info(source)
        if before is None:
            return
        with self._asking(source) as old:
            new = self._path(target)
            try:
                copy_blob(self._fs, old, new) if is_azure(self._fs) else self._fs.cp_file(old, new)
            except FileNotFoundError:
                return  # somebody else was faster
            if self.size(target) != before["size"]:
                raise RetryLater("A copy is not whole yet", where=self.full_path(target))
            self._remove(old)

    def delete(self, path: str) -> None:
        self.delete_folder(path)
        with self._asking(path) as target:
            self._remove(target)

    def delete_folder(self, folder: str) -> None:
        with self._asking(folder) as target:
            for path in self._files_below(target):
                self._remove(path)
            if is_azure(self._fs):
                drop_marker(self._fs, target)

    def _files_below(self, target: str) -> list[str]:
        """Their paths; with the slash, so that `ab` never stands for `abc`."""
        return [path for path in self._fs.find(target) if path.startswith(f"{target}/")]

    def _remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(path)

    def seconds_untouched(self, path: str) -> float:
        own = self._info(path)
        if own is None:
            return 0.0
        with self._asking(path) as target:
            found = [own] if own["type"] == "file" else self._fs.find(target, detail=True).values()
            times = [_modified(info) for info in found]
            return time.time() - max(times) if times else 0.0

    def open(self, path: str) -> pa.NativeFile:
        with self._asking(path) as target:
            opened = self._fs.open(target, "rb", block_size=_BLOCK, cache_type="readahead")
            return pa.PythonFile(_Reading(opened, self.full_path(path)), mode="r")

    def fetch(self, path: str) -> Path:
        """Fetched once: a file's name is never used again for another content."""
        kept = self._fetched / hashlib.sha256(path.encode()).hexdigest()
        if not kept.exists():
            draft = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
            with self._asking(path) as target:
                self._fs.get_file(target, str(draft))
            os.replace(draft, kept)
        return kept

    @cached_property
    def _fetched(self) -> Path:
        """A folder of this machine that goes when this object does."""
        folder = Path(tempfile.mkdtemp(prefix="drivedelta-"))
        weakref.finalize(self, _remove_tree, folder, os.getpid())
        return folder

    @contextlib.contextmanager
    def workplace(self) -> Iterator[LocalStorage]:
        """A temporary folder of this machine."""
        with tempfile.TemporaryDirectory(prefix="drivedelta-") as folder:
            yield LocalStorage(Path(folder))

    def full_path(self, path: str = "") -> str:
        return f"{self._name}/{path}" if path else self._name

    def _info(self, path: str) -> Mapping[str, Any] | None:
        """What the store says of a file or folder; None where there is none."""
        with self._asking(path) as target:
            try:
                found: Mapping[str, Any] = self._fs.info(target)
            except FileNotFoundError:
                self._check_bucket()
                return None
            return found

    def _check_bucket(self) -> None:
        """:raises FixSetup: there is no such bucket: clients report that as if only the file were missing."""
        if self._bucket_was_seen:
            return
        bucket = self._root.partition("/")[0]
        try:
            self._fs.info(bucket)
        except FileNotFoundError:
            then = "Check the output's address; buckets and containers are not made by themselves."
            raise FixSetup(f"There is no bucket or container {bucket!r}", where=self._name, then=then) from None
        except Exception as error:
            if not is_refusal(error):  # many may use a bucket, but not look at it
                raise
        self._bucket_was_seen = True

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    @contextlib.contextmanager
    def _asking(self, path: str) -> Iterator[str]:
        with store_explained(self.full_path(path)):
            yield self._path(path)


class _Reading(io.RawIOBase):
    """A file that is open in the store; what goes wrong while Arrow reads it is told in our words."""

    def __init__(self, file: Any, where: str) -> None:
        super().__init__()
        self._file, self._where = file, where

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        with store_explained(self._where):
            return bytes(self._file.read(size))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        super().close()
        self._file.close()


def _modified(info: Mapping[str, Any]) -> float:
    """When a file was last written, in seconds since 1970; now where the store does not say."""
    for name in _MODIFIED:
        told = info.get(name)
        if isinstance(told, str) and told:
            told = datetime.fromisoformat(told)
        if isinstance(told, datetime):
            return told.timestamp()
    return time.time()


def _forget_listings(filesystem: AbstractFileSystem) -> None:
    """What was listed before may be out of date; from now on nothing is kept."""
    filesystem.invalidate_cache()
    filesystem.dircache.use_listings_cache = False


def _remove_tree(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves its parent's files alone
        shutil.rmtree(folder, ignore_errors=True)
