"""How long changes are kept, as people say it."""

from __future__ import annotations

import re
from datetime import timedelta

from airflow_provider_drivedelta.core.errors import FixSetup

_SAID = re.compile(r"(\d{1,6})([hdw])|P(\d{1,6})([DW])|PT(\d{1,6})(H)", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_keep(text: str) -> timedelta:
    """A time such as `12h`, `90d` or `52w`, or in ISO 8601 `PT12H`, `P90D`, `P52W`.

    :raises FixSetup: it is none of these, or no time at all, or longer than anything was kept yet.
    """
    found = _SAID.fullmatch(text.strip())
    number, unit = (part for part in found.groups() if part) if found else ("0", "d")
    kept = int(number) * _UNITS[unit.lower()]
    if not timedelta(0) < kept <= timedelta(weeks=52_000):
        raise FixSetup(f"{text!r} is no time to keep changes for", then="Say it like 12h, 90d or 52w.")
    return kept
