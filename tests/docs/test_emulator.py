"""docs/emulator.md says what the emulator does: its options, its routes, each key of a fault's rule, each command."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import Clock, Drive, Emulator, Fault, SignInRules
from airflow_provider_drivedelta.emulator.control import Control, control_routes
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers
from airflow_provider_drivedelta.emulator.entra.sign_in import SignIn
from airflow_provider_drivedelta.emulator.entra.sign_in_control import sign_in_levers
from airflow_provider_drivedelta.emulator.faults.parts import BodyEdit, Match, PageEdit, Reply, Resync, Transfer
from airflow_provider_drivedelta.emulator.faults.plan import FaultPlan, read_faults
from airflow_provider_drivedelta.emulator.request_log import RequestLog
from airflow_provider_drivedelta.emulator.tenant import Tenant
from tests.docs.pages import DOCS, blocks, tables

PAGE = "emulator.md"
PARTS = {"match": Match, "reply": Reply, "resync": Resync, "page": PageEdit, "body": BodyEdit, "transfer": Transfer}


def named(head: str) -> list[str]:
    """What the table's first column names."""
    return [name for row in tables(PAGE)[head] for name in re.findall(r"`([^`]+)`", row[0])]


@pytest.mark.parametrize("part", PARTS)
def test_every_key_of_a_rule_is_in_the_table_of_its_part(part: str) -> None:
    assert named(f"`{part}`") == [field.name for field in fields(PARTS[part])]


def test_every_part_of_a_rule_has_a_table_or_a_sentence() -> None:
    hints = get_type_hints(Fault)
    kinds = {name: next(filter(is_dataclass, get_args(hint) or (hint,)), None) for name, hint in hints.items()}
    assert {name: kind for name, kind in kinds.items() if kind} == PARTS
    assert all(f"`{name}`" in (DOCS / PAGE).read_text() for name in kinds)


def test_the_plan_is_one_that_is_understood(tmp_path: Path) -> None:
    (plan,) = blocks(PAGE, "json", tmp_path)
    assert "busy twice" in [fault.name for fault in read_faults(json.loads(plan))]


def test_the_control_routes_are_those_there_are() -> None:
    tenant = Tenant([Drive()], clock := Clock())
    control = Control(tenant, FaultPlan(), RequestLog(), Bearers(clock, open_schemes=frozenset()))
    levers = [*control_routes(control), *sign_in_levers(SignIn(SignInRules(), control.bearers, clock))]
    there = {route.path.removeprefix("/_emulator/"): (route.methods or set()) - {"HEAD"} for route in levers}
    assert {row[0].strip("`"): set(row[1].split(", ")) for row in tables(PAGE)["route"]} == there


def test_every_call_that_is_shown_is_understood(tmp_path: Path) -> None:
    (_, calls) = blocks(PAGE, "bash", tmp_path)
    with Emulator() as emulator:
        for call in map(shlex.split, calls.splitlines()):
            method = call[call.index("-X") + 1] if "-X" in call else "GET"
            sent = call[call.index("-d") + 1].encode() if "-d" in call else None
            (address,) = (word for word in call if word.startswith("localhost:8099"))
            request = Request(address.replace("localhost:8099", emulator.url), data=sent, method=method)
            with build_opener(ProxyHandler({})).open(request) as answer:
                assert answer.status == 200


def test_every_option_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["emulate", "--help"])
    assert set(named("option")) == set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
