"""MSAL signs in at login.microsoftonline.com, with everything on that it does by itself."""

from __future__ import annotations

import msal
import pytest
import requests

from tests.strangers.conftest import CLIENT, SECRET, TENANT

AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"
GRAPH = ["https://graph.microsoft.com/.default"]


def app(credential: object, authority: str = AUTHORITY, **options: object) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(CLIENT, client_credential=credential, authority=authority, **options)


def test_it_signs_in_with_a_secret_and_graph_takes_the_token(microsoft) -> None:
    served = microsoft()
    client = app(SECRET)
    granted = client.acquire_token_for_client(GRAPH)
    headers = {"Authorization": f"Bearer {granted['access_token']}"}
    assert requests.get("https://graph.microsoft.com/v1.0/me/drive", headers=headers).status_code == 200
    assert client.acquire_token_for_client(GRAPH)["token_source"] == "cache"
    assert served.hosts == {"login.microsoftonline.com", "graph.microsoft.com"}


def test_it_signs_in_with_a_certificate_for_sharepoint(microsoft) -> None:
    issued = microsoft().certificate
    client = app({"private_key": issued.both, "public_certificate": issued.public})
    granted = client.acquire_token_for_client(["https://contoso.sharepoint.com/.default"])
    headers = {"Authorization": f"Bearer {granted['access_token']}", "Accept": "application/json"}
    asked = requests.get("https://contoso.sharepoint.com/sites/team/_api/web", headers=headers)
    assert asked.json()["Url"] == "https://contoso.sharepoint.com/sites/team"


def test_it_asks_which_clouds_there_are_of_an_authority_that_it_does_not_know(microsoft) -> None:
    served = microsoft()
    with pytest.raises(ValueError, match="invalid_instance"):
        app(SECRET, f"https://login.example.com/{TENANT}", instance_discovery=True)
    assert served.paths == ["/common/discovery/instance"]


def test_it_signs_in_by_region(microsoft) -> None:
    """Where an authority is known, MSAL takes its region's own host."""
    served = microsoft()
    assert "access_token" in app(SECRET, azure_region="westeurope").acquire_token_for_client(GRAPH)
    assert served.hosts == {"login.microsoftonline.com", "westeurope.login.microsoft.com"}


@pytest.mark.parametrize(("credential", "number"), [("wrong", 7000215), ("", 7000218)])
def test_it_passes_on_what_was_wrong(microsoft, credential: str, number: int) -> None:
    microsoft()
    assert app(credential).acquire_token_for_client(GRAPH)["error_codes"] == [number]


def test_an_unknown_tenant_is_no_authority(microsoft) -> None:
    microsoft()
    with pytest.raises(ValueError, match="fabrikam"):
        app(SECRET, "https://login.microsoftonline.com/fabrikam.com").acquire_token_for_client(GRAPH)
