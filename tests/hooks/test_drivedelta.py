"""DriveDeltaHook signs in, and its connection test says what is wrong in a person's words."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator

import pytest
import trustme

from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.locate import find_drive
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.emulator import ClientRules, Emulator, SignInRules, Site
from airflow_provider_drivedelta.emulator import Drive as EmulatedDrive
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from tests.conftest import EXPIRED, SECRET, Contoso

Connect = Callable[..., DriveDeltaHook]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, airflow_home: object) -> Connect:
    """A hook whose Connection comes from the environment, as the API server's test of an unsaved form has it."""

    def connected(**fields: object) -> DriveDeltaHook:
        monkeypatch.setenv("AIRFLOW_CONN_M365", json.dumps({"conn_type": "drivedelta"} | fields))
        return DriveDeltaHook("m365")

    return connected


def test_signing_in_with_a_secret_reads_the_root_sites_library(connect: Connect, contoso: Contoso) -> None:
    assert connect(**contoso.signing_in()).test_connection() == (True, "Signed in; drive 'Documents' can be read.")
    (asked,) = [request for request in contoso.emulator.requests if request.path.startswith("/v1.0")]
    assert asked.path == "/v1.0/sites/root/drive"


def test_the_drive_to_test_with_is_the_connections(connect: Connect, contoso: Contoso) -> None:
    drive_id = contoso.emulator.drive.id
    assert connect(**contoso.signing_in(drive_id=drive_id)).test_connection()[0]
    assert contoso.emulator.requests[-1].path == f"/v1.0/drives/{drive_id}"


def test_an_msgraph_connection_works_as_it_is(connect: Connect, contoso: Contoso) -> None:
    address = contoso.emulator.https_url.removeprefix("https://")
    fields = contoso.signing_in(verify=contoso.emulator.ca_file, disable_instance_discovery=True)
    hook = connect(**fields | {"conn_type": "msgraph", "schema": "https", "host": address})
    assert hook.base_url == f"https://{address}/v1.0"
    assert hook.test_connection()[0]


def test_where_the_root_site_is_not_granted_the_test_says_how_to_name_another(connect: Connect) -> None:
    drive = EmulatedDrive(seed="root")
    with Emulator(drives=[drive], denied=[drive.id]) as emulator:
        works, message = connect(**Contoso(emulator).signing_in()).test_connection()
    assert not works
    assert "'Drive to test with' (drive_id) names another." in message


def wrong(fields: dict[str, object], **extra: object) -> dict[str, object]:
    """`fields` with other keys in the extra; None takes one away."""
    kept = {k: v for k, v in (json.loads(str(fields["extra"])) | extra).items() if v is not None}
    return fields | {"extra": json.dumps(kept)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c.signing_in(tenant_id="fabrikam.com"), "tenant"),
        (lambda c: c.signing_in(login="nobody"), "application is unknown in this tenant"),
        (lambda c: c.signing_in(password="guess-of-a-secret"), "client secret is wrong"),
        (lambda c: c.signing_in(password=EXPIRED), "client secret has expired"),
        (lambda c: wrong(c.signing_in(), ca_file=None), "not trusted.*CA"),
        (lambda c: c.signing_in(drive_id=c.emulator.drives[1].id), "may not read this.*Files.Read.All"),
        (lambda c: c.signing_in(drive_id="b!nosuchdrive"), "knows no such drive"),
        (lambda c: c.signing_in() | {"host": "https://localhost:1/v1.0"}, "could not be reached"),
        (lambda c: c.signing_in(authority="https://localhost:1"), "sign-in host could not be reached"),
        (lambda c: c.signing_in() | {"login": ""}, "lacks 'Client ID'"),
    ],
    ids=["tenant", "app", "secret", "expired", "tls", "403", "404", "host", "sign-in host", "form"],
)
def test_the_connection_test_says_what_is_wrong(
    connect: Connect, contoso: Contoso, change: Callable[[Contoso], dict[str, object]], says: str
) -> None:
    started = time.monotonic()
    works, message = connect(**change(contoso)).test_connection()
    assert not works
    assert re.search(says, message), message
    assert "secret~" not in message
    assert "guess" not in message
    assert time.monotonic() - started < 10


def issued_certificate() -> trustme.LeafCert:
    return trustme.CA().issue_cert("app.contoso.com", key_type=trustme.KeyType.RSA)  # Entra takes RSA only


def test_a_certificate_that_is_not_registered_is_named(connect: Connect, contoso: Contoso) -> None:
    pem = issued_certificate().private_key_and_cert_chain_pem.bytes().decode()
    works, message = connect(**contoso.signing_in(password="", private_key=pem)).test_connection()
    assert not works
    assert "certificate is not registered" in message


def test_a_registered_certificate_signs_in(connect: Connect) -> None:
    issued = issued_certificate()
    public = issued.cert_chain_pems[0].bytes().decode()
    rules = SignInRules(clients={"app": ClientRules(certificates=(public,))})
    pem = issued.private_key_and_cert_chain_pem.bytes().decode().replace("\n", " ")
    with Emulator(sign_in=rules) as emulator:
        hook = connect(**Contoso(emulator).signing_in(password="", private_key=pem))
        assert hook.test_connection() == (True, "Signed in; drive 'Documents' can be read.")


class TestAtASite:
    """A SharePoint site, with the credentials of a Connection to Graph."""

    WEB = "/sites/team/_api/web"

    @pytest.fixture
    def certified(self) -> Iterator[tuple[Emulator, dict[str, object]]]:
        """A tenant with a site, and a Connection with a certificate."""
        issued = issued_certificate()
        public = issued.cert_chain_pems[0].bytes().decode()
        rules = SignInRules(clients={"app": ClientRules(secrets=frozenset({SECRET}), certificates=(public,))})
        with Emulator(sites=[Site()], sign_in=rules) as emulator:
            pem = issued.private_key_and_cert_chain_pem.bytes().decode()
            yield emulator, Contoso(emulator).signing_in(password="", private_key=pem)

    def status(self, hook: DriveDeltaHook, base_url: str) -> int:
        request = Request(base_url + self.WEB, headers={"Accept": "application/json"})
        with hook.transport(base_url=f"{base_url}/sites/team") as transport:
            return transport.fetch(request, lambda answer: answer.status)

    def test_a_certificate_opens_it_with_a_token_of_its_own(
        self, connect: Connect, certified: tuple[Emulator, dict[str, object]]
    ) -> None:
        """The emulator refuses tokens for another host, as SharePoint does; Graph's own stays in use beside it."""
        emulator, fields = certified
        hook = connect(**fields)
        assert hook.test_connection()[0]
        assert self.status(hook, emulator.https_url) == 200
        assert hook.test_connection()[0]
        assert sum(request.path.endswith("/token") for request in emulator.requests) == 2

    def test_a_client_secret_is_refused_before_the_first_call(
        self, connect: Connect, certified: tuple[Emulator, dict[str, object]]
    ) -> None:
        emulator, _ = certified
        with pytest.raises(FixSetup, match="no client secret"):
            self.status(connect(**Contoso(emulator).signing_in()), emulator.https_url)
        assert emulator.requests == []

    def test_the_token_goes_to_no_host_but_the_connections(
        self, connect: Connect, certified: tuple[Emulator, dict[str, object]]
    ) -> None:
        emulator, fields = certified
        with pytest.raises(FixSetup, match="not on a host of the connection"):
            self.status(connect(**fields), "https://contoso.sharepoint.com")
        assert emulator.requests == []

    def test_links_to_graph_are_not_followed_from_there(
        self, connect: Connect, certified: tuple[Emulator, dict[str, object]]
    ) -> None:
        emulator, fields = certified
        hook = connect(**fields)
        with (
            hook.transport(base_url=f"{emulator.https_url}/sites/team") as transport,
            pytest.raises(BrokenFeed, match="another host"),
        ):
            transport.check(Request("https://graph.microsoft.com/v1.0/me"))


class TestOneDrivesOwnHosts:
    """The connection test, where no Graph is spoken."""

    def base(self, contoso: Contoso) -> dict[str, str]:
        return {"host": f"{contoso.emulator.url}/_api/v2.0"}

    def test_the_signed_in_users_drive_is_looked_up(self, connect: Connect, contoso: Contoso) -> None:
        hook = connect(**contoso.with_token() | self.base(contoso))
        assert hook.test_connection() == (True, "Signed in; drive 'Documents' can be read.")
        assert contoso.emulator.requests[-1].path == "/_api/v2.0/me/drive"

    def test_or_the_connections(self, connect: Connect, contoso: Contoso) -> None:
        fields = wrong(contoso.with_token() | self.base(contoso), drive_id=contoso.emulator.drive.id)
        assert connect(**fields).test_connection()[0]
        assert contoso.emulator.requests[-1].path == f"/_api/v2.0/drives/{contoso.emulator.drive.id}"

    def test_an_application_has_no_drive_of_its_own_and_is_told_how_to_name_one(
        self, connect: Connect, contoso: Contoso
    ) -> None:
        contoso.emulator.faults([{"match": {"path": "/me/drive"}, "reply": {"status": 404}}])
        works, message = connect(**contoso.with_token() | self.base(contoso)).test_connection()
        assert not works
        assert message.endswith(
            "Tested was the signed-in user's own drive; 'Drive to test with' (drive_id) names another."
        )

    def test_a_refused_secret_is_told_that_sharepoint_wants_a_certificate(
        self, connect: Connect, contoso: Contoso
    ) -> None:
        contoso.emulator.faults([{"match": {"path": "/_api/v2.0", "times": 2}, "reply": {"status": 401}}])
        fields = contoso.signing_in(drive_id=contoso.emulator.drive.id)
        works, message = connect(**fields | {"host": f"{contoso.emulator.https_url}/_api/v2.0"}).test_connection()
        assert not works
        assert message.endswith("SharePoint's own hosts take an application's certificate, no client secret.")


def test_neither_hook_nor_log_shows_a_secret(
    connect: Connect, contoso: Contoso, caplog: pytest.LogCaptureFixture
) -> None:
    """H5."""
    caplog.set_level(logging.DEBUG)
    hook = connect(**contoso.signing_in())
    with hook.transport() as transport:
        find_drive(Drive.parse(contoso.source), base_url=hook.base_url, transport=transport)
    shown = caplog.text + repr(hook.settings) + repr(vars(hook))
    assert "/drives/" in shown
    assert SECRET not in shown
    assert "Bearer " not in shown


def test_the_secrets_are_masked_from_the_first_look_on(connect: Connect, contoso: Contoso) -> None:
    """H5."""
    from airflow.providers.common.compat.sdk import redact

    assert connect(**contoso.signing_in()).settings
    assert redact(f"found {SECRET} in a message") == "found *** in a message"


@pytest.mark.usefixtures("airflow_home")
def test_the_test_button_finds_the_hook(contoso: Contoso) -> None:
    from airflow.sdk import Connection

    fields = {name: str(value) for name, value in contoso.signing_in().items()}
    works, message = Connection(conn_id="unsaved", conn_type="drivedelta", **fields).test_connection()
    assert (works, message) == (True, "Signed in; drive 'Documents' can be read.")
