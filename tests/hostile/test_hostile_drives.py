"""Drives whose service does all that a service should not: each run ends well or says why, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hostile.drives import HostileDrive
from tests.hostile.play import SOAK, never_met, play
from tests.model.wires import WIRES


@pytest.mark.timeout(0 if SOAK else 300)
@pytest.mark.parametrize("protocol", WIRES)
def test_once_the_faults_are_over_the_lake_is_the_drive(
    protocol: str, record_property: Callable[[str, object], None]
) -> None:
    """A3, A4, A6, A7, A8, B1, B2, B3, E4, F1, F2, F3, F4, F5."""
    tally = play(lambda random: HostileDrive(protocol, random), protocol)
    record_property("counted", str(tally))
    assert not never_met(tally)
