"""Who may call SharePoint: tokens for the site itself, of an app with a certificate."""

from datetime import UTC, datetime, timedelta

import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from airflow_provider_drivedelta.emulator import ClientRules, Emulator, SignInRules, Site

SECRET = "n0t-a-real-secret~1"
CLIENT = "app"


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    """A private key and its certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return private.decode(), certificate.public_bytes(pem).decode()


@pytest.fixture
def emulator(key_pair):
    app = ClientRules(secrets=frozenset({SECRET}), certificates=(key_pair[1],))
    with Emulator(sites=[Site()], sign_in=SignInRules(clients={CLIENT: app})) as emulator:
        yield emulator


def token(emulator: Emulator, credential: object, resource: str = "") -> str:
    with requests.Session() as session:
        session.verify = emulator.ca_file
        session.trust_env = False
        app = msal.ConfidentialClientApplication(
            CLIENT,
            client_credential=credential,
            authority=f"{emulator.https_url}/contoso.com",
            instance_discovery=False,
            http_client=session,
        )
        granted = app.acquire_token_for_client([f"{resource or emulator.https_url}/.default"])
    assert "access_token" in granted, granted
    return str(granted["access_token"])


def ask(emulator: Emulator, token: str, path: str = "/sites/team/_api/web") -> requests.Response:
    headers = {"Accept": "application/json;odata=nometadata"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return requests.get(emulator.https_url + path, headers=headers, verify=emulator.ca_file)


def certified(key_pair) -> dict[str, str]:
    return {"private_key": key_pair[0], "public_certificate": key_pair[1]}


def test_a_certificate_opens_the_site(emulator, key_pair) -> None:
    assert ask(emulator, token(emulator, certified(key_pair))).status_code == 200


def test_a_secret_gets_a_token_that_opens_nothing(emulator) -> None:
    answer = ask(emulator, token(emulator, SECRET))
    assert (answer.status_code, answer.json()) == (401, {"error_description": "Unsupported app only token."})


@pytest.mark.parametrize("resource", ["https://graph.microsoft.com", "https://fabrikam.sharepoint.com"])
def test_a_token_for_elsewhere_is_of_the_wrong_audience(emulator, key_pair, resource) -> None:
    answer = ask(emulator, token(emulator, certified(key_pair), resource))
    assert answer.status_code == 401
    assert "audience" in answer.json()["error_description"]
    assert "Invalid audience Uri" in answer.headers["x-ms-diagnostics"]


def test_graph_takes_a_secret_but_no_token_for_sharepoint(emulator, key_pair) -> None:
    path = "/v1.0/sites?search=*"
    assert ask(emulator, token(emulator, SECRET, "https://graph.microsoft.com"), path).status_code == 200
    refused = ask(emulator, token(emulator, certified(key_pair), "https://contoso.sharepoint.com"), path)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_no_token_and_a_revoked_one_are_refused(emulator, key_pair) -> None:
    good = token(emulator, certified(key_pair))
    assert ask(emulator, "").status_code == 401
    emulator.revoke()
    refused = ask(emulator, good)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_nobody_issued_opens_plain_http_alone(emulator) -> None:
    headers = {"Accept": "application/json", "Authorization": "Bearer anything"}
    assert requests.get(f"{emulator.url}/sites/team/_api/web", headers=headers).status_code == 200
    assert ask(emulator, "anything").status_code == 401
