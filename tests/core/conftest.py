"""Fixtures of the core's tests: a scripted service, time, a follower, and certificates for loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.core.played import FakeTime, Follower
from tests.graph_service import GraphService


@pytest.fixture
def service() -> Iterator[GraphService]:
    with GraphService() as service:
        yield service


@pytest.fixture
def elsewhere() -> Iterator[GraphService]:
    """Another host. Whatever arrives there was sent by mistake."""
    with GraphService() as service:
        yield service


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def follower(service: GraphService, tmp_path: Path, time: FakeTime) -> Follower:
    """A drive that was never read, to be followed into an empty folder with its token beside the data."""
    return Follower(service, tmp_path / "lake", time=time)


@dataclass(frozen=True)
class Authority:
    """A CA of our own, as networks with one have it; `ca_file` names it, `other_ca_file` names another."""

    ca_file: str
    other_ca_file: str
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("ca")
    own, other = trustme.CA(), trustme.CA()
    own.cert_pem.write_to_path(folder / "own.pem")
    other.cert_pem.write_to_path(folder / "other.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.issue_cert("127.0.0.1").configure_cert(context)
    return Authority(str(folder / "own.pem"), str(folder / "other.pem"), context)


@pytest.fixture
def over_tls(authority: Authority) -> Iterator[Callable[[], GraphService]]:
    """Starts services that speak https with a certificate of our own CA."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(GraphService(tls=authority.server))
