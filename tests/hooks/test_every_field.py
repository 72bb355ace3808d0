"""Every wrong field of the form, alone: the connection test names it, as the form does or by its key."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest

from airflow_provider_drivedelta.emulator import ClientRules, Emulator, Federated, SignInRules
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.hooks.form import LABELS
from tests.certificates import Issued

SECRET = "n0t-a-real-secret~1"
ISSUER, SUBJECT = "https://oidc.example", "worker"


@dataclass
class Contoso:
    """A tenant that takes every way to sign in, and the Connection for each."""

    emulator: Emulator
    issued: Issued
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def extra(self, way: str) -> dict[str, object]:
        return {
            "client_secret": {},
            "certificate": {"certificate_path": self.file("app.pem", self.issued.both)},
            "pasted": {"private_key": self.issued.locked("0pen"), "passphrase": "0pen"},
            "workload_identity": {"workload_identity_file": self.federated(SUBJECT)},
            "resource_id": {"resource_id": "/subscriptions/worker"},
            "object_id": {"object_id": "worker"},
            "refresh_token": {"refresh_token": "r0"},
            "access_token": {"access_token": "ready"},
        }[way]

    def tested(self, way: str, wrong: dict[str, object]) -> tuple[bool, str]:
        """The answer of the connection test with some of the fields as they should not be."""
        home = {"authority": self.emulator.https_url, "ca_file": self.emulator.ca_file, "tenant_id": "contoso.com"}
        filled: dict[str, object] = {"host": f"{self.emulator.https_url}/v1.0", "login": "app"} | home
        if way == "client_secret":
            filled["password"] = SECRET
        if way in ("resource_id", "object_id"):
            del filled["login"]
        if way == "access_token":
            filled["host"] = f"{self.emulator.url}/v1.0"
        filled |= self.extra(way) | wrong
        outer = {name: filled.pop(name, None) for name in ("host", "login", "password")}
        connection = {"conn_type": "drivedelta", **outer, "extra": json.dumps(filled)}
        self.monkeypatch.setenv("AIRFLOW_CONN_M365", json.dumps(connection))
        return DriveDeltaHook("m365").test_connection()

    def file(self, name: str, content: str) -> str:
        (self.folder / name).write_text(content)
        return str(self.folder / name)

    def federated(self, subject: str) -> str:
        claims = {"iss": ISSUER, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": int(time.time()) + 600}
        return self.file(f"{subject}.jwt", jwt.encode(claims, "k" * 32, "HS256"))


@pytest.fixture
def contoso(airflow_home: Path, tmp_path: Path, issued: Issued, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contoso]:
    app = ClientRules(
        secrets=frozenset({SECRET}),
        certificates=(issued.public,),
        federated=(Federated(issuer=ISSUER, subject=SUBJECT),),
    )
    rules = SignInRules(
        tenants=frozenset({"contoso.com"}),
        clients={"app": app},
        refresh_tokens=frozenset({"r0"}),
        identities=frozenset({"worker", "/subscriptions/worker"}),
    )
    with Emulator(sign_in=rules) as emulator:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.url)
        yield Contoso(emulator, issued, tmp_path, monkeypatch)


WAYS = [
    "client_secret", "certificate", "pasted", "workload_identity", "resource_id", "object_id", "refresh_token",
    "access_token",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_with_every_field_right_each_way_works(contoso: Contoso, way: str) -> None:
    assert contoso.tested(way, {}) == (True, "Signed in; drive 'Documents' can be read.")


WRONG: list[tuple[str, str, object]] = [
    ("client_secret", "host", "https://localhost:1/v1.0"),
    ("access_token", "host", "http://127.0.0.1:1/v1.0"),
    ("client_secret", "host", "http://graph.microsoft.com"),
    ("client_secret", "login", "nobody"),
    ("client_secret", "login", "no id/"),
    ("client_secret", "password", "guess"),
    ("client_secret", "password", ""),
    ("client_secret", "sign_in", "magic"),
    ("client_secret", "sign_in", "certificate"),
    ("client_secret", "sign_in", "managed_identity"),
    ("client_secret", "tenant_id", "fabrikam.com"),
    ("client_secret", "tenant_id", ""),
    ("client_secret", "cloud", "moon"),
    ("certificate", "certificate_path", "/nowhere/app.pem"),
    ("certificate", "certificate_path", "another.pem"),
    ("certificate", "certificate_path", "no.pem"),
    ("pasted", "private_key", "rubbish"),
    ("pasted", "passphrase", "shut"),
    ("pasted", "passphrase", ""),
    ("workload_identity", "workload_identity_file", "/nowhere/token"),
    ("workload_identity", "workload_identity_file", "another's"),
    ("resource_id", "resource_id", "/subscriptions/other"),
    ("object_id", "object_id", "other"),
    ("refresh_token", "refresh_token", "gone"),
    ("client_secret", "drive_id", "b!nosuchdrive"),
    ("client_secret", "authority", "https://localhost:1"),
    ("client_secret", "authority", "http://login.microsoftonline.com"),
    ("client_secret", "authority", "graph"),
    ("client_secret", "scopes", "https://graph.microsoft.com/Files.Read.All"),
    ("client_secret", "scopes", {"a": 1}),
    ("client_secret", "ca_file", "/nowhere/ca.pem"),
    ("client_secret", "ca_file", ""),
    ("client_secret", "ca_file", "no.pem"),
    ("client_secret", "verify", "perhaps"),
    ("client_secret", "proxies", "proxy:3128"),
    ("client_secret", "proxies", {"https": "http://127.0.0.1:1"}),
    ("access_token", "proxies", {"http": "http://127.0.0.1:1"}),
    ("access_token", "access_token", "Bearer ready"),
]


@pytest.mark.parametrize(
    ("way", "field", "value"), WRONG, ids=[f"{way}-{field}={value}" for way, field, value in WRONG]
)
def test_a_wrong_field_alone_is_named(contoso: Contoso, way: str, field: str, value: object) -> None:
    made = {
        "another.pem": lambda: contoso.file("another.pem", Issued.now().both),
        "no.pem": lambda: contoso.file("no.pem", "nothing"),
        "another's": lambda: contoso.federated("another"),
        "graph": lambda: f"{contoso.emulator.https_url}/v1.0",
    }
    wrong = {field: made[value]() if isinstance(value, str) and value in made else value}
    if field == "verify":
        wrong["ca_file"] = ""
    works, message = contoso.tested(way, wrong)
    assert not works
    named = (LABELS.get(field, field).casefold(), f"({field})")
    assert any(name in message.casefold() for name in named), message
    assert SECRET not in message
    assert "PRIVATE" not in message


def test_no_field_of_the_form_is_left_out() -> None:
    assert {field for _, field, _ in WRONG} - {"access_token"} == set(LABELS)
