"""Signing in: MSAL against a sign-in service of a few lines, over TLS; each refusal in a person's words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from airflow_provider_drivedelta.core.auth import BearerToken, Certificate, ClientSecret, Credential, MsalAuth
from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from tests.core.conftest import Authority
from tests.graph_service import GraphService, Reply

TENANT = "contoso.example"
DISCOVERY = f"/{TENANT}/v2.0/.well-known/openid-configuration"
TOKEN = f"/{TENANT}/oauth2/v2.0/token"
SECRET = "s3cret~value"


@dataclass
class SignIn:
    """A tenant's sign-in service, and the ways to ask it for a token."""

    service: GraphService
    ca_file: str

    def auth(self, credential: Credential | None = None, **settings: object) -> MsalAuth:
        known = {"authority": self.service.host, "verify": self.ca_file, "instance_discovery": False}
        return MsalAuth(credential or ClientSecret(TENANT, "app", SECRET), **(known | settings))  # type: ignore[arg-type]

    def token(self, credential: Credential | None = None, **settings: object) -> str:
        auth = self.auth(credential, **settings)
        try:
            return auth.token()
        finally:
            auth.close()

    def grants(self, *tokens: str, seconds: int = 3600) -> SignIn:
        replies = [Reply.json({"token_type": "Bearer", "expires_in": seconds, "access_token": one}) for one in tokens]
        return self.answers(*replies)

    def refuses(self, code: int, error: str = "invalid_client") -> SignIn:
        said = f"AADSTS{code}: Something with {SECRET} in it. Trace ID: 1"
        return self.answers(Reply.json({"error": error, "error_description": said, "error_codes": [code]}, 400))

    def answers(self, *replies: Reply) -> SignIn:
        self.service.on(TOKEN, *replies)
        return self

    @property
    def forms(self) -> list[dict[str, list[str]]]:
        """What was sent to the token endpoint."""
        return [parse_qs(seen.body) for seen in self.service.seen if seen.target == TOKEN]


@pytest.fixture
def sign_in(over_tls: Callable[[], GraphService], authority: Authority) -> SignIn:
    service = over_tls()
    base = f"{service.host}/{TENANT}/oauth2/v2.0"
    endpoints = {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token", "issuer": base}
    service.on(DISCOVERY, Reply.json(endpoints))
    service.always(Reply.json({"error": "invalid_tenant", "error_description": "AADSTS90002: no such tenant"}, 400))
    return SignIn(service, authority.ca_file)


@dataclass(frozen=True)
class Pems:
    key: str
    encrypted_key: str
    elliptic_key: str
    other_key: str
    certificate: str


@pytest.fixture(scope="module")
def pems() -> Pems:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )

    def pem(of: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> str:
        lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return of.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()

    public = certificate.public_bytes(serialization.Encoding.PEM).decode()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    return Pems(
        key=pem(key),
        encrypted_key=pem(key, b"open"),
        elliptic_key=pem(elliptic),
        other_key=pem(other),
        certificate=public,
    )


def test_a_bearer_token_signs_as_it_is() -> None:
    assert BearerToken("T")(requests.Request("GET", "https://g").prepare()).headers["Authorization"] == "Bearer T"


def test_a_secret_is_exchanged_for_a_token(sign_in: SignIn) -> None:
    signed = sign_in.grants("T1").auth()
    assert signed(requests.Request("GET", "https://g").prepare()).headers["Authorization"] == "Bearer T1"
    signed.close()
    (form,) = sign_in.forms
    assert (form["client_id"], form["client_secret"]) == (["app"], [SECRET])
    assert form["scope"] == ["https://graph.microsoft.com/.default"]


def test_a_token_is_kept_while_it_is_good(sign_in: SignIn) -> None:
    auth = sign_in.grants("T1", "T2").auth()
    assert [auth.token(), auth.token()] == ["T1", "T1"]
    auth.close()


def test_a_token_about_to_end_is_renewed_before_it_does(sign_in: SignIn) -> None:
    auth = sign_in.grants("T1", "T2", seconds=200).auth()
    assert [auth.token(), auth.token()] == ["T1", "T2"]
    auth.close()


def test_an_error_that_is_no_word_is_not_shown(sign_in: SignIn) -> None:
    with pytest.raises(FixSetup, match="unreadable error") as caught:
        sign_in.answers(Reply.json({"error": f"\x1b[2J{SECRET}" * 9}, 400)).token()
    assert SECRET not in str(caught.value)


def test_a_token_the_service_refused_is_not_used_again(sign_in: SignIn) -> None:
    auth = sign_in.grants("T1", "T2").auth()
    auth.token()
    auth.renew("claims")
    assert auth.token() == "T2"
    auth.close()


REFUSALS = [
    (7000215, "invalid_client", r"client secret is wrong \(AADSTS7000215\).*not its id"),
    (7000222, "invalid_client", r"client secret has expired \(AADSTS7000222\).*new one"),
    (700027, "invalid_client", r"certificate is not registered"),
    (700016, "unauthorized_client", r"application is unknown in this tenant"),
    (90002, "invalid_request", r"tenant does not exist"),
    (53003, "access_denied", r"conditional access policy.*sign-in log"),
    (70000, "invalid_grant", r"refresh token is not valid.*drivedelta sign-in"),
    (700213, "invalid_client", r"subject.*federated token file"),
    (50034, "invalid_grant", r"refused \(invalid_grant, AADSTS50034\).*sign-in log"),
]


@pytest.mark.parametrize(("code", "error", "says"), REFUSALS)
def test_each_refusal_says_what_is_wrong_and_nothing_secret(sign_in: SignIn, code: int, error: str, says: str) -> None:
    """Expired secret and its like; H5."""
    with pytest.raises(FixSetup, match=says) as caught:
        sign_in.refuses(code, error).token()
    assert f"tenant {TENANT}, client app" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_wrong_tenant_is_said_to_be_one(sign_in: SignIn) -> None:
    with pytest.raises(FixSetup, match=r"no tenant's.*nowhere\.example.*Check the tenant id"):
        sign_in.token(ClientSecret("nowhere.example", "app", SECRET))


OUT_OF_ORDER = {
    "a server error": Reply(500, b"<html>"),
    "an unavailable server": Reply.json({"error": "temporarily_unavailable"}, 503),
    "throttling": Reply(429, headers={"Retry-After": "5"}),
    "a proxy's page": Reply(200, b"<html>Welcome to the hotel"),
    "nothing": Reply(200),
    "an error that passes": Reply.json({"error": "server_error", "error_description": "AADSTS90033"}, 400),
    "no answer": Reply(200, b"{}", cut=1),
}


@pytest.mark.parametrize("reply", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_a_sign_in_service_out_of_order_is_tried_later(sign_in: SignIn, reply: Reply) -> None:
    with pytest.raises(RetryLater):
        sign_in.answers(reply).token()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_discovery_out_of_order_is_no_wrong_tenant(sign_in: SignIn, status: int) -> None:
    sign_in.service.on("/busy.example/v2.0/.well-known/openid-configuration", Reply(status))
    with pytest.raises(RetryLater, match=f"out of order \\({status}\\)"):
        sign_in.token(ClientSecret("busy.example", "app", SECRET))


@pytest.mark.parametrize("body", [{}, [], {"token_endpoint": 5}, {"authorization_endpoint": "x", "token_endpoint": ""}])
def test_a_host_that_is_no_sign_in_service_is_said_to_be_none(sign_in: SignIn, body: object) -> None:
    sign_in.service.on("/odd.example/v2.0/.well-known/openid-configuration", Reply.json(body))
    with pytest.raises(FixSetup, match="no tenant's"):
        sign_in.token(ClientSecret("odd.example", "app", SECRET))


def test_an_answer_without_a_token_is_a_refusal(sign_in: SignIn) -> None:
    with pytest.raises(FixSetup, match="no token in the answer"):
        sign_in.answers(Reply.json({"token_type": "Bearer"})).token()


def test_a_sign_in_host_that_is_not_there_is_tried_later(sign_in: SignIn) -> None:
    with pytest.raises(RetryLater, match=r"could not be reached.*login\.invalid"):
        sign_in.token(authority="https://login.invalid")


def test_plain_http_is_no_way_to_sign_in(sign_in: SignIn) -> None:
    with pytest.raises(FixSetup, match="no tenant's"):
        sign_in.token(authority="http://127.0.0.1:1")


def test_our_ca_file_wins_over_the_environment(
    sign_in: SignIn, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.other_ca_file)
    assert sign_in.grants("T1").token() == "T1"


def test_an_untrusted_sign_in_host_gets_no_secret(sign_in: SignIn, authority: Authority) -> None:
    with pytest.raises(FixSetup, match=r"not trusted.*ca_file"):
        sign_in.grants("T1").token(verify=authority.other_ca_file)
    assert sign_in.service.seen == []


def test_a_ca_file_that_is_not_there_is_found_at_once(sign_in: SignIn) -> None:
    with pytest.raises(FixSetup, match=r"CA file cannot be read.*nowhere\.pem"):
        sign_in.auth(verify="/nowhere.pem")


def test_a_certificate_signs_an_assertion(sign_in: SignIn, pems: Pems) -> None:
    for certificate in (
        Certificate(TENANT, "app", pems.key + pems.certificate),
        Certificate(TENANT, "app", f"Bag Attributes\n{pems.certificate}\n{pems.key}"),
        Certificate(TENANT, "app", pems.encrypted_key + pems.certificate, passphrase="open"),
    ):
        assert sign_in.grants("T1").token(certificate) == "T1"
    assert all("client_secret" not in form and form["client_assertion"] for form in sign_in.forms)


@pytest.fixture
def unusable(pems: Pems, request: pytest.FixtureRequest) -> Credential:
    pem = {
        "no key": pems.certificate,
        "no certificate": pems.key,
        "locked": pems.encrypted_key + pems.certificate,
        "wrong passphrase": pems.encrypted_key + pems.certificate,
        "not locked": pems.key + pems.certificate,
        "elliptic": pems.elliptic_key + pems.certificate,
        "spoiled key": pems.key.replace("MII", "***") + pems.certificate,
        "spoiled certificate": pems.key + pems.certificate.replace("MII", "***"),
        "another's key": pems.other_key + pems.certificate,
        "nothing": "",
    }[request.param]
    return Certificate(TENANT, "app", pem, "wrong" if request.param in ("wrong passphrase", "not locked") else None)


@pytest.mark.parametrize(
    ("unusable", "says"),
    [
        ("no key", "holds no private key"),
        ("no certificate", "holds no certificate"),
        ("nothing", "holds no certificate"),
        ("locked", "key is locked.*passphrase"),
        ("not locked", "needs no passphrase"),
        ("wrong passphrase", "key cannot be read.*passphrase"),
        ("elliptic", "no RSA key"),
        ("spoiled key", "key cannot be read"),
        ("spoiled certificate", "certificate itself cannot be read"),
        ("another's key", "not the certificate's"),
    ],
    indirect=["unusable"],
)
def test_a_certificate_that_cannot_sign_says_why(sign_in: SignIn, unusable: Credential, says: str) -> None:
    with pytest.raises(FixSetup, match=says):
        sign_in.grants("T1").token(unusable)
    assert sign_in.service.seen == []


@pytest.mark.parametrize(
    "make", [lambda p: ClientSecret("t", "c", SECRET), lambda p: Certificate("t", "c", p.key, SECRET)]
)
def test_a_credential_does_not_show_itself(make: Callable[[Pems], Credential], pems: Pems) -> None:
    """H5."""
    shown = repr(make(pems))
    assert SECRET not in shown
    assert "PRIVATE" not in shown


def test_nothing_secret_is_logged_while_signing_in(
    sign_in: SignIn, pems: Pems, caplog: pytest.LogCaptureFixture
) -> None:
    """H5."""
    caplog.set_level(logging.DEBUG)
    sign_in.grants("T0ken-value", "T0ken-value").refuses(7000215)
    sign_in.token()
    sign_in.token(Certificate(TENANT, "app", pems.key + pems.certificate))
    with pytest.raises(FixSetup):
        sign_in.token()
    assertion = sign_in.forms[1]["client_assertion"][0]
    for secret in (SECRET, "T0ken-value", assertion, "PRIVATE KEY"):
        assert secret not in caplog.text
