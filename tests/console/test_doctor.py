"""`drivedelta doctor`: what is wrong, from the network to one page, and what to do about it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import main
from tests.conftest import SECRET, Contoso
from tests.graph_service import GraphService, Reply
from tests.jwt import token_of
from tests.team_site import Team, serve_team

NOW = int(time.time())
FOR_GRAPH = {
    "aud": "https://graph.microsoft.com",
    "tid": "contoso.com",
    "appid": "1111",
    "app_displayname": "Drive Delta",
    "appidacr": "1",
    "exp": NOW + 3600,
}
OPAQUE = "EwBw0PaqueT0ken"
CHECKS = ["set-up", "host", "clock", "sign-in", "token", "roles"]


@dataclass(frozen=True)
class Visit:
    """What the doctor said, line by line."""

    status: int
    lines: list[str]
    everything: str

    @property
    def failed(self) -> dict[str, str]:
        return {line.split()[1]: line for line in self.lines if line.startswith("FAIL")}

    @property
    def names(self) -> list[str]:
        return [line.split()[1] for line in self.lines[:-1]]


Doctor = Callable[..., Visit]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    for name in [name for name in os.environ if name.startswith(("DRIVEDELTA_", "AZURE_"))]:
        monkeypatch.delenv(name)

    def visit(*argv: str, token: str = "", secret: str = "") -> Visit:
        for name, value in (("ACCESS_TOKEN", token), ("CLIENT_SECRET", secret)):
            monkeypatch.setenv(f"DRIVEDELTA_{name}", value)
        status = main(["doctor", *argv])
        out, err = capsys.readouterr()
        assert not (token and token in out + err)
        return Visit(status, out.splitlines(), out + err)

    return visit


@pytest.fixture
def team() -> Iterator[Team]:
    with serve_team() as team:
        yield team


def at(contoso: Contoso) -> list[str]:
    return ["--base-url", f"{contoso.emulator.url}/v1.0"]


def closed(contoso: Contoso) -> str:
    return f"drives/{contoso.emulator.drives[1].id}"


def test_where_all_is_well_each_check_is_a_line(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--drive", contoso.source, *at(contoso), token=token_of(**FOR_GRAPH, roles=["Files.Read.All"]))
    assert (found.status, found.names, found.lines[-1]) == (0, [*CHECKS, "drive"], "all is well")
    told = dict(zip(found.names, found.lines, strict=False))
    assert "application 'Drive Delta' 1111, tenant contoso.com, for https://graph.microsoft.com, until" in told["token"]
    assert told["roles"].endswith("Files.Read.All")
    assert "'Documents'" in told["drive"]
    assert told["drive"].endswith("delta gives a page of 5 items")


def test_without_a_drive_or_list_the_sign_in_alone_is_looked_at(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor(*at(contoso), token=OPAQUE)
    assert (found.status, found.names) == (0, CHECKS)


def test_a_site_that_was_not_granted_comes_with_the_call_that_grants_it(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--drive", closed(contoso), *at(contoso), token=token_of(**FOR_GRAPH, roles=["Sites.Selected"]))
    assert (found.status, list(found.failed)) == (3, ["drive"])
    assert "403 (accessDenied)" in found.failed["drive"]
    assert "/sites/{site id}/permissions" in found.failed["drive"]
    assert '"application": {"id": "1111"' in found.failed["drive"]
    assert found.lines[-1] == "1 of 7 checks failed: mend the first"


def test_a_role_that_is_missing_is_named(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--drive", closed(contoso), *at(contoso), token=token_of(**FOR_GRAPH, roles=["User.Read.All"]))
    assert (found.status, list(found.failed)) == (3, ["roles", "drive"])
    assert "add the application permission Files.Read.All of Microsoft Graph" in found.failed["roles"]
    assert found.failed["drive"].endswith("See roles.")


def test_what_opens_is_enough_whatever_it_is_called(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--drive", contoso.source, *at(contoso), token=token_of(**FOR_GRAPH, roles=["Files.New.All"]))
    assert (found.status, found.failed) == (0, {})


def test_a_token_that_has_expired_says_so(doctor: Doctor, contoso: Contoso) -> None:
    token = token_of(**FOR_GRAPH | {"exp": NOW - 60}, roles=["Files.Read.All"])
    doctor("--drive", contoso.source, *at(contoso), token=token)
    contoso.emulator.revoke()
    found = doctor("--drive", contoso.source, *at(contoso), token=token)
    assert (found.status, list(found.failed)) == (3, ["drive"])
    assert found.failed["drive"].endswith("The token has expired: get another one.")


def test_msal_signs_in_and_a_wrong_secret_is_told(doctor: Doctor, contoso: Contoso) -> None:
    emulator = contoso.emulator
    sign_in = ["--tenant-id", "contoso.com", "--client-id", "app", "--authority", emulator.https_url]
    where = ["--base-url", f"{emulator.https_url}/v1.0", "--ca-file", emulator.ca_file]
    well = doctor("--drive", contoso.source, *sign_in, *where, secret=SECRET)
    assert (well.status, well.failed) == (0, {})
    assert "tenant contoso.com, application app" in well.lines[0]
    ill = doctor("--drive", contoso.source, *sign_in, *where, secret="wr0ng-secret")
    assert (ill.status, list(ill.failed), ill.names[-1]) == (3, ["sign-in"], "sign-in")
    assert "The client secret is wrong (AADSTS7000215)" in ill.failed["sign-in"]
    assert SECRET not in well.everything
    assert "wr0ng-secret" not in ill.everything


def test_a_list_is_read_from_the_site_itself_and_through_graph(doctor: Doctor, team: Team) -> None:
    base = ["--base-url", f"{team.emulator.url}/v1.0"]
    named = ["--site-url", team.open_site, "--list", "Ann's tasks"]
    for protocol in ("sharepoint", "graph"):
        options = [*named, "--list-protocol", protocol, *(base if protocol == "graph" else [])]
        found = doctor(*options, token=token_of(**FOR_GRAPH, roles=["Sites.Read.All"]))
        assert (found.status, found.names) == (0, [*CHECKS, "list"]), found.everything
        assert found.lines[-2].endswith(f"{team.tasks.id}: delta gives a page of 3 items")


def test_a_site_that_was_not_granted_names_the_site_in_the_call(doctor: Doctor, team: Team) -> None:
    team.emulator.site.denied = True
    named = ["--site-url", team.open_site, "--list", "Ann's tasks"]
    found = doctor(*named, token=token_of(**FOR_GRAPH, roles=["Sites.Selected"]))
    assert (found.status, list(found.failed)) == (3, ["list"])
    assert "/sites/127.0.0.1:/sites/team:/permissions" in found.failed["list"]


def test_a_secret_is_no_way_into_sharepoint(doctor: Doctor, team: Team) -> None:
    sign_in = ["--tenant-id", "contoso.com", "--client-id", "app", "--ca-file", team.emulator.ca_file]
    found = doctor("--site-url", team.site, "--list", "Ann's tasks", *sign_in, secret=SECRET)
    assert (found.status, list(found.failed)) == (3, ["set-up"])
    assert "Sign in with a certificate" in found.failed["set-up"]


def test_a_drive_and_a_list_are_two_visits_and_one_says_nothing_of_the_other(doctor: Doctor, team: Team) -> None:
    named = ["--drive", "drives/b!none", "--site-url", team.open_site, "--list", "Ann's tasks"]
    base = ["--base-url", f"{team.emulator.url}/v1.0"]
    found = doctor(*named, *base, token=token_of(**FOR_GRAPH, roles=["Sites.Read.All"]))
    assert (found.status, found.names) == (3, [*CHECKS, "drive", *CHECKS, "list"])
    assert "404 (itemNotFound)" in found.failed["drive"]
    assert list(found.failed) == ["drive"]


def test_a_clock_that_is_off_is_found_before_anything_is_signed(doctor: Doctor, contoso: Contoso) -> None:
    contoso.emulator.clock.advance(timedelta(hours=1))
    found = doctor(*at(contoso), token=OPAQUE)
    assert (found.status, list(found.failed)) == (3, ["clock"])
    assert "behind the service" in found.failed["clock"]
    assert "NTP" in found.failed["clock"]


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("http://127.0.0.1:9/v1.0", 75, "could not be reached"),
        ("https://no-such-host.invalid/v1.0", 75, "The name is not known here"),
        ("http://graph.microsoft.com/v1.0", 3, "Plain http"),
    ],
)
def test_a_host_that_is_not_there_is_told_apart_from_a_sign_in(
    doctor: Doctor, address: str, status: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    found = doctor("--base-url", address, "--drive", "me", token=OPAQUE)
    assert found.status == status
    assert told in next(iter(found.failed.values()))
    assert "drive" not in found.names


def test_a_ca_that_is_not_trusted_is_told(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--base-url", f"{contoso.emulator.https_url}/v1.0", token=OPAQUE)
    assert (found.status, list(found.failed)) == (3, ["host"])
    assert "TLS certificate is not trusted" in found.failed["host"]


def test_a_proxy_that_does_not_work_is_named_without_its_password(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pr0xy-secret@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    found = doctor("--base-url", "https://graph.microsoft.com/v1.0", token=OPAQUE)
    assert found.status == 75
    assert "The proxy 127.0.0.1:9 could not be used" in found.failed["host"]
    assert "pr0xy-secret" not in found.everything


def test_a_page_in_between_is_no_service(doctor: Doctor) -> None:
    with GraphService() as service:
        service.always(Reply(302, b"", {"Location": "http://login.example/"}))
        found = doctor("--base-url", f"{service.host}/v1.0", token=OPAQUE)
    assert found.status == 4
    assert "Something in between answers" in found.failed["host"]


def test_as_json_it_is_one_object(doctor: Doctor, contoso: Contoso) -> None:
    found = doctor("--drive", closed(contoso), *at(contoso), "--json", token=token_of(**FOR_GRAPH, roles=[]))
    told = json.loads(found.everything)
    assert (told["ok"], told["exit_status"]) == (False, 3)
    assert [check["name"] for check in told["checks"]] == [*CHECKS, "drive"]
    assert told["checks"][5].keys() == {"name", "ok", "text", "then", "exit_status"}


def test_a_connection_of_airflows_will_do(
    doctor: Doctor, contoso: Contoso, airflow_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"conn_type": "drivedelta", **contoso.signing_in()}
    monkeypatch.setenv("AIRFLOW_CONN_M365", json.dumps(fields))
    found = doctor("--conn-id", "m365", "--drive", contoso.source)
    assert (found.status, found.failed) == (0, {}), found.everything
    assert "connection 'm365'" in found.lines[0]
    assert SECRET not in found.everything
    lost = doctor("--conn-id", "nowhere", "--drive", contoso.source)
    assert (lost.status, list(lost.failed)) == (3, ["set-up"])
    assert "There is no such Connection" in lost.failed["set-up"]


def test_a_list_needs_its_site(doctor: Doctor) -> None:
    with pytest.raises(SystemExit) as left:
        doctor("--list", "Tasks")
    assert left.value.code == 2
