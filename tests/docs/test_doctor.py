"""docs/doctor.md says what the code does: checks, options, the permissions it knows, the calls that grant them."""

from __future__ import annotations

import argparse
import json
import re

import pytest

from airflow_provider_drivedelta.console.doctor import add_doctor
from airflow_provider_drivedelta.core.doctor import checks as doctor
from airflow_provider_drivedelta.core.doctor.grants import Wanted, advice, standing
from airflow_provider_drivedelta.core.doctor.token import Claims
from tests.docs.pages import DOCS, tables

PAGE = "doctor.md"
TEXT = (DOCS / PAGE).read_text()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    add_doctor(made)
    return made


def test_every_option_that_is_named_is_one() -> None:
    known = {option for action in parser()._actions for option in action.option_strings}
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= known


def test_every_check_has_a_line() -> None:
    told = [name for row in tables(PAGE)["check"] for name in re.findall(r"`([\w-]+)`", row[0])]
    (shown,) = re.findall(r"^```\n(ok    set-up.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert [line.split()[1] for line in shown.splitlines()[:-1]] == told[:-1]
    assert told[-1] == "list"


def test_the_clock_may_be_off_by_as_much_as_the_page_says() -> None:
    assert f"more than {doctor.MOST_SKEW.seconds // 60} minutes off" in TEXT


@pytest.mark.parametrize("row", tables(PAGE)["read"], ids=lambda row: f"{row[0]} through {row[1]}")
def test_the_permissions_are_those_that_the_doctor_goes_by(row: list[str]) -> None:
    what, through, needed = row
    api = "SharePoint" if through.startswith("SharePoint") else "Microsoft Graph"
    wanted = Wanted(what="drive" if what == "drives" else "list", api=api, graph="")
    for permission in re.findall(r"`([\w.]+)`", needed):
        worth = standing(wanted, Claims(roles=(permission,)))
        assert worth == ("selected" if "Selected" in permission else "enough")
    assert wanted.least == re.findall(r"`([\w.]+)`", needed)[0]


@pytest.mark.parametrize("permission", ["Sites.Selected", "Lists.SelectedOperations.Selected"])
def test_the_calls_that_grant_are_those_that_the_doctor_tells(permission: str) -> None:
    wanted = Wanted(what="list", api="Microsoft Graph", graph="https://graph.microsoft.com/v1.0")
    call = advice(wanted, Claims(roles=(permission,)), 403).partition("POST ")[2]
    address, _, body = call.replace("{site id}", "{site}").replace("{list id}", "{list}").partition(" {")
    calls = re.findall(r"^POST (.*)\n(\{.*\})$", TEXT, re.MULTILINE)
    shown = {url.replace(" id}", "}"): json.loads(told) for url, told in calls}
    assert shown[address] == json.loads("{" + body)
