"""The latest refresh token of a Connection, kept in a Variable, since tasks cannot write Connections."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_drivedelta.core.auth.kept_token import KeptToken, fingerprint, parse_kept
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.variables import AirflowVariables, Variables

PREFIX = "drivedelta_refresh_token__"
"""Airflow hides the whole of a Variable with such a name, in the UI, in answers of its API and in logs."""

DESCRIPTION = "The sign-in of DriveDelta for this Connection. Deleting it goes back to the Connection's refresh token."

_TRIES = 3  # a slower task may write over ours in between, once or twice; what hides the Variable does so each time


class VariableRefreshTokens:
    """Keeps what follows the Connection's refresh token in `drivedelta_refresh_token__<connection id>`.

    A record that descends from another refresh token than the Connection's is over: somebody signed in afresh.

    :param hide: told each token before anything else is done with it.
    :param saves: False only looks, as the connection test must: the API server may not write Variables.
    """

    def __init__(
        self,
        conn_id: str,
        seed: str,
        *,
        variables: Variables | None = None,
        hide: Callable[[str], None] = lambda token: None,
        saves: bool = True,
    ) -> None:
        self._key, self._first = PREFIX + conn_id, KeptToken.first(seed)
        self._variables, self._hide, self._saves = variables or AirflowVariables(), hide, saves

    def load(self) -> str:
        token = self._record().refresh_token
        self._hide(token)
        return token

    def save(self, fresh: str, *, replaces: str) -> None:
        """:raises FixSetup: what was saved cannot be read back; nothing is lost if it is mended soon."""
        self._hide(fresh)
        if not self._saves:
            return
        before = self._record()
        if before.refresh_token != replaces:
            return  # another task was quicker with the same one; its successor is as good as ours
        ours = before.followed_by(fresh)
        for _ in range(_TRIES):
            self._variables.set(self._key, ours.to_json(), DESCRIPTION)
            if self._record().rev >= ours.rev:
                return
        raise self._hidden()

    def _record(self) -> KeptToken:
        text = self._variables.get(self._key)
        if text is None:
            return self._first
        then = "Delete the Variable; if the sign-in is then refused, sign in once more with `drivedelta sign-in`."
        found = parse_kept(text, f"Variable {self._key}", then=then)
        return found if found.seed == fingerprint(self._first.refresh_token) else self._first

    def _hidden(self) -> FixSetup:
        return FixSetup(
            "The new refresh token was saved, but another is read back",
            where=f"Variable {self._key}",
            then=f"A secrets backend or the environment variable AIRFLOW_VAR_{self._key.upper()} hides it: remove it "
            "there.",
        )
