"""A person signs in at another screen while we wait: accepted, declined, forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from airflow_provider_drivedelta.core.auth import RefreshToken
from airflow_provider_drivedelta.core.auth.credential import SignInPlace
from airflow_provider_drivedelta.core.auth.device_code import DeviceCode, DeviceSignIn
from airflow_provider_drivedelta.core.auth.refresh_token import KeptHere
from airflow_provider_drivedelta.core.auth.sign_in_http import SignInHttp
from airflow_provider_drivedelta.core.errors import FixSetup
from tests.core.auth.conftest import TENANT, Enter, Tenant

SCOPE = "https://graph.microsoft.com/.default"


@dataclass
class Person:
    """Somebody who is shown a code, and the time that passes until something is done with it."""

    tenant: Tenant
    does: Callable[[Person], None]
    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    shown: list[DeviceCode] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        self.tenant.emulator.clock.advance(timedelta(seconds=seconds))
        self.does(self)

    def answers(self, *, accepted: bool) -> None:
        self.tenant.emulator.approve(self.shown[0].code, accepted=accepted)

    def signs_in(self, *, client_id: str = "app", patience: float = 900) -> str:
        asked = DeviceSignIn(
            tenant_id=TENANT,
            client_id=client_id,
            scope=SCOPE,
            show=self.shown.append,
            patience=patience,
            sleep=self.sleep,
            clock=lambda: self.now,
        )
        with _place(self.tenant) as place:
            return asked.refresh_token(place)


@contextmanager
def _place(tenant: Tenant) -> Iterator[SignInPlace]:
    with SignInHttp(verify=tenant.emulator.ca_file) as http:
        authority = tenant.emulator.https_url
        yield SignInPlace(authority=authority, instance_discovery=False, http=http, direct_http=http)


def accepts(person: Person) -> None:
    if len(person.waits) == 3:
        person.answers(accepted=True)


def declines(person: Person) -> None:
    person.answers(accepted=False)


def forgets(person: Person) -> None:
    pass


# MSAL's own clock, which is the real one, finds the questions too quick.
pytestmark = pytest.mark.filterwarnings("ignore:Attempted too soon")


def test_the_code_is_shown_and_asked_about_until_it_is_typed_in(tenant: Enter) -> None:
    contoso = tenant()
    person = Person(contoso, accepts)
    token = person.signs_in()
    (code,) = person.shown
    assert (code.address, code.seconds) == (f"{contoso.emulator.https_url}/devicelogin", 900)
    assert person.waits == [5, 5, 5]
    assert contoso.reads(RefreshToken(TENANT, "app", KeptHere(token))) == 200


def test_a_service_that_wants_fewer_questions_gets_fewer(tenant: Enter) -> None:
    contoso = tenant(device_interval=0)
    person = Person(contoso, accepts)
    contoso.emulator.faults(
        [{"match": {"path": "/token", "times": 1}, "reply": {"status": 400, "body": {"error": "slow_down"}}}]
    )
    person.signs_in()
    assert person.waits == [1, 5, 5]


@pytest.mark.parametrize(
    ("does", "patience", "says"),
    [
        (declines, 900, "declined.*accept"),
        (forgets, 60, "Nobody signed in with the code in time"),
        (forgets, 10_000, "Nobody signed in with the code in time"),
    ],
    ids=["declined", "patience ends", "the code ends"],
)
def test_without_the_person_it_ends_in_time(
    tenant: Enter, does: Callable[[Person], None], patience: float, says: str
) -> None:
    person = Person(tenant(), does)
    with pytest.raises(FixSetup, match=says):
        person.signs_in(patience=patience)
    assert person.now <= min(patience, 900) + 5


def test_an_application_that_is_not_known_is_said_to_be_none(tenant: Enter) -> None:
    with pytest.raises(FixSetup, match="unknown in this tenant"):
        Person(tenant(), forgets).signs_in(client_id="nobody")


def test_what_is_shown_cannot_move_the_cursor(tenant: Enter) -> None:
    contoso = tenant()
    answer = {"user_code": "A\x1b[2J", "device_code": "d", "verification_uri": "https://x/\r\n", "expires_in": 900}
    contoso.emulator.faults([{"match": {"path": "/devicecode"}, "reply": {"status": 200, "body": answer}}])
    person = Person(contoso, forgets)
    with pytest.raises(FixSetup):
        person.signs_in()
    assert (person.shown[0].code, person.shown[0].address) == ("A[2J", "https://x/")
