"""A person's sign-in: each use brings the next refresh token, and it is never lost between two tasks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from airflow_provider_drivedelta.core.auth import RefreshToken
from airflow_provider_drivedelta.core.auth.refresh_token import KeptHere
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.emulator import ClientRules
from tests.core.auth.conftest import TENANT, Enter, Tenant

STRICT: dict[str, object] = {"refresh_tokens": frozenset({"r0"}), "one_use": True}


@dataclass
class Store:
    """The latest refresh token, and what happens while somebody waits for another."""

    latest: str = "r0"
    saved: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Iterator[str] = field(default_factory=lambda: iter(()))
    waits: list[float] = field(default_factory=list)

    def load(self) -> str:
        return self.latest

    def save(self, fresh: str, *, replaces: str) -> None:
        self.saved.append((replaces, fresh))
        self.latest = fresh

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.latest = next(self.meanwhile, self.latest)

    def credential(self, secret: str | None = None) -> RefreshToken:
        return RefreshToken(TENANT, "app", self, secret, sleep=self.sleep)


@pytest.fixture
def store() -> Store:
    return Store()


def test_it_signs_in_and_its_successor_is_kept(tenant: Enter, store: Store) -> None:
    contoso = tenant(**STRICT)
    assert contoso.reads(store.credential()) == 200
    assert [replaced for replaced, _ in store.saved] == ["r0"]
    assert contoso.reads(store.credential()) == 200
    assert store.saved[1][0] == store.saved[0][1]


def test_one_exchange_lasts_as_long_as_its_access_token(tenant: Enter, store: Store) -> None:
    contoso = tenant(**STRICT)
    auth = contoso.auth(store.credential())
    assert auth.token() == auth.token()
    assert contoso.sign_ins == 1


def test_a_token_about_to_end_is_replaced_before_it_does(tenant: Enter, store: Store) -> None:
    auth = tenant(**STRICT, expires_in=299).auth(store.credential())
    assert auth.token() != auth.token()
    assert len(store.saved) == 2


def test_a_confidential_application_adds_its_secret(tenant: Enter, store: Store) -> None:
    contoso = tenant(ClientRules(secrets=frozenset({"s3cret"}), public=False), **STRICT)
    assert contoso.reads(store.credential("s3cret")) == 200
    with pytest.raises(FixSetup, match=r"client secret or certificate is missing.*AADSTS7000218"):
        contoso.reads(store.credential())
    with pytest.raises(FixSetup, match="client secret is wrong"):
        contoso.reads(store.credential("wrong"))


def test_two_tasks_that_use_the_same_token_at_once_both_sign_in(tenant: Enter, store: Store) -> None:
    """The slower one is refused, and finds what the quicker one got, once that is saved."""
    contoso = tenant(**STRICT)
    quicker = Store()
    assert contoso.reads(quicker.credential()) == 200
    store.meanwhile = iter(["r0", quicker.latest])
    assert contoso.reads(store.credential()) == 200
    assert store.waits == [0.0, 1.0]
    assert [replaced for replaced, _ in store.saved] == [quicker.latest]


def test_a_dead_token_is_waited_for_seconds_only_and_says_what_to_do(tenant: Enter, store: Store) -> None:
    store.latest = "gone"
    contoso = tenant(**STRICT)
    with pytest.raises(FixSetup, match=r"refresh token.*drivedelta sign-in"):
        contoso.reads(store.credential())
    assert sum(store.waits) < 5
    assert contoso.sign_ins == 1


def test_any_other_refusal_is_not_waited_out(tenant: Enter, store: Store) -> None:
    contoso: Tenant = tenant()
    with pytest.raises(FixSetup, match="unknown in this tenant"):
        contoso.reads(RefreshToken(TENANT, "nobody", store, sleep=store.sleep))
    assert store.waits == []


def test_what_is_only_looked_at_is_kept_for_the_process(tenant: Enter) -> None:
    contoso, kept = tenant(**STRICT), KeptHere("r0")
    assert [contoso.reads(RefreshToken(TENANT, "app", kept)) for _ in range(2)] == [200, 200]


def test_it_does_not_show_itself(store: Store) -> None:
    """H5."""
    assert "r0" not in repr(store.credential("s3cret"))
    assert "s3cret" not in repr(store.credential("s3cret"))


def test_nothing_secret_is_logged(tenant: Enter, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """H5. By nobody, MSAL included, however much is logged."""
    caplog.set_level(logging.DEBUG)
    contoso = tenant(**STRICT)
    store.latest = "r0"
    auth = contoso.auth(store.credential())
    secrets = [auth.token(), store.latest]
    with pytest.raises(FixSetup) as caught:
        contoso.reads(RefreshToken(TENANT, "app", KeptHere("n0-such-token")))
    shown = caplog.text + str(caught.value)
    assert [secret for secret in (*secrets, "n0-such-token") if secret in shown] == []
    assert "msal" in caplog.text
