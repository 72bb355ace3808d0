"""SharePointListReconcileOperator in a real Airflow: its three verdicts over both protocols, and who hears of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.operators import (
    DriveDeltaReconcileOperator,
    DriveDeltaToParquetOperator,
    SharePointListDeltaToParquetOperator,
    SharePointListReconcileOperator,
)
from tests.drift import LIST_START_OVER_BETWEEN, go_on_from
from tests.play import Airflow, Played
from tests.team_site import Team

Play = Callable[..., Played]


@pytest.fixture(params=["sharepoint", "graph"])
def given(request: pytest.FixtureRequest, airflow: Airflow, team: Team, tmp_path: Path) -> dict[str, object]:
    """The arguments of both operators; the Connection is there."""
    airflow.connect(**team.certified())
    named = {"site": team.site, "list": "Ann's tasks", "output": str(tmp_path / "lake"), "token_store": "output"}
    return named | {"protocol": request.param}


@pytest.fixture
def pull(airflow: Airflow, given: dict[str, object]) -> Play:
    return lambda **more: airflow.play(**{"operator": "SharePointListDeltaToParquetOperator"} | given | more)


@pytest.fixture
def reconcile(airflow: Airflow, given: dict[str, object]) -> Play:
    operator = {"operator": "SharePointListReconcileOperator", "asset_alias": "changes"}
    return lambda **more: airflow.play(**operator | given | more)


@pytest.fixture
def drifted(pull: Play, team: Team, tmp_path: Path) -> None:
    """The feed, of which the service has told all but one edit."""
    pull()
    team.tasks.edit(1, {"State": "done"})
    pull(output=str(tmp_path / "other"))
    go_on_from(tmp_path / "lake", tmp_path / "other")
    assert pull().summary["kind"] == "quiet"


def test_a_feed_that_told_of_everything_is_in_sync(team: Team, pull: Play, reconcile: Play) -> None:
    pull()
    run = reconcile()
    assert (run.state, run.summary["verdict"], run.summary["rows"], run.events) == ("success", "in_sync", 0, [])
    assert run.xcoms["drivedelta_list"] == f"{team.site}/_layouts/15/viewlsts.aspx"


@pytest.mark.usefixtures("drifted")
def test_drift_is_told_of_published_and_then_gone(reconcile: Play) -> None:
    run, again = reconcile(), reconcile()
    assert (run.summary["verdict"], run.summary["kind"], run.summary["updated"]) == ("drift", "reconcile", 1)
    (event,) = run.events
    assert event == (f"file://{run.summary['path']}", {k: v for k, v in run.summary.items() if k != "verdict"})
    rows = [row for row in pq.read_table(f"{run.summary['path']}/changes").to_pylist() if row["_kind"] == "reconcile"]
    assert [(row["_op"], row["id"], row["state"]) for row in rows] == [("update", 1, "done")]
    assert again.summary["verdict"] == "in_sync"


@pytest.mark.usefixtures("drifted")
def test_drift_fails_the_task_if_you_say_so_and_is_mended_all_the_same(team: Team, reconcile: Play) -> None:
    run = reconcile(fail_on_drift=True, retries=1)
    assert (run.state, run.tries, run.events) == ("failed", 1, [])
    assert f'{team.site} list "Ann\'s tasks" had drifted, and is mended: increment 2 (reconcile)' in run.log
    assert reconcile(fail_on_drift=True).summary["verdict"] == "in_sync"


def test_a_feed_that_starts_over_meanwhile_leaves_it_open(
    team: Team, given: dict[str, object], pull: Play, reconcile: Play
) -> None:
    pull()
    team.emulator.faults(LIST_START_OVER_BETWEEN[str(given["protocol"])])
    run = reconcile(fail_on_drift=True)
    assert (run.state, run.summary["verdict"]) == ("success", "indeterminate")


def test_a_first_run_may_be_a_reconcile(reconcile: Play) -> None:
    run = reconcile()
    assert (run.summary["verdict"], run.summary["from_increment"], run.summary["to_increment"]) == ("in_sync", 1, 1)


def arguments(operator: type) -> set[str]:
    return set(inspect.signature(operator).parameters)


def test_its_arguments_are_the_lists_and_those_of_every_reconcile() -> None:
    reconcile, pull = map(arguments, (SharePointListReconcileOperator, SharePointListDeltaToParquetOperator))
    assert reconcile - pull == {"fail_on_drift"}
    assert pull - reconcile == arguments(DriveDeltaToParquetOperator) - arguments(DriveDeltaReconcileOperator)
    documented = "".join(parent.__doc__ or "" for parent in SharePointListReconcileOperator.__mro__)
    assert [name for name in reconcile - {"kwargs"} if f":param {name}:" not in documented] == []


@pytest.mark.parametrize("argument", ["protocol", "column_names", "token_store", "on_unsure"])
def test_a_wrong_word_is_found_when_the_dag_is_parsed(argument: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} is 'vault'"):
        SharePointListReconcileOperator(task_id="t", site="s", list="l", output="o", **{argument: "vault"})  # type: ignore[arg-type]
