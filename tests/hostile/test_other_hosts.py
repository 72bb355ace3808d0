"""A service that leads to another host: nobody there is called, nothing is published, and the next run goes on."""

from __future__ import annotations

from random import Random

import pytest

from tests.hostile.drives import HostileDrive
from tests.hostile.kinds import STRANGER, Rule
from tests.hostile.lists import HostileList
from tests.hostile.trial import Tally

LAKES = {
    "graph": lambda: HostileDrive("graph", Random(1)),
    "view.delta": lambda: HostileDrive("view.delta", Random(1)),
    "view.changes": lambda: HostileDrive("view.changes", Random(1)),
    "list over graph": lambda: HostileList("graph", Random(1)),
    "list over sharepoint": lambda: HostileList("sharepoint", Random(1)),
}
LEADS: dict[str, Rule] = {
    "link": {"page": {"links": STRANGER}},
    "redirect": {"reply": {"status": 307, "redirect": STRANGER}},
    "redirect without a scheme": {"reply": {"status": 302, "headers": {"Location": STRANGER.removeprefix("http:")}}},
}


@pytest.mark.parametrize("feed", LAKES)
@pytest.mark.parametrize("lead", LEADS)
def test_a_run_that_is_led_to_another_host_ends_as_broken(feed: str, lead: str) -> None:
    """F4, F5, B3."""
    if (feed, lead) == ("list over sharepoint", "link"):
        return  # its answers hold no links
    random, tally = Random(1), Tally()
    with LAKES[feed]() as lake:
        lake.plant()
        lake.pull()
        before = sorted(lake.output.rglob("log/*.json"))
        lake.live(random)
        rule = {"name": lead, "match": {"path": lake.feed, "times": 0}, **LEADS[lead]}
        assert lake.suffer([rule], tally, "pull")[lead] == 1
        assert dict(tally.ends) == {"BrokenFeed": 1}
        assert sorted(lake.output.rglob("log/*.json")) == before
        lake.settle()
