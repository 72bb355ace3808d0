"""Signing in with the real MSAL, and what it is told when that fails."""

import base64
import datetime as dt

import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from airflow_provider_drivedelta.emulator import ClientRules, SignInRules

SCOPES = ["https://graph.microsoft.com/.default"]


class Trusting(requests.Session):
    """Passes ``verify`` with each request: REQUESTS_CA_BUNDLE in the environment would win over a session's own."""

    def __init__(self, ca_file: str) -> None:
        super().__init__()
        self._ca_file = ca_file

    def request(self, *args, **options):
        return super().request(*args, **{**options, "verify": self._ca_file})


@pytest.fixture(scope="module")
def identity() -> dict[str, str]:
    """A private key and its certificate, both PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")]), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"private_key": private.decode(), "public_certificate": certificate.decode()}


@pytest.fixture
def rules(identity) -> SignInRules:
    certificate = identity["public_certificate"]
    app = ClientRules(secrets=frozenset({"s3cret"}), expired_secrets=frozenset({"old"}), certificates=(certificate,))
    return SignInRules(tenants=frozenset({"contoso"}), clients={"app": app, "other": ClientRules()}, expires_in=600)


@pytest.fixture
def sign_in(serve, drive, rules):
    """Signs in as an app and gives back MSAL's answer, with the emulator and its client."""
    client = serve(drive, sign_in=rules)

    def signed(credential, client_id="app", tenant="contoso", scopes=SCOPES):
        with Trusting(client.emulator.ca_file) as http:
            app = msal.ConfidentialClientApplication(
                client_id,
                client_credential=credential,
                authority=f"{client.emulator.https_url}/{tenant}",
                instance_discovery=False,
                http_client=http,
            )
            granted = app.acquire_token_for_client(scopes)
            cached = app.acquire_token_for_client(scopes)
        return granted | {"cached": cached.get("token_source") == "cache"}

    signed.client = client
    return signed


def ask(client, token: str) -> int:
    url = client.emulator.https_url + "/v1.0/me/drive/root/delta"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, verify=client.emulator.ca_file).status_code


def test_an_app_signs_in_with_its_secret_and_may_ask_over_https(sign_in) -> None:
    granted = sign_in("s3cret")
    assert granted["expires_in"] == 600
    assert granted["cached"]
    assert "scope" not in granted
    assert ask(sign_in.client, granted["access_token"]) == 200
    assert ask(sign_in.client, "anything") == 401


def test_an_app_signs_in_with_its_certificate(sign_in, identity) -> None:
    granted = sign_in(identity)
    assert ask(sign_in.client, granted["access_token"]) == 200


def test_a_token_ends_with_its_time_or_when_it_is_revoked(sign_in) -> None:
    client = sign_in.client
    early, late = sign_in("s3cret")["access_token"], sign_in("s3cret")["access_token"]
    client.post("revoke")
    assert ask(client, early) == 401
    late = sign_in("s3cret")["access_token"]
    client.post("clock", {"advance_seconds": 599})
    assert ask(client, late) == 200
    client.post("clock", {"advance_seconds": 2})
    assert ask(client, late) == 401


@pytest.mark.parametrize(
    ("credential", "client_id", "error", "number"),
    [
        ("wrong", "app", "invalid_client", 7000215),
        ("old", "app", "invalid_client", 7000222),
        ("s3cret", "nobody", "unauthorized_client", 700016),
    ],
)
def test_a_refusal_carries_the_number_that_people_search_for(sign_in, credential, client_id, error, number) -> None:
    refused = sign_in(credential, client_id)
    assert refused["error"] == error
    assert refused["error_codes"] == [number]
    assert refused["error_description"].startswith(f"AADSTS{number}: ")


def test_a_certificate_that_is_not_registered_is_refused(sign_in, identity) -> None:
    assert sign_in(identity, "other")["error_codes"] == [700027]


def test_a_forged_signature_is_refused(sign_in, identity) -> None:
    forger = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert sign_in(identity | {"private_key": forger.decode()})["error_codes"] == [700027]


def test_an_unknown_tenant_is_refused_at_discovery(sign_in) -> None:
    with pytest.raises(ValueError, match="contoso2"):
        sign_in("s3cret", tenant="contoso2")


def test_a_scope_must_end_in_default(sign_in) -> None:
    assert sign_in("s3cret", scopes=["https://graph.microsoft.com/Files.Read"])["error_codes"] == [1002012]


@pytest.fixture
def token_endpoint(sign_in):
    client = sign_in.client

    def post(form, **options):
        url = client.emulator.https_url + "/contoso/oauth2/v2.0/token"
        return requests.post(url, data=form, verify=client.emulator.ca_file, **options)

    return post


def test_the_secret_may_come_in_a_basic_header(token_endpoint) -> None:
    form = {"grant_type": "client_credentials", "scope": SCOPES[0]}
    assert token_endpoint(form, auth=("app", "s3cret")).status_code == 200
    assert token_endpoint(form, auth=("app", "wrong")).status_code == 401


def test_a_refresh_token_gets_a_new_one(token_endpoint) -> None:
    answer = token_endpoint({"grant_type": "refresh_token", "client_id": "app", "refresh_token": "old"}).json()
    assert answer["access_token"]
    assert answer["refresh_token"] != "old"


def test_an_assertion_for_another_audience_is_refused(token_endpoint, identity) -> None:
    import jwt

    certificate = x509.load_pem_x509_certificate(identity["public_certificate"].encode())
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode()
    claims = {
        "aud": "https://elsewhere",
        "iss": "app",
        "sub": "app",
        "exp": dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5),
    }
    assertion = jwt.encode(claims, identity["private_key"], "PS256", {"x5t#S256": thumbprint})
    form = {
        "grant_type": "client_credentials",
        "client_id": "app",
        "scope": SCOPES[0],
        "client_assertion": assertion,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    assert token_endpoint(form).json()["error_codes"] == [700023]


def test_the_login_host_answers_when_only_knocked_at(sign_in) -> None:
    client = sign_in.client
    assert requests.head(client.emulator.https_url, verify=client.emulator.ca_file).status_code == 200
