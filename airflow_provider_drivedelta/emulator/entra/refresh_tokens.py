"""Refresh tokens: each use gives the next one; a used one lives on, as in Entra, or is refused, as elsewhere."""

import secrets
import threading


class RefreshTokens:
    """``known`` are those from before; None takes any that was not issued here and then used up."""

    def __init__(self, known: frozenset[str] | None, *, one_use: bool) -> None:
        self._known, self._one_use = known, one_use
        self._lock = threading.Lock()
        self._issued: set[str] = set()
        self._used: set[str] = set()

    def issue(self) -> str:
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._issued.add(token)
        return token

    def use(self, token: str) -> str:
        """The refusal's name, or nothing."""
        with self._lock:
            if token in self._used:
                return "used_refresh_token"
            if self._known is not None and token not in self._known | self._issued:
                return "bad_refresh_token"
            if self._one_use:
                self._used.add(token)
            return ""
