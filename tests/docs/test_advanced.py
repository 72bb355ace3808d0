"""docs/advanced.md names every argument of every operator, with its default; docs/events.md those of what waits."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from airflow_provider_drivedelta import operators, sensors, triggers
from airflow_provider_drivedelta.operators.discover_operator import DiscoverOperator
from airflow_provider_drivedelta.operators.drive_operator import DriveOperator
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.list_operator import ListOperator
from airflow_provider_drivedelta.operators.pull_operator import PullOperator
from airflow_provider_drivedelta.operators.reconcile_operator import ReconcileOperator
from tests.docs.pages import DOCS, tables

PAGE = "advanced.md"
OPERATORS = [getattr(operators, name) for name in operators.__all__]
OF: dict[str, type] = {
    "of every feed": FeedOperator,
    "of pulls": PullOperator,
    "of drives": DriveOperator,
    "of lists": ListOperator,
    "of reconciles": ReconcileOperator,
    "of the vacuum": operators.DriveDeltaVacuumOperator,
    "of discovery": DiscoverOperator,
    "of discovered drives": operators.DriveDeltaDiscoverDrivesOperator,
    "of discovered lists": operators.DriveDeltaDiscoverListsOperator,
}
SET_ELSEWHERE = "[operators] default_deferrable"
GIVEN = "must be given"


def told(operator: type) -> dict[str, str]:
    """The arguments of an operator and their defaults, as the page's tables have them."""
    rows = [row for head, table in tables(PAGE).items() if issubclass(operator, OF[head]) for row in table]
    return {name.strip("`"): default.strip("`") for name, default, _ in rows}


def test_each_table_is_of_some_operators() -> None:
    assert set(tables(PAGE)) == set(OF)
    assert all(any(issubclass(operator, kind) for operator in OPERATORS) for kind in OF.values())


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_every_argument_is_told_of_and_no_other(operator: type) -> None:
    has = set(inspect.signature(operator).parameters) - {"kwargs"}
    missing, gone = has - set(told(operator)), set(told(operator)) - has
    assert not missing, f"{operator.__name__} takes what docs/{PAGE} does not tell of: {sorted(missing)}"
    assert not gone, f"docs/{PAGE} tells of what {operator.__name__} does not take: {sorted(gone)}"


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_every_default_is_the_one_that_is_told(operator: type) -> None:
    parameters = inspect.signature(operator).parameters
    for name, default in told(operator).items():
        has = parameters[name].default
        if default == SET_ELSEWHERE:
            assert isinstance(has, bool)
        else:
            assert has is inspect.Parameter.empty if default == GIVEN else has == ast.literal_eval(default), name


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_what_is_said_to_be_templated_is(operator: type) -> None:
    rows = [row for head, table in tables(PAGE).items() if issubclass(operator, OF[head]) for row in table]
    said = {name.strip("`") for name, _, meaning in rows if meaning.endswith("Templated")}
    templated = {name.removesuffix("_path") for name in operator.template_fields}  # type: ignore[attr-defined]
    assert said == templated


WAITING = [getattr(module, name) for module in (sensors, triggers) for name in module.__all__]


@pytest.mark.parametrize("waiting", WAITING, ids=lambda waiting: waiting.__name__)
def test_every_argument_of_what_waits_is_told_of(waiting: type) -> None:
    prose = re.sub(r"```.*?```", "", (DOCS / "events.md").read_text(), flags=re.DOTALL)
    told = {word for code in re.findall(r"`([^`]+)`", prose) for word in re.findall(r"\w+", code)}
    missing = set(inspect.signature(waiting).parameters) - {"kwargs"} - told
    assert not missing, f"{waiting.__name__} takes what docs/events.md does not tell of: {sorted(missing)}"
