"""What is filled in decides how one signs in; what contradicts itself is refused by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.auth import (
    Certificate,
    ClientSecret,
    Credential,
    ManagedIdentity,
    RefreshToken,
    WorkloadIdentity,
)
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.connection import ReadyToken, Settings, read_settings
from airflow_provider_drivedelta.hooks.form import WAYS
from tests.certificates import Issued
from tests.hooks.test_connection import FakeConnection

POD = {
    "AZURE_FEDERATED_TOKEN_FILE": "/var/run/token",
    "AZURE_TENANT_ID": "pod.com",
    "AZURE_CLIENT_ID": "pod",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/",
}


def settings(
    *, login: str | None = "client", password: str = "", environment: Mapping[str, str] | None = None, **extra: object
) -> Settings:
    given = json.dumps({"tenant_id": "contoso.com"} | extra)
    return read_settings(FakeConnection(login=login, password=password, extra=given), environment=environment or {})


def credential(**fields: object) -> Credential | ReadyToken:
    return settings(**fields).credential  # type: ignore[arg-type]


class TestAuto:
    def test_a_secret(self) -> None:
        assert credential(password="s3cret") == ClientSecret("contoso.com", "client", "s3cret")

    def test_a_certificate_beside_which_the_secret_is_its_passphrase(self, issued: Issued) -> None:
        expected = Certificate("contoso.com", "client", issued.both.strip(), "0pen")
        assert credential(private_key=issued.both, password="0pen") == expected
        assert credential(private_key=issued.both, passphrase="0pen") == expected

    @pytest.mark.parametrize("passphrase", ["", "0pen"])
    def test_a_pfx_by_path_or_in_base64(self, issued: Issued, tmp_path: Path, passphrase: str) -> None:
        content = issued.pfx(passphrase)
        (tmp_path / "app.pfx").write_bytes(content)
        pasted = base64.encodebytes(content).decode().replace("\n", " ")
        for fields in ({"certificate_path": str(tmp_path / "app.pfx")}, {"private_key": pasted}):
            found = credential(**fields, passphrase=passphrase)
            assert isinstance(found, Certificate)
            assert found.for_msal()["public_certificate"].strip() in issued.public

    def test_a_refresh_token_with_or_without_a_secret(self) -> None:
        found = credential(refresh_token="r0", password="s3cret")
        assert isinstance(found, RefreshToken)
        assert (found.client_secret, found.store.load()) == ("s3cret", "r0")
        public = credential(refresh_token="r0")
        assert isinstance(public, RefreshToken)
        assert public.client_secret is None

    def test_a_federated_token_file(self) -> None:
        expected = WorkloadIdentity(
            "contoso.com", "client", "/token", "connection 'm365', 'Federated token file' (workload_identity_file)"
        )
        assert credential(workload_identity_file="/token") == expected

    @pytest.mark.parametrize("kind", ["resource_id", "object_id"])
    def test_a_managed_identity(self, kind: str) -> None:
        found = credential(login=None, **{kind: "the-id"})
        assert isinstance(found, ManagedIdentity)
        assert (found.kind, found.id) == (kind, "the-id")

    def test_nothing_of_the_environment_decides(self) -> None:
        with pytest.raises(FixSetup, match=r"neither 'Client secret'.*nor 'Certificate file'.*'Way to sign in'"):
            settings(environment=POD)


class TestNamed:
    def test_the_systems_managed_identity_needs_nothing_else(self) -> None:
        assert credential(login=None, tenant_id="", sign_in="managed_identity") == ManagedIdentity()

    def test_a_users_by_its_client_id(self) -> None:
        found = credential(sign_in="managed_identity")
        assert isinstance(found, ManagedIdentity)
        assert (found.kind, found.id) == ("client_id", "client")

    def test_workload_identity_takes_what_is_left_open_from_the_pod(self) -> None:
        found = settings(login=None, tenant_id="", sign_in="workload_identity", environment=POD)
        expected = WorkloadIdentity("pod.com", "pod", "/var/run/token", "connection 'm365', AZURE_FEDERATED_TOKEN_FILE")
        assert (found.credential, found.authority) == (expected, "https://login.microsoftonline.us")

    def test_and_what_is_filled_in_from_the_form(self) -> None:
        found = settings(sign_in="workload_identity", workload_identity_file="/t", authority="x.com", environment=POD)
        assert isinstance(found.credential, WorkloadIdentity)
        assert (found.credential.tenant_id, found.credential.client_id) == ("contoso.com", "client")
        assert (found.credential.token_file, found.authority) == ("/t", "https://x.com")

    def test_it_wins_over_what_else_is_filled_in(self) -> None:
        assert credential(sign_in="client_secret", password="s", access_token="t") == ClientSecret(
            "contoso.com", "client", "s"
        )

    @pytest.mark.parametrize(
        ("way", "lacks"),
        [
            ("client_secret", "lacks 'Client secret'"),
            ("certificate", "neither 'Certificate file'.*nor 'Certificate and private key'"),
            ("refresh_token", "lacks 'Refresh token'.*drivedelta sign-in"),
            ("workload_identity", "lacks 'Federated token file'.*AZURE_FEDERATED_TOKEN_FILE"),
            ("access_token", "'access_token' holds no bearer token"),
        ],
    )
    def test_what_it_takes_must_be_there(self, way: str, lacks: str) -> None:
        with pytest.raises(FixSetup, match=lacks):
            credential(sign_in=way)

    def test_a_word_that_is_no_way_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(FixSetup, match=rf"'Way to sign in'.*none.*auto, {', '.join(WAYS)}"):
            credential(sign_in="password", password="s")


@pytest.mark.parametrize(
    ("fields", "both"),
    [
        ({"password": "s", "access_token": "t"}, ("access_token", "Client secret")),
        ({"password": "s", "workload_identity_file": "/t"}, ("Federated token file", "Client secret")),
        ({"password": "s", "object_id": "o"}, ("Managed identity's object ID", "Client secret")),
        ({"password": "s", "passphrase": "p", "private_key": "k"}, ("Certificate and private key", "Client secret")),
        ({"refresh_token": "r", "private_key": "k"}, ("Refresh token", "Certificate and private key")),
        ({"access_token": "t", "certificate_path": "/c"}, ("access_token", "Certificate file")),
        ({"certificate_path": "/c", "private_key": "k"}, ("Certificate file", "Certificate and private key")),
        ({"login": None, "resource_id": "r", "object_id": "o"}, ("resource ID", "object ID")),
        ({"sign_in": "managed_identity", "object_id": "o"}, ("Client ID", "Managed identity's object ID")),
        ({"sign_in": "certificate", "certificate_path": "/c", "private_key": "k"}, ("Certificate file", "and private")),
    ],
)
def test_two_ways_filled_in_contradict_each_other(fields: dict[str, object], both: tuple[str, str]) -> None:
    with pytest.raises(FixSetup, match="both filled in") as caught:
        credential(**fields)
    assert all(name in str(caught.value) for name in (*both, "'Way to sign in' (sign_in)", "'m365'"))
