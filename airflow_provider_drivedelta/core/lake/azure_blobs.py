"""What is special about blobs: a copy may outlast the call that began it, and folders may be things of their own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.asyn import sync

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.store_errors import status_of

_LONGEST_COPY = 600.0  # seconds; within an account a copy is normally done at once
_PAUSE = 1.0


def is_azure(filesystem: AbstractFileSystem) -> bool:
    """adlfs, by what it has and others have not."""
    return hasattr(filesystem, "service_client")


def copy_blob(
    filesystem: AbstractFileSystem,
    source: str,
    target: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Copy within the service, and come back when the copy is whole.

    adlfs's own copy returns while it may still be pending; who removes the source then loses both.
    The target is created, never overwritten: a second copy that fails would spoil a first that is done.

    :raises FileNotFoundError: there is no such source.
    :raises RetryLater: the service gave the copy up, or is not done in time.
    """
    _begin_copy(filesystem, source, target)
    deadline = clock() + _LONGEST_COPY
    while (state := _copy_state(filesystem, target)) == "pending":
        if clock() > deadline:
            raise RetryLater("A copy inside the store takes too long", where=target)
        sleep(_PAUSE)
    if state in ("failed", "aborted"):
        filesystem.rm_file(target)  # what it leaves is empty
        raise RetryLater(f"A copy inside the store {state}", where=target)


def _begin_copy(filesystem: AbstractFileSystem, source: str, target: str) -> None:
    async def begin() -> None:
        async with _blob(filesystem, source) as old, _blob(filesystem, target) as new:
            await new.start_copy_from_url(old.url, headers={"If-None-Match": "*"})

    try:
        sync(filesystem.loop, begin)
    except Exception as error:
        if status_of(error) == 404:
            raise FileNotFoundError(source) from error
        if status_of(error) not in (409, 412):  # it is there: whole, or by another's copy that may be pending
            raise


def _copy_state(filesystem: AbstractFileSystem, path: str) -> str | None:
    async def ask() -> str | None:
        async with _blob(filesystem, path) as blob:
            state: str | None = (await blob.get_blob_properties()).copy.status
            return state

    state: str | None = sync(filesystem.loop, ask)
    return state


def drop_marker(filesystem: AbstractFileSystem, folder: str) -> None:
    """Remove what stands for an empty folder: accounts with a hierarchical namespace have such things."""
    with contextlib.suppress(FileNotFoundError):
        if filesystem.info(folder)["type"] == "directory":
            try:
                filesystem.rm_file(folder)
            except Exception as error:
                if status_of(error) != 409:  # somebody wrote into it meanwhile: it is in use
                    raise


def _blob(filesystem: AbstractFileSystem, path: str) -> Any:
    container, name, _ = filesystem.split_path(path)
    return filesystem.service_client.get_blob_client(container, name)
