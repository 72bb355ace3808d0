"""The hook finds what there is with the Connection it has."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from tests.conftest import Contoso
from tests.team_site import serve_team
from tests.wide_tenant import TEAM, wide_tenant

Connect = Callable[..., DriveDeltaHook]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, airflow_home: object) -> Connect:
    def connected(**fields: object) -> DriveDeltaHook:
        monkeypatch.setenv("AIRFLOW_CONN_M365", json.dumps({"conn_type": "drivedelta"} | fields))
        return DriveDeltaHook("m365")

    return connected


def test_sites_users_drives_and_lists_are_found(connect: Connect) -> None:
    tenant = wide_tenant()
    with tenant.serve() as emulator:
        hook = connect(**Contoso(emulator).with_token())
        sites = hook.discover_sites(include=["Team", "Plans"], subsites=True).found
        assert [site.name for site in sites] == ["Plans", "Team"]
        assert [user.name for user in hook.discover_users(exclude=["bob*"]).found] == ["Ada"]
        drives = hook.discover_drives(["sites", "users"], include_sites=["Team"], exclude=["*/ One*"]).found
        assert [drive.source()["source"] for drive in drives] == [tenant.source("Documents")]
        assert hook.discover_drives(["users"], users=["ada@contoso.com"]).found[0].id == tenant.drives["OneDrive"].id
        for protocol in ("graph", "sharepoint"):
            lists = hook.discover_lists([f"{emulator.url}{TEAM}"], protocol=protocol, exclude=["*/ Documents"]).found
            assert [found.id for found in lists] == [tenant.sites[TEAM].list("Tasks").id]


def test_a_site_is_asked_itself_with_the_certificate_it_wants(connect: Connect) -> None:
    with serve_team() as team:
        found = connect(**team.certified()).discover_lists([team.site], protocol="sharepoint").found
        assert [(each.site, each.id) for each in found] == [(team.site, team.tasks.id)]
        refused = connect(**team.with_secret()).discover_lists([team.site], protocol="sharepoint").refused
        assert "takes no client secret" in str(refused[0].error)


def test_a_site_on_a_host_of_somebody_elses_gets_no_token(connect: Connect) -> None:
    with serve_team() as team:
        refused = connect(**team.certified()).discover_lists(["https://contoso.example/sites/a"], protocol="sharepoint")
        assert "404" in str(refused.refused[0].error)  # Graph knows none of that host, so nobody was asked there
        hook = connect(**team.certified() | {"host": f"{team.site}/_api/v2.0"})
        refused = hook.discover_lists(["https://contoso.example/sites/a"], protocol="sharepoint")
        assert "not on a host of the connection" in str(refused.refused[0].error)


def test_a_connection_to_a_site_finds_lists_and_nothing_else(connect: Connect) -> None:
    with serve_team() as team:
        hook = connect(**team.certified() | {"host": f"{team.site}/_api/v2.0"})
        assert [found.id for found in hook.discover_lists([team.site], protocol="sharepoint").found] == [team.tasks.id]
        for ask in (hook.discover_sites, hook.discover_users, hook.discover_drives, hook.discover_lists):
            with pytest.raises(FixSetup, match="Only Microsoft Graph tells"):
                ask()
