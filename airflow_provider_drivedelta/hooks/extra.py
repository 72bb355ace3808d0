"""A connection's extra: JSON that people write by hand, read with patience and refused with a name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.form import label

_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


@dataclass(frozen=True, slots=True)
class Extra:
    """The keys of one connection's extra. Its values may be secrets: they are never in a message."""

    values: JsonObject
    where: str

    def __repr__(self) -> str:
        return f"Extra({sorted(self.values)})"

    @classmethod
    def parse(cls, text: str | None, where: str) -> Extra:
        """:raises FixSetup: it is not a JSON object."""
        try:
            values = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise FixSetup("The connection's extra is no JSON object", where=where, then="Mend it in the form.")
        return cls(values, where)

    def text(self, key: str) -> str:
        """The text under `key`, empty when there is none."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):  # `verify` is a flag or a path
            return ""
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value.strip()

    def texts(self, key: str) -> list[str]:
        """A list of texts, or one text with commas."""
        value = self.values.get(key)
        parts = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise self._wrong(key, "a text")
        return [part.strip() for part in parts if part.strip()]

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.values.get(key)
        if value is None or value == "":
            return default
        word = str(value).strip().lower()
        if word not in _YES + _NO:
            raise self._wrong(key, "true or false")
        return word in _YES

    def proxies(self) -> dict[str, str]:
        """`{"https": "http://proxy:3128"}`, as JSON or as JSON inside a text, as forms store it."""
        found = _unpacked(self.values.get("proxies"))
        if not isinstance(found, Mapping) or not all(isinstance(url, str) for url in found.values()):
            raise self._wrong("proxies", 'JSON such as {"https": "http://proxy:3128"}')
        return {kind: str(url) for kind, url in found.items()}

    def _wrong(self, key: str, expected: str) -> FixSetup:
        return FixSetup(f"{label(key)} is not {expected}", where=self.where, then="Mend it in the connection.")


def _unpacked(value: Json) -> Json:
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        found: Json = json.loads(value) if value.strip() else {}
    except (ValueError, RecursionError):
        return None
    return found
