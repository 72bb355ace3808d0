"""The lake on local disk, or on a share that looks like one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from io import BufferedWriter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_FULL = {errno.ENOSPC, errno.EDQUOT}


def local_path(output: str) -> Path:
    """The absolute path that `output` names.

    :raises FixSetup: it names an object store, or a host.
    """
    parts = urlsplit(output)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(os.path.abspath(unquote(parts.path)))
    if "://" in output or not output.strip():
        raise FixSetup(
            f"{output.split('://')[0]!r} is no place on this machine", then="Give a local path or a file:// address."
        )
    return Path(os.path.abspath(os.path.expanduser(output)))


class LocalStorage:
    """A folder as `Storage`; what each verb promises is said there.

    :param link: how a finished draft gets its name; some file systems (exFAT, many network shares) refuse `os.link`.
    """

    def __init__(self, root: Path, *, link: Callable[[Path, Path], None] = os.link) -> None:
        self.root, self._link = root, link

    def below(self, folder: str) -> LocalStorage:
        return LocalStorage(self.root / folder, link=self._link)

    def create(self, path: str, content: bytes) -> bool:
        with self._mapped(path) as target:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            try:
                _write_durably(draft, content)
                self._link(draft, target)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                return self._create_without_links(target, content)
            finally:
                draft.unlink(missing_ok=True)
            _sync_folder(target.parent)
            return True

    def _create_without_links(self, target: Path, content: bytes) -> bool:
        # Exclusive, but not whole at once: readers take an unreadable last commit for none.
        try:
            with open(target, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            return False
        _sync_folder(target.parent)
        return True

    def replace(self, path: str, content: bytes) -> None:
        with self._mapped(path) as target:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            try:
                _write_durably(draft, content)
                os.replace(draft, target)
            finally:
                draft.unlink(missing_ok=True)

    def read(self, path: str) -> bytes | None:
        with self._mapped(path) as target:
            try:
                return target.read_bytes()
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        with self._mapped(folder) as target:
            try:
                return [name for name in os.listdir(target) if not name.startswith(".")]
            except FileNotFoundError:
                return []

    def exists(self, path: str) -> bool:
        with self._mapped(path) as target:
            return target.exists()

    def size(self, path: str) -> int:
        with self._mapped(path) as target:
            return target.stat().st_size

    def open_new(self, path: str) -> BufferedWriter:
        """A new file open for writing; an existing one is never opened."""
        with self._mapped(path) as target:
            target.parent.mkdir(parents=True, exist_ok=True)
            return open(target, "xb")

    def put(self, file: Path, path: str) -> None:
        with self._mapped(path) as target:
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.move(file, target)

    def move(self, source: str, target: str) -> None:
        with self._mapped(source) as old, self._mapped(target) as new:
            new.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.replace(old, new)

    def delete(self, path: str) -> None:
        with self._mapped(path) as target:
            if target.is_dir():
                shutil.rmtree(target, ignore_errors=True)
            else:
                target.unlink(missing_ok=True)

    def delete_folder(self, folder: str) -> None:
        with self._mapped(folder) as target:
            shutil.rmtree(target, ignore_errors=True)

    def seconds_untouched(self, path: str) -> float:
        with self._mapped(path) as target:
            try:
                inside = os.scandir(target) if target.is_dir() else ()
                times = [target.stat().st_mtime, *(entry.stat().st_mtime for entry in inside)]
            except FileNotFoundError:
                return 0.0
            return time.time() - max(times)

    def open(self, path: str) -> pa.NativeFile:
        return pa.OSFile(self.full_path(path), "r")

    def fetch(self, path: str) -> Path:
        return self.root / path

    @contextlib.contextmanager
    def workplace(self) -> Iterator[LocalStorage]:
        """This very folder, so that nothing has to be copied; an attempt's files there lie in a folder of its own."""
        yield self

    def full_path(self, path: str = "") -> str:
        return str(self.root / path) if path else str(self.root)

    @contextlib.contextmanager
    def _mapped(self, path: str) -> Iterator[Path]:
        with explained(self.full_path(path)):
            yield self.root / path


@contextlib.contextmanager
def explained(where: str) -> Iterator[None]:
    """The file system's errors in our words; to be put around writing that happens outside of `LocalStorage`."""
    try:
        yield
    except DriveDeltaError:
        raise
    except OSError as error:
        raise _explain(error, where) from error


def _explain(error: OSError, where: str) -> DriveDeltaError:
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return FixSetup(
            f"There is no room left to write ({reason})", where=where, then="Free some space; nothing is lost."
        )
    if error.errno in (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EINTR, errno.EAGAIN):
        return RetryLater(f"The disk did not answer as it should ({reason})", where=where)
    return FixSetup(f"The output cannot be used ({reason})", where=where, then="Check the path and its permissions.")


def _write_durably(path: Path, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a new name survive a power cut, too; file systems that cannot do it are none the worse."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
