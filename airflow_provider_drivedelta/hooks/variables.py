"""Tokens kept in Airflow Variables, one a feed, so that a person can see where each feed stopped."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.tokens import SavedToken, parse_record

PREFIX = "drivedelta__"
DESCRIPTION = "Where DriveDelta stopped reading this feed. Deleting it is safe: the log beside the data knows it too."

_TRIES = 3  # another run that was slower may write over ours in between, once or twice; what hides it does so each time

_one_line = threading.Lock()

log = logging.getLogger(__name__)


class Variables(Protocol):
    """Airflow's Variables, as far as they are needed; tests bring their own."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, text: str, description: str) -> None: ...


class AirflowVariables:
    """The real ones. Reads go through secrets backends and environment first; writes go to the database alone.

    One call at a time, whoever makes it: a task has one line to its supervisor, and Airflow 3.1, like `dag.test` of
    any version, would give one thread the answer to another's question.
    """

    def get(self, key: str) -> str | None:
        from airflow.providers.common.compat.sdk import Variable

        with _one_line:
            found: str | None = Variable.get(key, default=None)
        return found

    def set(self, key: str, text: str, description: str) -> None:
        from airflow.providers.common.compat.sdk import Variable

        with _one_line:
            Variable.set(key, text, description=description)  # without one, Airflow clears the description


class VariableTokenStore:
    """Keeps a feed's record in the Variable `drivedelta__<feed key>`, as a JSON object.

    The record's `delta_token` is hidden by Airflow's UI and API, which go by the name; the rest stays readable.
    """

    def __init__(self, variables: Variables | None = None) -> None:
        self._variables = variables or AirflowVariables()

    def load(self, feed: str) -> SavedToken | None:
        key = PREFIX + feed
        text = self._variables.get(key)
        return None if text is None else parse_record(text, feed, f"Variable {key}")

    def save(self, record: SavedToken) -> None:
        stored = self._load_if_sound(record.feed)
        if stored and _overtook(stored, record):
            log.debug("Variable %s already holds increment %d; it stays", PREFIX + record.feed, stored.increment)
            return
        for _ in range(_TRIES):
            self._variables.set(PREFIX + record.feed, record.to_json(), DESCRIPTION)
            if self._is_read_back(record):
                return
        raise self._hidden(record)

    def _load_if_sound(self, feed: str) -> SavedToken | None:
        """A spoiled value counts as none here: whoever saves has recovered from it, and may write over it."""
        try:
            return self.load(feed)
        except FixSetup:
            return None

    def _is_read_back(self, record: SavedToken) -> bool:
        found = self._load_if_sound(record.feed)
        return found is not None and found.rev >= record.rev

    def _hidden(self, record: SavedToken) -> FixSetup:
        found, key = self._load_if_sound(record.feed), PREFIX + record.feed
        read = "nothing of ours" if found is None else f"increment {found.increment}, revision {found.rev}"
        return FixSetup(
            f"Increment {record.increment}, revision {record.rev}, was saved, but {read} is read back",
            where=f"Variable {key}",
            then=f"A secrets backend or the environment variable AIRFLOW_VAR_{key.upper()} hides it: remove it "
            "there. No data is lost.",
        )


def _overtook(stored: SavedToken, ours: SavedToken) -> bool:
    """Whether another run saved `stored` after ours had loaded its own.

    A record of a later increment alone does not prove it: after a lake was restored from a backup the Variable
    is ahead of the log, and the run that found this out must bring it back. Its revision counts on from there.
    """
    return stored.increment > ours.increment and stored.rev >= ours.rev
