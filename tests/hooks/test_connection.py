"""A Connection becomes settings, or an error that names the field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.auth import Certificate, ClientSecret
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.connection import ReadyToken, at_site, read_settings, secrets_of

PEM = """-----BEGIN PRIVATE KEY-----
{key}
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
{certificate}
-----END CERTIFICATE-----
""".format(key="\n".join(["k" * 64] * 3), certificate="\n".join(["c" * 64] * 2 + ["c" * 10]))


@dataclass
class FakeConnection:
    conn_id: str = "m365"
    conn_type: str | None = "drivedelta"
    host: str | None = None
    schema: str | None = None
    port: int | None = None
    login: str | None = "client"
    password: str | None = "s3cret-value"
    extra: str | None = '{"tenant_id": "contoso.com"}'


def with_extra(*, password: str | None = "s3cret-value", **extra: object) -> FakeConnection:
    return FakeConnection(password=password, extra=json.dumps({"tenant_id": "contoso.com"} | extra))


def test_id_secret_and_tenant_are_enough() -> None:
    settings = read_settings(FakeConnection())
    assert settings.base_url == "https://graph.microsoft.com/v1.0"
    assert settings.credential == ClientSecret("contoso.com", "client", "s3cret-value")
    assert settings.authority == "https://login.microsoftonline.com"
    assert settings.scope == "https://graph.microsoft.com/.default"
    assert settings.verify is True
    assert settings.instance_discovery


@pytest.mark.parametrize(
    ("host", "schema", "port", "base_url"),
    [
        (None, None, None, "https://graph.microsoft.com/v1.0"),
        ("graph.microsoft.us", None, None, "https://graph.microsoft.us/v1.0"),
        ("graph.microsoft.com", "https", None, "https://graph.microsoft.com/v1.0"),
        ("https://graph.microsoft.com/beta/", None, None, "https://graph.microsoft.com/beta"),
        ("http://127.0.0.1:8080/v1.0", None, None, "http://127.0.0.1:8080/v1.0"),
        ("127.0.0.1", "http", 8080, "http://127.0.0.1:8080/v1.0"),
        ("http://[::1]/api", None, 81, "http://[::1]:81/api"),
        ("localhost", None, 8443, "https://localhost:8443/v1.0"),
        ("api.onedrive.com", None, None, "https://api.onedrive.com/v1.0"),
        ("contoso-my.sharepoint.com", None, None, "https://contoso-my.sharepoint.com/_api/v2.0"),
    ],
)
def test_the_host_may_be_bare_or_a_whole_address(
    host: str | None, schema: str | None, port: int | None, base_url: str
) -> None:
    assert read_settings(FakeConnection(host=host, schema=schema, port=port)).base_url == base_url


@pytest.mark.parametrize(
    "host",
    [
        "http://graph.microsoft.com/v1.0",
        "http://10.0.0.7",
        "ftp://graph.microsoft.com",
        "https://",
        "https://user:pass@graph.microsoft.com",
        "https://graph.microsoft.com/v1.0?x=1",
        "https://graph.microsoft.com:port",
        "https://[graph",
    ],
)
def test_an_address_that_cannot_or_must_not_be_called_is_refused(host: str) -> None:
    with pytest.raises(FixSetup, match="'Base address'") as caught:
        read_settings(FakeConnection(host=host))
    assert "pass" not in str(caught.value).replace("password", "")


def test_an_msgraph_connection_is_read_as_airflow_reads_it() -> None:
    extra = {
        "tenantId": "contoso.com",
        "api_version": "beta",
        "authority": "login.microsoftonline.us",
        "scopes": "https://graph.microsoft.us/.default",
        "proxies": {"https": "http://proxy:3128"},
        "verify": False,
        "disable_instance_discovery": True,
        "drive_id": "b!drive",
    }
    conn = FakeConnection(conn_type="msgraph", schema="https", host="graph.microsoft.us", extra=json.dumps(extra))
    settings = read_settings(conn)
    assert settings.base_url == "https://graph.microsoft.us/beta"
    assert settings.authority == "https://login.microsoftonline.us"
    assert settings.scope == "https://graph.microsoft.us/.default"
    assert settings.proxies == {"https": "http://proxy:3128"}
    assert settings.verify is False
    assert not settings.instance_discovery
    assert settings.drive_id == "b!drive"


def test_a_secret_loses_the_line_break_it_was_copied_with() -> None:
    credential = read_settings(FakeConnection(password="s3cret-value\n")).credential
    assert credential == ClientSecret("contoso.com", "client", "s3cret-value")


def test_a_national_cloud_brings_its_own_sign_in() -> None:
    settings = read_settings(FakeConnection(host="microsoftgraph.chinacloudapi.cn"))
    assert settings.authority == "https://login.chinacloudapi.cn"
    assert settings.scope == "https://microsoftgraph.chinacloudapi.cn/.default"


@pytest.mark.parametrize(
    ("host", "authority", "scope"),
    [
        (
            "contoso-my.sharepoint.com",
            "https://login.microsoftonline.com",
            "https://contoso-my.sharepoint.com/.default",
        ),
        ("contoso.sharepoint.us", "https://login.microsoftonline.us", "https://contoso.sharepoint.us/.default"),
        ("contoso.sharepoint-mil.us", "https://login.microsoftonline.us", "https://contoso.sharepoint-mil.us/.default"),
        ("contoso.sharepoint.cn", "https://login.chinacloudapi.cn", "https://contoso.sharepoint.cn/.default"),
    ],
)
def test_sharepoints_hosts_take_tokens_for_themselves(host: str, authority: str, scope: str) -> None:
    """Asked for Graph's scope, Entra would give a token that `_api/v2.0` refuses."""
    settings = read_settings(FakeConnection(host=host))
    assert (settings.authority, settings.scope) == (authority, scope)


class TestAtSite:
    """The same Connection, for a SharePoint site."""

    SITE = "https://contoso.sharepoint.com/sites/team"
    READY = FakeConnection(password=None, extra='{"access_token": "ey.ready"}')

    def test_a_ready_token_is_let_through_as_it_is(self) -> None:
        settings = at_site(read_settings(self.READY), f"{self.SITE}/")
        assert (settings.base_url, settings.credential) == (self.SITE, ReadyToken("ey.ready"))

    def test_a_certificate_signs_in_for_the_site_whatever_scope_the_connection_has(self) -> None:
        settings = read_settings(with_extra(private_key=PEM, scopes="https://graph.microsoft.com/.default"))
        assert at_site(settings, self.SITE).scope == "https://contoso.sharepoint.com/.default"

    def test_a_connection_of_the_very_host_may_name_the_scope(self) -> None:
        extra = {
            "tenant_id": "contoso.com",
            "private_key": PEM,
            "scopes": "00000003-0000-0ff1-ce00-000000000000/.default",
        }
        settings = read_settings(FakeConnection(host="contoso.sharepoint.com", extra=json.dumps(extra)))
        assert at_site(settings, self.SITE).scope == extra["scopes"]

    def test_a_client_secret_is_refused_before_anything_is_sent(self) -> None:
        with pytest.raises(FixSetup, match="certificate, or use protocol='graph'"):
            at_site(read_settings(FakeConnection()), self.SITE)

    def test_no_credential_goes_to_a_host_that_is_not_the_connections(self) -> None:
        for conn in (self.READY, FakeConnection(), with_extra(private_key=PEM)):
            with pytest.raises(FixSetup, match="not on a host of the connection"):
                at_site(read_settings(conn), "https://elsewhere.example/sites/team")


def test_a_sign_in_on_loopback_is_not_looked_up_at_microsofts() -> None:
    assert not read_settings(with_extra(authority="https://127.0.0.1:8443")).instance_discovery


class TestCloud:
    """One word for Graph's host, the sign-in and SharePoint's suffix."""

    @pytest.mark.parametrize(
        ("cloud", "graph", "sign_in"),
        [
            ("global", "graph.microsoft.com", "login.microsoftonline.com"),
            ("usgov", "graph.microsoft.us", "login.microsoftonline.us"),
            ("usgov_dod", "dod-graph.microsoft.us", "login.microsoftonline.us"),
            ("china", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
        ],
    )
    def test_it_decides_what_is_left_open(self, cloud: str, graph: str, sign_in: str) -> None:
        settings = read_settings(with_extra(cloud=cloud))
        assert settings.base_url == f"https://{graph}/v1.0"
        assert settings.authority == f"https://{sign_in}"
        assert settings.scope == f"https://{graph}/.default"

    @pytest.mark.parametrize(
        ("cloud", "host", "other"),
        [
            ("global", "graph.microsoft.us", "usgov"),
            ("usgov", "graph.microsoft.com", "global"),
            ("usgov", "dod-graph.microsoft.us", "usgov_dod"),
            ("china", "contoso.sharepoint.com", "global"),
        ],
    )
    def test_a_base_address_of_another_cloud_is_refused(self, cloud: str, host: str, other: str) -> None:
        conn = FakeConnection(host=host, extra=json.dumps({"tenant_id": "contoso.com", "cloud": cloud}))
        with pytest.raises(FixSetup, match=rf"'Base address'.*{other!r}.*'Cloud'.*says {cloud!r}"):
            read_settings(conn)

    def test_so_is_a_sign_in_of_another(self) -> None:
        with pytest.raises(FixSetup, match=r"'Sign-in address'.*'usgov'.*'Cloud'.*says 'china'"):
            read_settings(with_extra(cloud="china", authority="login.microsoftonline.us"))

    def test_two_clouds_may_share_their_sign_in(self) -> None:
        settings = read_settings(with_extra(cloud="usgov_dod", authority="login.microsoftonline.us"))
        assert settings.authority == "https://login.microsoftonline.us"

    def test_behind_a_host_of_ones_own_it_says_whose_graph_it_is(self) -> None:
        extra = {"tenant_id": "contoso.com", "cloud": "china"}
        settings = read_settings(FakeConnection(host="gateway.contoso.com", extra=json.dumps(extra)))
        assert settings.scope == "https://microsoftgraph.chinacloudapi.cn/.default"

    @pytest.mark.parametrize("cloud", ["", "auto", None])
    def test_left_open_the_base_address_decides(self, cloud: str | None) -> None:
        extra = {"tenant_id": "contoso.com", "cloud": cloud}
        settings = read_settings(FakeConnection(host="graph.microsoft.us", extra=json.dumps(extra)))
        assert settings.authority == "https://login.microsoftonline.us"

    def test_any_other_word_is_refused(self) -> None:
        with pytest.raises(FixSetup, match=r"'Cloud'.*one of auto, global, usgov, usgov_dod, china"):
            read_settings(with_extra(cloud="germany"))


@pytest.mark.parametrize("authority", ["http://login.microsoftonline.com", "https://", "ftp://x"])
def test_sign_in_needs_https(authority: str) -> None:
    with pytest.raises(FixSetup, match="'Sign-in address'"):
        read_settings(with_extra(authority=authority))


def test_the_ca_file_wins_over_verify(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(PEM)
    assert read_settings(with_extra(ca_file=str(ca), verify=False)).verify == str(ca)
    assert read_settings(with_extra(verify=str(ca))).verify == str(ca)
    assert read_settings(with_extra(verify="false")).verify is False


def test_a_ca_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixSetup, match=r"'CA file'.*no file"):
        read_settings(with_extra(ca_file=str(tmp_path / "none.pem")))


def test_a_ready_token_needs_neither_tenant_nor_client() -> None:
    conn = FakeConnection(login=None, password=None, extra='{"access_token": "ey.ready"}')
    assert read_settings(conn).credential == ReadyToken("ey.ready")


def test_a_certificate_may_be_a_file_or_a_text(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(PEM)
    expected = Certificate("contoso.com", "client", PEM, passphrase="s3cret-value")
    assert read_settings(with_extra(certificate_path=str(file))).credential == expected
    assert read_settings(with_extra(private_key=PEM)).credential == Certificate(
        "contoso.com", "client", PEM.strip(), passphrase="s3cret-value"
    )
    assert isinstance(read_settings(with_extra(certificate_data=PEM)).credential, Certificate)


@pytest.mark.parametrize("flat", [PEM.replace("\n", " "), PEM.replace("\n", ""), PEM.replace("\n", "\\n")])
def test_a_pem_text_survives_a_form_that_drops_line_breaks(flat: str) -> None:
    credential = read_settings(with_extra(private_key=flat)).credential
    assert isinstance(credential, Certificate)
    assert credential.pem.strip() == PEM.strip()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("no pem", "neither PEM text nor a PFX"),
        (PEM.split("-----BEGIN CERTIFICATE")[0], "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n", "holds no private key"),
    ],
)
def test_a_certificate_file_that_lacks_something_says_what(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "app.pem"
    file.write_text(content)
    with pytest.raises(FixSetup, match=says):
        read_settings(with_extra(certificate_path=str(file)))


@pytest.mark.parametrize(
    ("conn", "says"),
    [
        (FakeConnection(extra="{}"), "lacks 'Tenant ID'"),
        (FakeConnection(extra=None), "lacks 'Tenant ID'"),
        (FakeConnection(login=None), "lacks 'Client ID'"),
        (FakeConnection(password=None), "neither 'Client secret'.*nor 'Certificate file'"),
        (FakeConnection(extra='{"tenant_id": "a/../b"}'), "'Tenant ID'.*is no id"),
        (FakeConnection(extra='{"tenant_id": 7}'), "'Tenant ID'.*is not a text"),
        (FakeConnection(extra="{broken"), "no JSON object"),
        (FakeConnection(extra="[1]"), "no JSON object"),
        (FakeConnection(conn_type="http"), "type is 'http'"),
        (FakeConnection(schema="v1.0"), "'schema' is 'v1.0'"),
        (with_extra(verify="maybe"), "there is no file maybe"),
        (with_extra(proxies="proxy:3128"), "'Proxies'.*JSON such as"),
        (with_extra(scopes={"a": 1}), "'Scope'"),
        (with_extra(password=None, access_token="Bearer abc"), "'access_token' holds no bearer token"),
        (with_extra(certificate_path="/nowhere/app.pem"), "'Certificate file'.*cannot be read"),
    ],
)
def test_what_is_missing_or_wrong_is_named_as_the_form_names_it(conn: FakeConnection, says: str) -> None:
    with pytest.raises(FixSetup, match=says) as caught:
        read_settings(conn)
    assert "'m365'" in str(caught.value)


def test_showing_settings_shows_no_secret() -> None:
    """H5."""
    proxied = with_extra(proxies={"https": "http://me:s3cret-proxy@proxy:3128"})
    for conn in (
        FakeConnection(),
        with_extra(password=None, access_token="s3cret-token"),
        with_extra(private_key=PEM),
        proxied,
    ):
        shown = repr(read_settings(conn))
        assert "s3cret" not in shown
        assert "kkkk" not in shown


def test_every_secret_of_a_connection_is_known_before_it_is_checked() -> None:
    extra = {
        "access_token": "t0ken",
        "refresh_token": "r0",
        "private_key": "k3y",
        "passphrase": "0pen",
        "proxies": {"https": "http://me:pr0xy@proxy:3128"},
    }
    found = secrets_of(FakeConnection(login=None, extra=json.dumps(extra)))
    assert found == ["s3cret-value", "k3y", "0pen", "r0", "t0ken", "pr0xy"]
