"""docs/events.md says what the code does; its DAGs are those in dags/, which are played elsewhere."""

from __future__ import annotations

import inspect
import json
import re
from typing import get_args

from airflow_provider_drivedelta.core.peek import Reason
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator, SharePointListDeltaToParquetOperator
from airflow_provider_drivedelta.sensors import DriveDeltaSensor, SharePointListDeltaSensor
from airflow_provider_drivedelta.sensors.feed_sensor import FeedSensor
from airflow_provider_drivedelta.triggers import DriveDeltaTrigger, SharePointListDeltaTrigger
from airflow_provider_drivedelta.triggers.event_trigger import CANNOT_LOOK
from airflow_provider_drivedelta.triggers.lookout import LOCATED_FOR
from airflow_provider_drivedelta.triggers.told import FIRST_AGAIN, LAST_AGAIN
from airflow_provider_drivedelta.triggers.watch import LONGEST_PAUSE
from tests.docs.pages import DOCS, tables

PAGE = "events.md"
OWN = {"poll_interval", "deferrable", "max_trouble", "kwargs"}


def text() -> str:
    return (DOCS / PAGE).read_text()


def parameters(of: type) -> set[str]:
    return set(inspect.signature(of).parameters)


def test_the_dags_are_those_that_are_played() -> None:
    shown = re.findall(r"^```python\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    assert shown == [
        (DOCS.parent / f"dags/{name}.py").read_text() for name in ("drive_on_change", "drive_after_sensor")
    ]


def test_every_reason_is_in_its_table_and_the_payload_has_one() -> None:
    reasons = [*get_args(Reason), CANNOT_LOOK]
    assert [row[0].strip("`") for row in tables(PAGE)["`reason`"]] == reasons
    (shown,) = re.findall(r"^```json\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    assert json.loads(shown)["reason"] in reasons


def test_the_words_that_name_a_feed_are_those_of_sensors_triggers_and_pulls() -> None:
    (told,) = re.findall(r"in the pull's own words: (.*?)\. What is not", text(), re.DOTALL)
    drive, rest = told.split("of a drive")
    site, place = rest.split("of a list")
    common = set(re.findall(r"`(\w+)`", place))
    for words, sensor, trigger, operator in (
        (drive, DriveDeltaSensor, DriveDeltaTrigger, DriveDeltaToParquetOperator),
        (site, SharePointListDeltaSensor, SharePointListDeltaTrigger, SharePointListDeltaToParquetOperator),
    ):
        named = set(re.findall(r"`(\w+)`", words)) | common
        assert named == parameters(sensor) - OWN == parameters(trigger) - OWN
        assert named < parameters(operator)


def test_its_numbers_are_those_of_the_code() -> None:
    minutes = re.search(r"again only after (\d+) minutes, then \d+, and so on up to (\d+)", text())
    apart = re.search(r"up to (\d+) minutes apart", text())
    assert minutes
    assert apart
    assert [60 * int(each) for each in (*minutes.groups(), *apart.groups())] == [FIRST_AGAIN, LAST_AGAIN, LONGEST_PAUSE]
    defaults = {
        "poll_interval": inspect.signature(DriveDeltaTrigger).parameters["poll_interval"].default,
        "max_trouble": inspect.signature(FeedSensor.__init__).parameters["max_trouble"].default,
    }
    for name, default in defaults.items():
        (told,) = re.findall(rf"`{name}`\s+seconds\s+\((\d+)\)", text())
        assert int(told) == default
    assert LOCATED_FOR == 60
    assert "every sixtieth" in text()
