"""Sign-ins by device code: a short code for a person to type in, and a long one for the program that waits."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.entra.errors import EntraError

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # as Entra's: no word can come of it
_REMEMBERED = 1_000


@dataclass(slots=True)
class _Waiting:
    user_code: str
    client_id: str
    expires: datetime
    next_question: datetime
    answer: bool | None = None


class DeviceCodes:
    def __init__(self, clock: Clock, *, interval: int, expires_in: int) -> None:
        self._clock, self._interval, self._expires_in = clock, timedelta(seconds=interval), expires_in
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}

    def begin(self, client_id: str, address: str) -> dict[str, object]:
        """What the program is told; it shows ``message``, or what is in it."""
        device_code, now = secrets.token_urlsafe(48), self._clock.now()
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        with self._lock:
            expires = now + timedelta(seconds=self._expires_in)
            self._waiting[device_code] = _Waiting(user_code, client_id, expires, now)
            while len(self._waiting) > _REMEMBERED:
                del self._waiting[next(iter(self._waiting))]
        return {
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": address,
            "expires_in": self._expires_in,
            "interval": int(self._interval.total_seconds()),
            "message": f"To sign in, use a web browser to open the page {address} and enter the code {user_code} to "
            "authenticate.",
        }

    def answer(self, user_code: str, *, accepted: bool) -> None:
        """The person typed the code in. Raises ValueError for one that is not waited for."""
        with self._lock:
            for waiting in self._waiting.values():
                if waiting.user_code == user_code:
                    waiting.answer = accepted
                    return
        raise ValueError(f"no sign-in waits for the code {user_code}")

    def redeem(self, device_code: str, client_id: str) -> None:
        """Raises EntraError unless the person has signed in; the code is then used up."""
        with self._lock:
            waiting, now = self._waiting.get(device_code), self._clock.now()
            if waiting is None or waiting.client_id != client_id:
                raise EntraError("bad_device_code", "device_code")
            if now >= waiting.expires:
                raise EntraError("expired_device_code", "device_code")
            early, waiting.next_question = now < waiting.next_question, now + self._interval
            if early:
                waiting.next_question += self._interval
                raise EntraError("slow_down", "")
            if waiting.answer is None:
                raise EntraError("authorization_pending", "")
            del self._waiting[device_code]
            if not waiting.answer:
                raise EntraError("authorization_declined", "")
