"""What a deferred sensor is told, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.peek import Seen
from airflow_provider_drivedelta.triggers.feed_words import FeedWords, drive_words
from airflow_provider_drivedelta.triggers.wait_trigger import FeedWaitTrigger
from airflow_provider_drivedelta.triggers.watch import Watch
from tests.triggers.watches import Script, all_of, seen

FEED = FeedWords(
    of="drive",
    words=drive_words(source="drives/b!drive", folder="", protocol="graph", sharing_changes=False),
    output="/data/lake",
    drivedelta_conn_id="drivedelta_default",
    token_store="variable",
)


class Scripted(FeedWaitTrigger):
    script: Script

    def watch(self) -> Watch:
        return self.script.watch()


def told(*looks: Seen | Exception, max_trouble: float = 3600.0) -> list[Any]:
    trigger = Scripted(feed=FEED.to_json(), poll_interval=60, max_trouble=max_trouble)
    trigger.script = Script([*looks])
    return [event.payload for event in all_of(trigger.run)]


def test_it_tells_of_news_and_ends() -> None:
    (event,) = told(seen(None), RetryLater("busy"), seen(None), seen("changed"), seen("changed"))
    assert event == {"feed": "drive-b~21drive--1a2b3c4d", "source": "drives/b!drive", "reason": "changed"}


def test_it_tells_at_once_what_a_person_must_mend() -> None:
    wrong = FixSetup("The secret has expired", then="Make a new one.")
    assert told(wrong, seen("changed")) == [{"trouble": "The secret has expired. Make a new one.", "is_final": True}]


@pytest.mark.parametrize("trouble", [RetryLater("busy"), ValueError("Airflow's own")])
def test_trouble_that_lasts_ends_it_and_shorter_one_does_not(trouble: Exception) -> None:
    assert told(trouble, trouble, seen(None)) == []
    assert told(trouble, seen("changed"), max_trouble=0) == [{"trouble": str(trouble), "is_final": False}]


def test_it_is_made_again_from_what_is_kept_of_it() -> None:
    _, kwargs = FeedWaitTrigger(feed=FEED.to_json(), poll_interval=5, max_trouble=7).serialize()
    kept = json.loads(json.dumps(kwargs))
    assert FeedWaitTrigger(**kept).serialize()[1] == kwargs
