"""The proxy between strangers and the emulator: it leads everybody there, and nobody anywhere else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from airflow_provider_drivedelta.emulator import Drive, Emulator
from tests.strangers.redirector import Redirector


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(drives=[Drive(seed="redirected")], open_https=True) as emulator:
        yield emulator


@pytest.fixture
def redirector(emulator: Emulator) -> Iterator[Redirector]:
    with Redirector(urlsplit(emulator.https_url).port or 0) as redirector:
        yield redirector


def test_names_stay_what_the_client_thinks_they_are(emulator: Emulator, redirector: Redirector) -> None:
    page = requests.get(
        "https://graph.microsoft.com/v1.0/me/drive/root/delta",
        headers={"Authorization": "Bearer x"},
        proxies={"https": redirector.url},
        verify=emulator.ca_file,
    ).json()
    assert page["@odata.deltaLink"].startswith("https://graph.microsoft.com/v1.0/me/drive/root/delta?token=")
    assert redirector.hosts == ["graph.microsoft.com"]


@pytest.mark.parametrize(
    "request_line", ["CONNECT graph.microsoft.com:80 HTTP/1.1", "GET http://example.com/ HTTP/1.1", "nonsense", ""]
)
def test_it_does_nothing_else(redirector: Redirector, request_line: str) -> None:
    with knock(redirector, f"{request_line}\r\nHost: x\r\n\r\n".encode()) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 403 ")
    assert redirector.hosts == []


def test_it_hangs_up_on_a_request_without_end(redirector: Redirector) -> None:
    with knock(redirector, b"CONNECT " + b"x" * 100_000) as client:
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass  # it did not even read it all


def test_it_ends_with_tunnels_still_open(emulator: Emulator) -> None:
    port = urlsplit(emulator.https_url).port or 0
    with Redirector(port) as redirector:
        client = knock(redirector, b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    with client:
        assert client.recv(100) == b""


def knock(redirector: Redirector, said: bytes) -> socket.socket:
    address = urlsplit(redirector.url)
    client = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
    client.sendall(said)
    return client
