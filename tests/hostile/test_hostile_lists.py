"""Lists whose service does all that a service should not: each run ends well or says why, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hostile.lists import HostileList
from tests.hostile.play import SOAK, never_met, play


@pytest.mark.timeout(0 if SOAK else 300)
@pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
def test_once_the_faults_are_over_the_lake_is_the_list(
    protocol: str, record_property: Callable[[str, object], None]
) -> None:
    """A3, A4, A7, A8, A13, A14, B8, E4, F1, F2, F3, F4, F5."""
    tally = play(lambda random: HostileList(protocol, random), f"list over {protocol}")
    record_property("counted", str(tally))
    assert not never_met(tally)
