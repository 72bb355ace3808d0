"""Whether a store keeps the promise that a commit rests on: of all who create a file, exactly one succeeds."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

from fsspec import AbstractFileSystem
from fsspec.utils import tokenize

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.layout import STAGING

_proved: set[str] = set()
_lock = threading.Lock()


def prove_once(
    filesystem: AbstractFileSystem,
    bucket: str,
    where: str,
    *,
    create: Callable[[str, bytes], bool],
    delete: Callable[[str], None],
) -> None:
    """Try it out, before the first creation in this process, with a file of a random name.

    :raises FixSetup: the store, or its client, overwrites where it was told to create.
    """
    store = _identity(filesystem, bucket)
    with _lock:
        if store in _proved:
            return
        if not _refuses_a_second(create, delete):
            raise FixSetup(
                "The store overwrites a file that it was asked only to create, so two runs at once could both commit",
                where=where,
                then="Use a store and a client that honour conditional writes; docs/outputs.md names them.",
            )
        _proved.add(store)


def _refuses_a_second(create: Callable[[str, bytes], bool], delete: Callable[[str], None]) -> bool:
    # Below staging, where it is cleared away as litter should we die in the middle.
    path = f"{STAGING}/probe-{secrets.token_hex(8)}/probe"
    try:
        create(path, b"first")  # False if an answer got lost and the client asked again: it is there all the same
        return not create(path, b"second")
    finally:
        delete(path)


def _identity(filesystem: AbstractFileSystem, bucket: str) -> str:
    """Client, endpoint, account and bucket: each may behave differently."""
    said = tokenize(type(filesystem), filesystem.storage_args, filesystem.storage_options)
    return f"{said}/{bucket}"
