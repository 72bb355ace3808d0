"""Under Microsoft's own names: which clouds there are, whose certificate is shown, where files come from."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest
import requests

from airflow_provider_drivedelta.emulator import Drive, Flavour

INSTANCES = "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://{}/contoso/oauth2/v2.0/authorize"


@pytest.mark.parametrize("host", ["login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us"])
def test_a_known_authority_is_told_with_its_other_names(serve, drive, host: str) -> None:
    emulator = serve(drive).emulator
    told = requests.get(emulator.https_url + INSTANCES.format(host), verify=emulator.ca_file).json()
    assert told["tenant_discovery_endpoint"] == f"{emulator.https_url}/contoso/v2.0/.well-known/openid-configuration"
    assert sum(host in cloud["aliases"] for cloud in told["metadata"]) == 1
    assert requests.get(told["tenant_discovery_endpoint"], verify=emulator.ca_file).status_code == 200


@pytest.mark.parametrize("query", ["", INSTANCES.format("login.example.com"), INSTANCES.format("[")])
def test_an_authority_that_nobody_knows_is_none(serve, drive, query: str) -> None:
    answer = requests.get(serve(drive).emulator.url + (query or "/common/discovery/instance"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_instance")


def test_the_keys_that_discovery_names_are_there(serve, drive) -> None:
    emulator = serve(drive).emulator
    told = requests.get(f"{emulator.url}/contoso/v2.0/.well-known/openid-configuration").json()
    assert requests.get(told["jwks_uri"]).json() == {"keys": []}


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "graph.microsoft.com",
        "login.microsoftonline.com",
        "westeurope.login.microsoft.com",
        "api.onedrive.com",
        "contoso.sharepoint.com",
        "contoso-my.sharepoint.com",
        "graph.microsoft.us",
        "contoso.sharepoint.cn",
    ],
)
def test_the_certificate_is_good_for_the_names_that_clients_have_built_in(serve, drive, host: str) -> None:
    emulator = serve(drive).emulator
    trusting = ssl.create_default_context(cafile=emulator.ca_file)
    port = urlsplit(emulator.https_url).port
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trusting.wrap_socket(plain, server_hostname=host) as tls,
    ):
        assert tls.version() == "TLSv1.3"


@pytest.mark.parametrize(
    ("flavour", "asked", "store"),
    [
        (Flavour.BUSINESS, "graph.microsoft.com", "contoso-my.sharepoint.com"),
        (Flavour.PERSONAL, "api.onedrive.com", "my.microsoftpersonalcontent.com"),
    ],
)
def test_content_comes_from_another_host_than_was_asked(serve, flavour: Flavour, asked: str, store: str) -> None:
    """So that a client which keeps its token across redirects is found out."""
    drive = Drive(flavour=flavour)
    drive.create_file("a.txt", b"a")
    emulator = serve(drive, open_https=True).emulator
    headers = {"Authorization": "Bearer x", "Host": asked}
    link = f"{emulator.https_url}/v1.0/drives/{drive.id}/root:/a.txt:/content"
    answer = requests.get(link, headers=headers, verify=emulator.ca_file, allow_redirects=False)
    assert urlsplit(answer.headers["Location"]).netloc == store
