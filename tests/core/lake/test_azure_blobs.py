"""What blobs are special in: copies that take their time, and folders that are things of their own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.azure_blobs import copy_blob
from tests.core.played import FakeTime
from tests.servers.stores import StoreServer


class SlowBlob:
    """A blob whose copy is pending for some looks, and then what it becomes."""

    url = "https://account/lake/staged"

    def __init__(self, states: list[str]) -> None:
        self.states, self.asked = states, []

    async def __aenter__(self) -> SlowBlob:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def start_copy_from_url(self, url: str, *, headers: dict[str, str]) -> None:
        self.asked.append((url, headers))

    async def get_blob_properties(self) -> SimpleNamespace:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return SimpleNamespace(copy=SimpleNamespace(status=state))


class SlowAzure:
    """As much of adlfs as a copy takes."""

    def __init__(self, *states: str) -> None:
        from fsspec.asyn import get_loop

        self.loop, self.blob, self.removed = get_loop(), SlowBlob(list(states)), []
        self.service_client = SimpleNamespace(get_blob_client=lambda *_: self.blob)

    def split_path(self, path: str) -> tuple[str, str, None]:
        container, _, name = path.partition("/")
        return container, name, None

    def rm_file(self, path: str) -> None:
        self.removed.append(path)


def copy(azure: SlowAzure, time: FakeTime) -> None:
    copy_blob(azure, "lake/staged", "lake/final", sleep=time.sleep, clock=time.clock)  # type: ignore[arg-type]


def test_a_copy_is_waited_for_and_never_made_over_another(time: FakeTime) -> None:
    """E1: removing the source of a pending copy loses both."""
    azure = SlowAzure("pending", "pending", "success")
    copy(azure, time)
    assert azure.blob.asked == [("https://account/lake/staged", {"If-None-Match": "*"})]
    assert (len(time.sleeps), azure.removed) == (2, [])


@pytest.mark.parametrize("state", ["failed", "aborted"])
def test_a_copy_that_was_given_up_leaves_nothing(time: FakeTime, state: str) -> None:
    azure = SlowAzure("pending", state)
    with pytest.raises(RetryLater, match=f"copy inside the store {state}"):
        copy(azure, time)
    assert azure.removed == ["lake/final"]


def test_a_copy_that_never_ends_is_left_to_the_next_run(time: FakeTime) -> None:
    azure = SlowAzure("pending")
    with pytest.raises(RetryLater, match="takes too long"):
        copy(azure, time)
    assert azure.removed == []


@pytest.mark.needs("azurite-blob")
def test_a_folder_that_is_a_thing_of_its_own_goes_with_its_files(azure_server: StoreServer) -> None:
    """As accounts with a hierarchical namespace have them: an attempt's would look like litter for ever."""
    storage, filesystem = azure_server.storage(), azure_server.filesystem()
    root = storage.full_path("staging/ab").partition("://")[2]
    storage.replace("staging/ab/1", b"")
    filesystem.pipe_file(root, b"", overwrite=True)
    filesystem.setxattrs(root, hdi_isfolder="true")
    storage.delete_folder("staging/ab")
    assert (storage.names("staging"), storage.exists("staging/ab")) == ([], False)
