"""`drivedelta list …`: what is printed where, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import Emulator
from tests.wide_tenant import TEAM, WideTenant, wide_tenant

Console = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tenant() -> WideTenant:
    return wide_tenant()


@pytest.fixture
def emulator(tenant: WideTenant) -> Iterator[Emulator]:
    with tenant.serve() as emulator:
        yield emulator


@pytest.fixture
def console(emulator: Emulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Console:
    """Exit status, stdout, stderr of `drivedelta list`."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["list", *words, "--base-url", emulator.url])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_sites_are_a_table_and_what_is_left_out_is_told_beside_it(console: Console, emulator: Emulator) -> None:
    status, out, err = console("sites", "--exclude", "*{{*")
    assert status == 0
    assert out.splitlines() == [
        f"Contoso  {emulator.url}",
        f"New      {emulator.url}/sites/new",
        f"Team     {emulator.url}/sites/team",
    ]
    assert err == "3 found; left out: personal sites (1), sites by pattern (1)\n"


def test_a_name_cannot_break_the_table(console: Console) -> None:
    assert len(console("sites")[1].splitlines()) == 4


def test_the_search_index_is_asked_if_so_told(console: Console) -> None:
    assert [line.split()[0] for line in console("sites", "--search", "--exclude", "*{{*")[1].splitlines()] == [
        "Contoso",
        "Plans",
        "Team",
    ]


def test_drives_are_told_as_pull_takes_them(console: Console, tenant: WideTenant) -> None:
    _, out, _ = console("drives", "--subsites", "--include-sites", "Plans", "--include-sites", "Team")
    assert [line.split()[-1] for line in out.splitlines()] == [tenant.source("Plans"), tenant.source("Documents")]


def test_whose_drives_follows_from_who_is_named(console: Console, tenant: WideTenant, emulator: Emulator) -> None:
    named = ["--user", "ada@contoso.com", "--site", f"{emulator.url}{TEAM}"]
    assert [line.split()[-1] for line in console("drives", *named)[1].splitlines()] == [
        tenant.source("OneDrive"),
        tenant.source("Documents"),
    ]
    status, out, err = console("drives", *named, "--of", "sites")
    assert (status, out) == (3, "")
    assert "users are named, but only drives of sites are asked for" in err


def test_a_program_gets_one_object_a_line(console: Console, tenant: WideTenant, emulator: Emulator) -> None:
    drive, *_ = [json.loads(line) for line in console("drives", "--json", "--of", "users")[1].splitlines()]
    assert {name: drive[name] for name in ("source", "name", "drive_type")} == {
        "source": tenant.source("OneDrive"),
        "name": "Ada / OneDrive",
        "drive_type": "business",
    }
    user, *_ = [json.loads(line) for line in console("users", "--json")[1].splitlines()]
    assert (user["name"], user["login"], user["licensed"]) == ("Ada", "ada@contoso.com", True)
    for protocol in ("graph", "sharepoint"):
        site = ["--site", f"{emulator.url}{TEAM}", "--protocol", protocol]
        (found,) = [json.loads(line) for line in console("lists", "--json", *site)[1].splitlines()]
        assert (found["site"], found["list"]) == (f"{emulator.url}{TEAM}", tenant.sites[TEAM].list("Tasks").id)


def test_lists_of_the_tenant_may_be_asked_of_each_site_itself(console: Console, emulator: Emulator) -> None:
    status, out, _ = console("lists", "--protocol", "sharepoint")
    assert (status, len(out.splitlines())) == (0, 4)
    assert sum("/_api/web/lists" in request.path for request in emulator.requests) == 4


def test_who_is_refused_is_told_and_stops_nobody_unless_it_is_strict(console: Console, emulator: Emulator) -> None:
    named = ["--site", f"{emulator.url}/sites/none", "--site", f"{emulator.url}{TEAM}"]
    status, out, err = console("sites", *named)
    assert (status, out) == (0, f"Team  {emulator.url}{TEAM}\n")
    assert err.startswith(f"not looked at: {emulator.url}/sites/none: The service knows no such site")
    assert console("sites", "--strict", *named)[0] == 3
    assert console("sites", *named[:2])[:2] == (3, "")


def test_a_tenant_that_may_not_be_listed_ends_with_status_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    with wide_tenant(granted=[TEAM]).serve() as emulator:
        assert main(["list", "drives", "--base-url", emulator.url]) == 3
        assert main(["list", "drives", "--base-url", emulator.url, "--site", f"{emulator.url}{TEAM}"]) == 0
    assert "name them by their addresses" in capsys.readouterr().err
