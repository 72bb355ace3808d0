"""MSAL asks the machine for its managed identities: as a VM and as an App Service, which the emulator both is."""

from __future__ import annotations

import logging

import pytest

from airflow_provider_drivedelta.core.auth import ManagedIdentity
from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from tests.core.auth.conftest import Enter, Tenant
from tests.graph_service import GraphService, Reply

RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
THERE = frozenset({"", "client-1", "object-1", RESOURCE})
EACH = [
    ManagedIdentity(),
    ManagedIdentity("client_id", "client-1"),
    ManagedIdentity("object_id", "object-1"),
    ManagedIdentity("resource_id", RESOURCE),
]
UNKNOWN = ManagedIdentity("object_id", "object-2", "'Managed identity's object ID' (object_id)")


@pytest.fixture
def on_vm(tenant: Enter, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    contoso = tenant(identities=THERE)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", contoso.emulator.url)
    return contoso


@pytest.fixture
def in_app_service(tenant: Enter, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    contoso = tenant(identities=THERE, identity_header="h3ader")
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{contoso.emulator.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "h3ader")
    return contoso


def test_a_vm_gives_tokens_for_each_of_its_identities(on_vm: Tenant) -> None:
    assert [on_vm.reads(identity) for identity in EACH] == [200] * 4


def test_so_does_an_app_service(in_app_service: Tenant) -> None:
    assert [in_app_service.reads(identity) for identity in EACH] == [200] * 4


def test_the_token_is_kept_while_it_is_good(on_vm: Tenant) -> None:
    auth = on_vm.auth(ManagedIdentity())
    assert auth.token() == auth.token()
    assert on_vm.sign_ins == 1


@pytest.mark.parametrize("place", ["on_vm", "in_app_service"])
def test_an_identity_that_is_not_assigned_is_named(place: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(FixSetup, match=r"gives no token.*object ID' \(object_id\) object-2.*is assigned"):
        request.getfixturevalue(place).reads(UNKNOWN)


def test_no_proxy_sees_what_the_machine_is_asked(on_vm: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds the answer is the machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert on_vm.auth(ManagedIdentity(), proxies={"http": "http://127.0.0.1:1"}).token()


def test_where_there_is_none_it_says_where_there_would_be(tenant: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1")
    with pytest.raises(RetryLater, match=r"No managed identity answers here.*Azure"):
        tenant().auth(ManagedIdentity()).token()


@pytest.mark.parametrize("status", [404, 410, 429, 503])
def test_an_endpoint_that_is_being_updated_is_asked_later(
    tenant: Enter, service: GraphService, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    service.always(Reply(status))
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", service.host)
    with pytest.raises(RetryLater, match=f"out of order .{status}"):
        tenant().auth(ManagedIdentity()).token()


@pytest.mark.parametrize("body", [[], {"access_token": "T", "expires_in": "soon"}, "text", 7])
def test_an_endpoint_of_something_else_is_said_to_be_none(
    tenant: Enter, service: GraphService, monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    service.always(Reply.json(body))
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", service.host)
    with pytest.raises(FixSetup, match="gives no managed identities"):
        tenant().auth(ManagedIdentity()).token()


def test_nothing_secret_is_logged(on_vm: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    """H5."""
    caplog.set_level(logging.DEBUG)
    token = on_vm.auth(ManagedIdentity()).token()
    assert "managed identity" in caplog.text
    assert token not in caplog.text
