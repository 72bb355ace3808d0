"""The operators, on the older protocols: pulled, resynced and compared in a real Airflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_drivedelta.operators import DriveDeltaReconcileOperator, DriveDeltaToParquetOperator
from tests.conftest import Contoso
from tests.play import Airflow


@pytest.fixture
def business(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> dict[str, object]:
    """The arguments of the simplest use; the Connection names a host of SharePoint's kind."""
    airflow.connect(**(contoso.with_token() | {"host": f"{contoso.emulator.url}/personal/ada/_api/v2.0"}))
    return {"source": contoso.source, "output": str(tmp_path / "lake")}


@pytest.mark.parametrize("protocol", ["view.delta", "view.changes"])
def test_a_drive_is_followed_over_a_dead_token_and_found_in_sync(
    airflow: Airflow, contoso: Contoso, business: dict[str, object], protocol: str
) -> None:
    """B1, B7."""
    business["protocol"] = protocol
    first = airflow.play(**business)
    assert (first.state, first.summary["kind"], first.summary["protocol"]) == ("success", "initial", protocol)
    drive = contoso.emulator.drive
    drive.delete(drive.find("/Reports/b.txt").id)
    contoso.emulator.expire()
    second = airflow.play(**business)
    assert (second.summary["kind"], second.summary["deleted"]) == ("resync", 1)
    assert str(second.xcoms["drivedelta_drive"]).startswith("https://")
    compared = airflow.play(operator="DriveDeltaReconcileOperator", **business)
    assert compared.summary["verdict"] == "in_sync"


def test_its_token_is_in_no_log_and_no_xcom(airflow: Airflow, business: dict[str, object]) -> None:
    """H5: the older tokens are readable texts."""
    run = airflow.play(**business, protocol="view.changes")
    variable = airflow.variable() or {}
    token = str(variable["delta_token"]).partition("token=")[2]
    assert token
    assert token not in run.everything


def test_a_connection_to_graph_says_which_address_is_needed(airflow: Airflow, contoso: Contoso) -> None:
    airflow.connect(host="", extra=contoso.with_token()["extra"])
    run = airflow.play(source="me", output="/nowhere", protocol="view.delta")
    assert run.state == "failed"
    assert "https://api.onedrive.com/v1.0" in run.log


@pytest.mark.parametrize("operator", [DriveDeltaToParquetOperator, DriveDeltaReconcileOperator])
def test_an_unknown_protocol_is_found_when_the_dag_is_parsed(operator: type) -> None:
    with pytest.raises(ValueError, match=r"'graph' or 'view\.delta' or 'view\.changes'"):
        operator(task_id="pull", source="me", output="/lake", protocol="webdav")
