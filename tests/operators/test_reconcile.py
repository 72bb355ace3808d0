"""DriveDeltaReconcileOperator in a real Airflow: its three verdicts, and who hears of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.operators import DriveDeltaReconcileOperator
from tests.conftest import Contoso
from tests.drift import START_OVER_BETWEEN, token_past_everything
from tests.play import Airflow, Played


@pytest.fixture
def reconcile(airflow: Airflow, pull: dict[str, object]) -> Callable[..., Played]:
    def play(**arguments: object) -> Played:
        given = pull | {"operator": "DriveDeltaReconcileOperator", "asset_alias": "changes"} | arguments
        return airflow.play(**given)  # type: ignore[arg-type]

    return play


def never_hear_of_it(airflow: Airflow, contoso: Contoso, feed: str) -> None:
    """Let the feed go on from behind all that happened on the drive so far."""
    link = token_past_everything(contoso, contoso.emulator.https_url)
    airflow.set_variable(f"drivedelta__{feed}", json.dumps(json.loads(airflow.variable_text()) | {"delta_token": link}))


@pytest.fixture
def drifted(airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> str:
    """The feed, of which the service has told all but one edit."""
    feed = str(airflow.play(**pull).summary["feed"])
    drive = contoso.emulator.drive
    drive.edit(drive.find("/Reports/a.txt").id, b"never told of")
    never_hear_of_it(airflow, contoso, feed)
    assert airflow.play(**pull).summary["kind"] == "quiet"
    return feed


def test_a_feed_that_told_of_everything_is_in_sync(
    airflow: Airflow, pull: dict[str, object], reconcile: Callable[..., Played]
) -> None:
    airflow.play(**pull)
    run = reconcile()
    assert (run.state, run.summary["verdict"], run.summary["rows"]) == ("success", "in_sync", 0)
    assert run.events == []
    assert str(run.xcoms["drivedelta_drive"]).startswith("https://")


def test_drift_is_told_of_published_and_then_gone(drifted: str, reconcile: Callable[..., Played]) -> None:
    run, again = reconcile(), reconcile()
    assert (run.summary["verdict"], run.summary["kind"], run.summary["updated"]) == ("drift", "reconcile", 1)
    assert run.summary["feed"] == drifted
    (event,) = run.events
    assert event == (f"file://{run.summary['path']}", {k: v for k, v in run.summary.items() if k != "verdict"})
    assert again.summary["verdict"] == "in_sync"


def test_drift_fails_the_task_if_you_say_so_and_is_mended_all_the_same(
    drifted: str, reconcile: Callable[..., Played]
) -> None:
    run = reconcile(fail_on_drift=True, retries=1)
    assert (run.state, run.tries, run.events) == ("failed", 1, [])
    assert "had drifted, and is mended: increment 2 (reconcile): 0 inserted, 1 updated, 0 deleted" in run.log
    assert reconcile(fail_on_drift=True).summary["verdict"] == "in_sync"


def test_a_feed_that_starts_over_meanwhile_leaves_it_open(
    airflow: Airflow, contoso: Contoso, pull: dict[str, object], reconcile: Callable[..., Played]
) -> None:
    airflow.play(**pull)
    contoso.emulator.faults(START_OVER_BETWEEN)
    run = reconcile(fail_on_drift=True)
    assert (run.state, run.summary["verdict"]) == ("success", "indeterminate")


def test_what_its_pulls_published_is_announced_too(
    airflow: Airflow, contoso: Contoso, pull: dict[str, object], reconcile: Callable[..., Played]
) -> None:
    """The feed tells of this change by itself, so it is no drift; but nobody else announces it."""
    airflow.play(**pull)
    contoso.emulator.drive.create_file("d.txt", b"d")
    run = reconcile()
    assert (run.summary["verdict"], run.summary["increment"]) == ("in_sync", None)
    assert (run.summary["from_increment"], run.summary["to_increment"]) == (2, 2)
    assert len(run.events) == 1


def test_a_first_run_may_be_a_reconcile(reconcile: Callable[..., Played]) -> None:
    run = reconcile()
    assert (run.summary["verdict"], run.summary["from_increment"], run.summary["to_increment"]) == ("in_sync", 1, 1)


def test_drift_that_would_delete_very_much_waits_for_its_confirmation(
    airflow: Airflow, contoso: Contoso, pull: dict[str, object], reconcile: Callable[..., Played]
) -> None:
    drive = contoso.emulator.drive
    folder = drive.create_folder("Old")
    with drive.batch():
        for number in range(120):
            drive.create_file(f"{number}.txt", b"", folder.id)
    feed = str(airflow.play(**pull).summary["feed"])
    drive.delete(folder.id)
    never_hear_of_it(airflow, contoso, feed)
    held = reconcile(retries=1)
    assert (held.state, held.tries, held.events) == ("failed", 1, [])
    found = re.search(r"confirm_deletes='(\w+)'", held.log)
    assert found
    run = reconcile(conf={"confirm_deletes": found[1]})
    assert (run.summary["verdict"], run.summary["from_increment"], run.summary["to_increment"]) == ("in_sync", 2, 2)
    assert len(run.events) == 1


@pytest.mark.parametrize("argument", ["token_store", "on_unsure"])
def test_a_wrong_word_is_found_when_the_dag_is_parsed(argument: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} is 'vault'"):
        DriveDeltaReconcileOperator(task_id="t", source="me", output="o", **{argument: "vault"})  # type: ignore[arg-type]
