"""Through a proxy a link arrives as it was given, and nobody on the way writes it down."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.transport import Transport
from tests.core.conftest import Authority
from tests.core.protocols.followed_list import AnyBearer
from tests.graph_service import GraphService, Reply
from tests.strangers.redirector import Redirector

TARGET = "/v1.0/drives/b!d/root/delta(token='a%2cB%25234')?$select=id,name&x=S3cret"


def status(answer: Answer) -> int:
    return answer.status


def test_in_a_tunnel_the_service_gets_the_link_letter_by_letter(
    over_tls: Callable[[], GraphService], authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """A2."""
    caplog.set_level(logging.DEBUG)
    service = over_tls()
    service.always(Reply.json({}))
    port = int(service.host.rpartition(":")[2])
    base = "https://127.0.0.1"
    with (
        Redirector(port) as proxy,
        Transport(auth=AnyBearer(), base_url=base, verify=authority.ca_file, proxies={"https": proxy.url}) as transport,
    ):
        assert transport.fetch(Request(base + TARGET), status) == 200
        assert proxy.hosts == ["127.0.0.1"]
    assert service.targets == [TARGET]
    assert "S3cret" not in caplog.text


def test_a_plain_proxy_gets_the_whole_address_and_the_log_does_not(
    service: GraphService, caplog: pytest.LogCaptureFixture
) -> None:
    """H5. Plain http is for loopback alone, but a log is a log."""
    caplog.set_level(logging.DEBUG)
    service.always(Reply.json({}))
    base = "http://127.0.0.9:81"
    with Transport(auth=AnyBearer(), base_url=base, proxies={"http": service.host}) as transport:
        assert transport.fetch(Request(base + TARGET), status) == 200
    assert service.targets == [base + TARGET]
    assert "S3cret" not in caplog.text
