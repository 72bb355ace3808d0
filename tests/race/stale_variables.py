"""Airflow's Variables at their worst: the last write wins, whoever makes it, and what is read may be of yesterday."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from random import Random

_KEPT = 3
_STALE = 4  # one read in so many


class StaleVariables:
    """One Variable, shared by processes, as a folder of its values.

    A read may give what was there a few writes ago, as a replica does. What this process wrote itself it sees at
    once, unless others wrote since: so a database behaves that keeps a session to one replica.
    """

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder, self._random = folder, random
        self._own = ""
        folder.mkdir(exist_ok=True)

    def get(self, key: str) -> str | None:
        values = self._values()
        while values:
            at_least = max((n for n, name in enumerate(values) if name == self._own), default=0)
            is_stale = not self._random.randrange(_STALE)
            chosen = self._random.randrange(at_least, len(values)) if is_stale else len(values) - 1
            try:
                return (self._folder / values[chosen]).read_text()
            except FileNotFoundError:  # somebody wrote, and the oldest was let go
                values = self._values()
        return None

    def set(self, key: str, text: str, description: str) -> None:
        draft = self._folder / f".{secrets.token_hex(4)}"
        draft.write_text(text)
        while True:
            values = self._values()
            number = int(values[-1].split("-")[0]) + 1 if values else 1
            self._own = f"{number:08d}"
            try:
                os.link(draft, self._folder / self._own)
                break
            except FileExistsError:
                continue
        draft.unlink()
        for name in self._values()[:-_KEPT]:
            (self._folder / name).unlink(missing_ok=True)

    def _values(self) -> list[str]:
        return sorted(name for name in os.listdir(self._folder) if not name.startswith("."))
