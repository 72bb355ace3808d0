"""What OpenLineage calls what we read and write: https://openlineage.io/docs/spec/naming."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from airflow_provider_drivedelta.core.lake.local_storage import local_path
from airflow_provider_drivedelta.core.lake.output import Address, parse_address


class DatasetName(NamedTuple):
    """The two parts of a name; `namespace` is the store, and `name` the place in it."""

    namespace: str
    name: str


def source_name(uri: str) -> DatasetName:
    """The name of a drive or list, by the URI of its asset."""
    namespace, _, name = uri.rpartition("/")
    return DatasetName(namespace, unquote(name))


def folder_name(path: str, *, account: str = "") -> DatasetName:
    """The name of a folder, as a summary's `path` has it.

    :param account: of Azure, where the address does not say it (`abfs://container/prefix`).
    """
    place = parse_address(path)
    if place is None:
        return DatasetName("file", str(local_path(path)))
    return DatasetName(_azure(place, account) if place.store.scheme == "abfs" else _bucket(place), place.prefix or "/")


def _bucket(place: Address) -> str:
    return f"{place.store.scheme}://{place.bucket}"


def _azure(place: Address, account: str) -> str:
    container, _, host = place.bucket.partition("@")
    host = host or (f"{account}.dfs.core.windows.net" if account else "")
    return f"abfss://{container}@{host}" if host else f"abfss://{container}"
