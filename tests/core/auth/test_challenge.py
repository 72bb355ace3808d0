"""A 401 is answered once with a fresh token, asked for with what the service demands; then it is an error."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from airflow_provider_drivedelta.core.auth import ClientSecret, MsalAuth
from airflow_provider_drivedelta.core.auth.challenge import claims_of, with_capabilities
from airflow_provider_drivedelta.core.auth.refresh_token import KeptHere, RefreshToken
from airflow_provider_drivedelta.emulator import ClientRules
from airflow_provider_drivedelta.emulator.entra.claims import LATER
from tests.core.auth.conftest import TENANT, Enter, Tenant, bearer

CREDENTIAL = ClientSecret(TENANT, "app", "s3cret")
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def contoso(tenant: Enter) -> Tenant:
    return tenant(ClientRules(secrets=frozenset({"s3cret"})))


def test_a_demand_is_met_with_one_more_sign_in(contoso: Tenant) -> None:
    transport = contoso.transport(contoso.auth(CREDENTIAL))
    assert contoso.asks(transport) == 200
    contoso.emulator.challenge()
    assert [contoso.asks(transport) for _ in range(3)] == [200, 200, 200]
    assert contoso.sign_ins == 2


def test_a_person_meets_it_too(tenant: Enter) -> None:
    contoso = tenant()
    transport = contoso.transport(contoso.auth(RefreshToken(TENANT, "app", KeptHere("r0"))))
    assert contoso.asks(transport) == 200
    contoso.emulator.challenge()
    assert contoso.asks(transport) == 200


def test_a_token_revoked_in_mid_read_is_replaced_once(contoso: Tenant) -> None:
    transport = contoso.transport(contoso.auth(CREDENTIAL))
    assert contoso.asks(transport) == 200
    contoso.emulator.revoke()
    assert contoso.asks(transport) == 200
    assert contoso.sign_ins == 2


def test_a_service_that_stays_at_its_refusal_is_asked_twice_and_no_more(contoso: Tenant) -> None:
    transport = contoso.transport(contoso.auth(CREDENTIAL))
    contoso.emulator.faults([{"match": {"path": "/drives/", "times": 9}, "reply": {"status": 401}}])
    assert contoso.asks(transport) == 401
    assert sum("/drives/" in request.path for request in contoso.emulator.requests) == 2


def test_eight_threads_that_are_refused_the_same_token_renew_it_once(contoso: Tenant) -> None:
    auth = contoso.auth(CREDENTIAL)
    transports = [contoso.transport(auth) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(contoso.asks, transports)) == [200] * 8
        assert contoso.sign_ins == 1
        contoso.emulator.challenge()
        assert list(pool.map(contoso.asks, transports)) == [200] * 8
    assert contoso.sign_ins == 2


def test_a_thread_that_comes_late_finds_the_renewal_done(contoso: Tenant) -> None:
    auth = contoso.auth(CREDENTIAL)
    first = bearer(auth)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(bearer, auth).result() == first
        auth.renew(None)
        renewed = bearer(auth)
        other.submit(auth.renew, None).result()
    assert bearer(auth) == renewed != first


@pytest.mark.parametrize(
    "header",
    [
        f'Bearer realm="", error="insufficient_claims", claims="{encoded(CLAIMS)}"',
        f'Bearer realm="",authorization_uri="https://x/,y", claims="{encoded(CLAIMS).rstrip("=")}"',
        f'BEARER CLAIMS = "{base64.urlsafe_b64encode(CLAIMS.encode()).decode()}"',
    ],
)
def test_claims_are_read_however_they_are_written(header: str) -> None:
    assert claims_of(header) == CLAIMS


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        'Bearer realm=""',
        'Bearer other_claims="e30="',
        'Bearer claims="***"',
        'Bearer claims="e"',
        f'Bearer claims="{encoded("[1]")}"',
        f'Bearer claims="{encoded(chr(0xFF))}x"',
        f'Bearer claims="{encoded(json.dumps({"access_token": []}))}"',
        f'Bearer claims="{encoded("[" * 5000)}"',
        f'Bearer claims="{"A" * 20_000}"',
    ],
)
def test_claims_that_cannot_be_read_are_none(header: str | None) -> None:
    assert claims_of(header) is None


def test_our_capability_is_added_to_what_is_demanded() -> None:
    asked = json.loads(with_capabilities(json.dumps(LATER), ["CP1"]))
    assert asked["access_token"] == {**LATER["access_token"], "xms_cc": {"values": ["CP1"]}}  # type: ignore[dict-item]
    assert json.loads(with_capabilities(None, ["CP1"])) == {"access_token": {"xms_cc": {"values": ["CP1"]}}}


def test_each_new_token_is_hidden_before_it_is_used(contoso: Tenant) -> None:
    """H5."""
    hidden: list[str] = []
    auth: MsalAuth = contoso.auth(CREDENTIAL, hide=hidden.append)
    first = bearer(auth)
    bearer(auth)
    auth.renew(None)
    assert [f"Bearer {token}" for token in hidden] == [first, bearer(auth)]
