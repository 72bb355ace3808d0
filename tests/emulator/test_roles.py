"""Tokens that say which roles their app has, and a service that goes by them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, Grant
from airflow_provider_drivedelta.emulator.entra.roles import RoleGate

GRAPH = "https://graph.microsoft.com"
DRIVE, LIST, SITE = "/v1.0/drives/d/root/delta", "/beta/sites/s/lists/l/items/delta", "/sites/team/_api/web"


@pytest.fixture
def bearers() -> Bearers:
    return Bearers(Clock(), open_schemes=frozenset())


@pytest.fixture
def gate(bearers: Bearers) -> TestClient:
    """A service that answers everything, behind the gate."""

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("yes")

    return TestClient(RoleGate(Starlette(routes=[Route("/{rest:path}", answer)]), bearers))


def issued(bearers: Bearers, *roles: str, certified: bool = True) -> str:
    grant = Grant(GRAPH, certified, app="app", tenant="contoso", roles=roles)
    return bearers.issue(timedelta(hours=1), grant)


def test_a_token_says_whose_it_is_and_is_taken(bearers: Bearers) -> None:
    token = issued(bearers, "Files.Read.All", certified=False)
    part = token.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (told["aud"], told["appid"], told["tid"], told["roles"]) == (GRAPH, "app", "contoso", ["Files.Read.All"])
    assert (told["appidacr"], told["exp"] - told["iat"]) == ("1", 3600)
    assert bearers.accepts(token, "https")
    assert issued(bearers) != issued(bearers)


@pytest.mark.parametrize(
    ("roles", "open_to"),
    [
        ((), []),
        (("User.Read.All",), []),
        (("Files.Read.All",), [DRIVE]),
        (("Sites.Read.All",), [DRIVE, LIST, SITE]),
        (("Sites.Selected",), [DRIVE, LIST, SITE]),
        (("Lists.SelectedOperations.Selected",), [DRIVE, LIST]),
    ],
)
def test_each_address_asks_for_its_roles(
    bearers: Bearers, gate: TestClient, roles: tuple[str, ...], open_to: list[str]
) -> None:
    headers = {"Authorization": f"Bearer {issued(bearers, *roles)}"}
    found = {path: gate.get(path, headers=headers).status_code for path in (DRIVE, LIST, SITE)}
    assert found == {path: 200 if path in open_to else 403 for path in found}


def test_of_tokens_without_roles_nothing_is_asked(bearers: Bearers, gate: TestClient) -> None:
    token = bearers.issue(timedelta(hours=1), Grant(GRAPH, certified=True))
    assert "." not in token
    assert gate.get(DRIVE, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert gate.get(DRIVE, headers={"Authorization": "Bearer somebody-elses"}).status_code == 200
    assert gate.get(DRIVE).status_code == 200
