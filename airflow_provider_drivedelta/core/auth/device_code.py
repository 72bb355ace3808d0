"""Sign-in of a person at another screen: a code is shown, typed in there, and waited for here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from airflow_provider_drivedelta.core.auth.credential import Granted, SignInPlace
from airflow_provider_drivedelta.core.auth.faults import in_our_words
from airflow_provider_drivedelta.core.auth.refresh_token import public_client
from airflow_provider_drivedelta.core.auth.refusals import explain
from airflow_provider_drivedelta.core.errors import FixSetup

_WAITING = ("authorization_pending", "slow_down")
_DECLINED = ("authorization_declined", "access_denied")
_SLOWEST = 60.0  # seconds between two questions, whatever the service asks for


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the person is shown: type `code` in at `address`, within so many seconds."""

    code: str
    address: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSignIn:
    """One sign-in by device code.

    :param patience: seconds to wait for the person at most, however long the code is good.
    """

    tenant_id: str
    client_id: str
    scope: str
    show: Callable[[DeviceCode], None]
    patience: float = 900.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @property
    def who(self) -> str:
        return f"tenant {self.tenant_id}, client {self.client_id}"

    def refresh_token(self, place: SignInPlace) -> str:
        """What the person's sign-in is kept as.

        :raises FixSetup: nobody signed in in time, it was declined, or the application may not ask so.
        """
        app = public_client(place, self.tenant_id, self.client_id)
        with in_our_words(place.of_tenant(self.tenant_id)):
            flow = app.initiate_device_flow([self.scope])
            code = self._shown(flow)
            granted = self._awaited(lambda: app.acquire_token_by_device_flow(flow, exit_condition=_once), flow, code)
        token = granted.get("refresh_token")
        if not isinstance(token, str) or not token:
            what = "Signed in, but no refresh token was given"
            raise FixSetup(what, where=self.who, then="Let the application ask for offline_access in Entra.")
        return token

    def _shown(self, flow: Granted) -> DeviceCode:
        if "user_code" not in flow or "device_code" not in flow:
            raise explain(flow, self.who)
        address = flow.get("verification_uri", flow.get("verification_url", ""))
        code = DeviceCode(_plain(flow["user_code"]), _plain(address), _number(flow.get("expires_in"), self.patience))
        self.show(code)
        return code

    def _awaited(self, ask: Callable[[], Granted], flow: Granted, code: DeviceCode) -> Granted:
        deadline = self.clock() + min(code.seconds, self.patience)
        while True:
            # MSAL lengthens the flow's interval when it is told to slow down.
            self.sleep(max(1.0, min(_number(flow.get("interval"), 5.0), _SLOWEST)))
            granted = ask()
            if "access_token" in granted:
                return granted
            if granted.get("error") in _DECLINED:
                raise FixSetup("The sign-in was declined", where=self.who, then="Start it again, and accept.")
            if granted.get("error") not in (*_WAITING, "expired_token", "code_expired"):
                raise explain(granted, self.who)
            if granted.get("error") not in _WAITING or self.clock() >= deadline:
                then = "Start it again; the code is good for some minutes."
                raise FixSetup("Nobody signed in with the code in time", where=self.who, then=then)


def _once(flow: Granted) -> bool:
    """Ends MSAL's own waiting after one question: ours can be interrupted and bounded."""
    return True


def _plain(text: object) -> str:
    """For a terminal: nothing that could move its cursor."""
    return "".join(sign for sign in str(text)[:200] if sign.isprintable())


def _number(given: object, otherwise: float) -> float:
    return float(given) if isinstance(given, int | float) else otherwise
