"""How long to keep is said in few ways; anything else is refused before anything is removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.keep import parse_keep


@pytest.mark.parametrize(
    ("text", "hours"),
    [("90d", 2160), ("12h", 12), ("52w", 8736), (" 1d ", 24), ("P90D", 2160), ("PT12H", 12), ("P2W", 336)],
)
def test_it_is_hours_days_or_weeks(text: str, hours: int) -> None:
    assert parse_keep(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0d",
        "-1d",
        "90",
        "d",
        "1.5d",
        "90D",
        "9 d",
        "1y",
        "1m",
        "P1M",
        "PT5D",
        "P0D",
        "٣d",
        "1d2h",
        "9" * 40 + "w",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FixSetup, match="no time to keep"):
        parse_keep(text)
