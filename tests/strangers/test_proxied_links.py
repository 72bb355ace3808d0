"""Behind a proxy, too, a link reaches the service letter by letter, and no log holds its token."""

from __future__ import annotations

import logging

import pytest
import requests

from airflow_provider_drivedelta.core.transport.verbatim import VerbatimAdapter, keep_verbatim
from airflow_provider_drivedelta.emulator import Drive


def test_a_link_keeps_its_token_and_its_escapes(microsoft, caplog: pytest.LogCaptureFixture) -> None:
    served = microsoft(Drive("Documents", seed="proxied"), open_https=True)
    caplog.set_level(logging.DEBUG)
    link = "https://graph.microsoft.com/v1.0/me/drive/root/delta(token='s3cret%2c')?%24top=1&x=%2525"
    with requests.Session() as session:
        session.mount("https://", VerbatimAdapter())
        asked = session.prepare_request(requests.Request("GET", link, headers={"Authorization": "Bearer x"}))
        keep_verbatim(asked, link)
        settings = session.merge_environment_settings(link, {}, None, None, None)
        session.send(asked, **settings)
        session.send(asked, **settings)  # over the pool that is there by now
    received = [(entry.path, entry.query) for entry in served.emulator.requests]
    assert received == [("/v1.0/me/drive/root/delta(token='s3cret,')", "%24top=1&x=%2525")] * 2
    assert "graph.microsoft.com" in served.hosts
    assert "s3cret" not in caplog.text
