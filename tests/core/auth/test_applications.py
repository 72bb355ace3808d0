"""MSAL itself signs an application in at the emulator: by secret, certificate, PFX, federated token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_provider_drivedelta.core.auth import Certificate, ClientSecret, WorkloadIdentity
from airflow_provider_drivedelta.core.auth.certificate import unpacked_pfx
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.emulator import ClientRules, Federated
from tests.certificates import Issued
from tests.core.auth.conftest import ISSUER, SUBJECT, TENANT, Enter, Projected

FEDERATED = ClientRules(federated=(Federated(issuer=ISSUER, subject=SUBJECT),))


def test_by_secret(tenant: Enter) -> None:
    contoso = tenant(ClientRules(secrets=frozenset({"s3cret"})))
    assert contoso.reads(ClientSecret(TENANT, "app", "s3cret")) == 200


def test_by_certificate(tenant: Enter, issued: Issued) -> None:
    contoso = tenant(ClientRules(certificates=(issued.public,)))
    assert contoso.reads(Certificate(TENANT, "app", issued.both)) == 200


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_by_pfx(tenant: Enter, issued: Issued, passphrase: str) -> None:
    contoso = tenant(ClientRules(certificates=(issued.public,)))
    pem = unpacked_pfx(issued.pfx(passphrase), passphrase, "app.pfx")
    assert contoso.reads(Certificate(TENANT, "app", pem)) == 200


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda i: (i.pfx("open"), "shut"), "neither PEM text nor a PFX that the passphrase opens"),
        (lambda i: (i.pfx("open"), None), "neither PEM text nor a PFX that the passphrase opens"),
        (lambda i: (b"\x30\x82 rubbish", None), "neither PEM text nor a PFX"),
        (lambda i: (i.pfx(key=False), None), "holds no private key"),
        (lambda i: (i.pfx(certificate=False), None), "holds no certificate"),
    ],
    ids=["wrong passphrase", "no passphrase", "no PFX", "no key", "no certificate"],
)
def test_a_pfx_that_cannot_be_used_says_why(issued: Issued, wrong: object, says: str) -> None:
    content, passphrase = wrong(issued)  # type: ignore[operator]
    with pytest.raises(FixSetup, match=says) as caught:
        unpacked_pfx(content, passphrase, "app.pfx")
    assert "app.pfx" in str(caught.value)


def test_by_federated_token_which_is_read_afresh_for_each_sign_in(tenant: Enter, projected: Projected) -> None:
    contoso = tenant(FEDERATED)
    auth = contoso.auth(WorkloadIdentity(TENANT, "app", str(projected.path)))
    assert contoso.asks(contoso.transport(auth)) == 200
    projected.renew(life=-60)
    with pytest.raises(FixSetup, match=r"out of its time \(AADSTS700024\).*federated token file"):
        auth.renew(None)
    projected.renew()
    auth.renew(None)
    assert contoso.asks(contoso.transport(auth)) == 200


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"subject": "system:serviceaccount:other:one"}, "subject .AADSTS700213"),
        ({"issuer": "https://elsewhere.example"}, "issuer .AADSTS700211"),
    ],
)
def test_a_federated_token_of_another_is_said_to_be_one(
    tenant: Enter, projected: Projected, claims: dict[str, str], says: str
) -> None:
    projected.renew(**claims)  # type: ignore[arg-type]
    identity = WorkloadIdentity(TENANT, "app", str(projected.path), "'Federated token file'")
    with pytest.raises(FixSetup, match=says) as caught:
        tenant(FEDERATED).reads(identity)
    assert "'Federated token file'" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no token", b"a.b.c" * 20_000, "ä.b.c".encode()])
def test_a_file_that_holds_no_token_is_never_sent(tenant: Enter, projected: Projected, content: bytes) -> None:
    contoso = tenant(FEDERATED)
    projected.path.write_bytes(content)
    identity = WorkloadIdentity(TENANT, "app", str(projected.path))
    with pytest.raises(FixSetup, match="holds no token"):
        contoso.reads(identity)
    with pytest.raises(FixSetup, match="cannot be read"):
        contoso.reads(replace(identity, token_file="/nowhere/token"))
    assert contoso.sign_ins == 0
