"""From what a user gives as `output` to the storage that it names: a folder on disk, or a prefix in an object store."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, local_path
from airflow_provider_drivedelta.core.lake.storage import Storage

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Options = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Store:
    """A service whose conditional writes we know, and what speaks to it."""

    scheme: str
    client: str
    extra: str


_S3, _GCS = Store("s3", "s3fs", "s3"), Store("gs", "gcsfs", "gcs")
_AZURE = Store("abfs", "adlfs", "azure")

STORES: Mapping[str, Store] = {
    **dict.fromkeys(("s3", "s3a", "s3n"), _S3),
    **dict.fromkeys(("gs", "gcs"), _GCS),
    **dict.fromkeys(("abfs", "abfss", "az"), _AZURE),
}
"""By the scheme of an address. To others nobody may write: whether a creation is atomic there is not known."""

_ACCOUNT_HOST = re.compile(r"[\w-]+@[\w-]+\.\S+")  # container@account.dfs.core.windows.net


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a store. `connection`: the Airflow Connection that the address names, empty for none."""

    store: Store
    bucket: str
    prefix: str
    connection: str = ""

    @property
    def plain(self) -> str:
        """As a person would write it, the same for all who mean the same place; without a Connection."""
        return f"{self.store.scheme}://{self.bucket}{self._below}"

    @property
    def root(self) -> str:
        """The same as clients have it: an account's host is none of the path."""
        return f"{self.bucket.partition('@')[0]}{self._below}"

    @property
    def _below(self) -> str:
        return f"/{self.prefix}" if self.prefix else ""


def parse_address(output: str) -> Address | None:
    """The place in a store that `output` names; None for one on disk.

    :raises FixSetup: it names no bucket, or a store that we do not know.
    """
    parts = urlsplit(output)
    if "://" not in output or parts.scheme == "file":
        return None
    store = STORES.get(parts.scheme)
    if store is None:
        known = ", ".join(f"{scheme}://" for scheme in STORES)
        raise FixSetup(f"{parts.scheme!r} is no place that can be written to", then=f"Use a local path, or {known}.")
    connection, bucket = _split_connection(parts.netloc, store)
    folders = [name for name in output.partition("://")[2].split("/")[1:] if name]
    if not bucket or {".", ".."} & set(folders):
        example = f"{store.scheme}://bucket/prefix"
        raise FixSetup("The output names no place in a store", where=store.scheme, then=f"Write it like {example}.")
    return Address(store, bucket, "/".join(folders), connection)


def _split_connection(netloc: str, store: Store) -> tuple[str, str]:
    """As in Airflow's addresses, `connection@bucket`; of Azure also its own `container@account.host`."""
    if store is _AZURE and _ACCOUNT_HOST.fullmatch(netloc):
        return "", netloc
    connection, _, bucket = netloc.rpartition("@")
    return connection, bucket


@dataclass(frozen=True, slots=True)
class Output:
    """An output, and how its store is reached where the client does not find that out by itself.

    :param filesystem: one that speaks to the store already.
    :param options: what the client takes as arguments: credentials, an endpoint.
    """

    address: str
    filesystem: AbstractFileSystem | None = field(default=None, repr=False)
    options: Options = field(default_factory=dict, repr=False)


def open_output(output: str | os.PathLike[str] | Output) -> Storage:
    """The storage at an address. Asks the store nothing yet.

    :raises FixSetup: there can be no such place, or what speaks to it is not installed.
    """
    if not isinstance(output, Output):
        output = Output(os.fspath(output))
    place = parse_address(output.address)
    if place is None:
        return LocalStorage(local_path(output.address))
    if place.connection and output.filesystem is None:
        then = "Outside of Airflow leave it out: the store's client finds credentials in its own environment."
        raise FixSetup("The output names an Airflow Connection", where=place.plain, then=then)
    return _in_store(place, output)


def _in_store(place: Address, output: Output) -> Storage:
    try:
        from airflow_provider_drivedelta.core.lake.object_storage import ObjectStorage

        filesystem = output.filesystem or _connect(place, output.options)
    except ImportError as missing:
        then = f"pip install 'airflow-provider-drivedelta[{place.store.extra}]'"
        raise FixSetup(f"{place.store.client} is not installed", where=place.plain, then=then) from missing
    return ObjectStorage(filesystem, place.root, place.plain)


def _connect(place: Address, options: Options) -> AbstractFileSystem:
    from fsspec.core import url_to_fs

    try:
        # Not the instance that others in this process may use: ours keeps no listings.
        return url_to_fs(place.plain, **{"use_listings_cache": False, **options})[0]
    except (ImportError, DriveDeltaError):
        raise
    except Exception as error:  # each client has kinds of its own for settings that it does not like
        then = "Give it credentials, in its environment or as storage_options."
        what = f"{place.store.client} cannot work with what it was given ({type(error).__name__})"
        raise FixSetup(what, where=place.plain, then=then) from error


def written(output: str | Output) -> str:
    """The output as the user wrote it, without what is not for everybody's eyes."""
    address = output.address if isinstance(output, Output) else output
    place = parse_address(address)
    return place.plain if place else address.rstrip("/")
