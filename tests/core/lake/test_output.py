"""What a user gives as `output`: which storage it names, and what others get to see of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry as known_filesystems

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.output import Output, open_output, parse_address, written


@pytest.mark.parametrize("output", ["/lake/a", "file:///lake/a"])
def test_a_path_is_a_folder_on_disk(output: str) -> None:
    storage = open_output(output)
    assert isinstance(storage, LocalStorage)
    assert storage.root == Path("/lake/a")
    assert written(output) == output


@pytest.mark.parametrize(
    ("output", "plain", "connection"),
    [
        ("s3://bucket", "s3://bucket", ""),
        ("s3://bucket/a//b/", "s3://bucket/a/b", ""),
        ("s3a://aws_default@bucket/a", "s3://bucket/a", "aws_default"),
        ("s3n://bucket/a#b?c", "s3://bucket/a#b?c", ""),
        ("gs://google_cloud_default@bucket/a", "gs://bucket/a", "google_cloud_default"),
        ("gcs://bucket/a", "gs://bucket/a", ""),
        ("abfs://wasb_default@container/a", "abfs://container/a", "wasb_default"),
        ("az://container/a", "abfs://container/a", ""),
        ("abfss://lake@account.dfs.core.windows.net/a", "abfs://lake@account.dfs.core.windows.net/a", ""),
    ],
)
def test_one_place_has_one_name_and_no_connection_in_it(output: str, plain: str, connection: str) -> None:
    """The feed's key is made of it: who renames a Connection must not start over."""
    place = parse_address(output)
    assert place is not None
    assert (place.plain, place.connection, written(output)) == (plain, connection, plain)


@pytest.mark.parametrize("output", ["s3://", "s3:///a", "gs://conn@/a", "s3://bucket/../a"])
def test_an_address_without_a_place_is_refused(output: str) -> None:
    with pytest.raises(FixSetup, match="names no place"):
        open_output(output)


@pytest.mark.parametrize("output", ["sftp://host/a", "memory://a", "http://host/a", "wasb://c@a/x"])
def test_a_store_of_unknown_habits_is_refused(output: str) -> None:
    """Whether it creates a file for exactly one of several writers, no probe can tell."""
    with pytest.raises(FixSetup, match="no place that can be written to"):
        open_output(output)


def test_a_connection_means_nothing_outside_of_airflow() -> None:
    with pytest.raises(FixSetup, match=r"names an Airflow Connection \(s3://bucket/a\)"):
        open_output("s3://aws_default@bucket/a")


@pytest.mark.parametrize(
    ("output", "client", "extra"),
    [("s3://bucket/a", "s3fs", "s3"), ("gs://bucket/a", "gcsfs", "gcs"), ("abfs://lake/a", "adlfs", "azure")],
)
def test_a_client_that_is_missing_is_named(
    output: str, client: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, client, None)
    monkeypatch.delitem(known_filesystems, output.partition("://")[0], raising=False)  # of earlier tests
    with pytest.raises(FixSetup, match=rf"{client} is not installed.*airflow-provider-drivedelta\[{extra}\]"):
        open_output(Output(output, options={"never": "used before"}))


def test_settings_that_a_client_refuses_are_ours_to_mend() -> None:
    with pytest.raises(FixSetup, match=r"adlfs cannot work with what it was given \(ValueError\)"):
        open_output("abfs://lake/a")


def test_options_are_not_for_everybodys_eyes() -> None:
    output = Output("s3://bucket/a", options={"secret": "n0t-for-you"})
    assert "n0t-for-you" not in repr(output)


def test_a_file_system_that_is_given_is_used() -> None:
    memory = MemoryFileSystem()
    storage = open_output(Output("abfss://lake@account.dfs.core.windows.net/a", filesystem=memory))
    storage.replace("token.json", b"x")
    assert memory.cat_file("/lake/a/token.json") == b"x"
    assert storage.below("feed").full_path("x") == "abfs://lake@account.dfs.core.windows.net/a/feed/x"
